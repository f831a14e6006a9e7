"""Between two nights: whoever orders gets his class at once (domain row C-01).

Classes, counts, discounts and freshness follow each order; ranks, predictions and reports wait for the night,
which computes everything anew. A large import is left to the refresh: it is faster there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from django.db import transaction

from okaeri.customers import api as customers
from okaeri.customers.types import Purchase
from okaeri.foundation.settings import load, shop_day
from okaeri.insight.actions.person_signs import day_points_of
from okaeri.insight.bump_types import SignsOf
from okaeri.insight.cycle_types import CycleRules
from okaeri.insight.domain.bumps import lifted_freshness
from okaeri.insight.domain.f2_late import rules_in_force
from okaeri.insight.domain.fee_lines import is_fee_line
from okaeri.insight.domain.freshness import band_of, decide_half_life, fresh_on, freshness_of
from okaeri.insight.domain.lifecycle import LAST_INTERVALS, decide_standing
from okaeri.insight.domain.own_price import beyond_own_prices
from okaeri.insight.freshness_types import BandRules
from okaeri.insight.store import followed, insights, items, reports
from okaeri.insight.types import YEAR_DAYS, LifecycleRules
from okaeri.intake import api as intake

# So many orders are followed at once; of more the refresh takes care.
MOST_ORDERS = 2_000


def follow_orders(now: datetime, *, signs_above: SignsOf | None = None) -> int:
    """Give new standing to the people of orders that changed since the last look; how many people.

    `signs_above` gives the signs of life that stations above know of these people.
    """
    newest = intake.latest_change_no()
    cursor = followed.cursor()
    if newest == cursor:
        return 0
    orders = [] if cursor is None else intake.list_orders_after(cursor, MOST_ORDERS + 1)
    if cursor is None or insights.last_as_of() is None or len(orders) > MOST_ORDERS:
        followed.go_to(newest, now)
        return 0
    owners = customers.customers_of_parties(
        [order.party_id for order in orders if order.party_id is not None]
    )
    people, reached = set(), newest
    for order in orders:
        if order.party_id is not None and order.party_id not in owners:
            # Nobody has recognised him yet: go on from here next time.
            reached = order.change_no - 1
            break
        if order.party_id is not None:
            people.add(owners[order.party_id])
    rows = _standings(sorted(people), now, signs_above)
    with transaction.atomic():
        if reached <= cursor or not followed.move(cursor, reached, now):
            return 0
        # Whoever was absorbed meanwhile has no standing of his own any more.
        roots = customers.roots_of(people)
        rows = [row for row in rows if roots.get(row["customer_id"]) == row["customer_id"]]
        insights.restate(rows)
    return len(rows)


def _standings(
    people: Sequence[int], now: datetime, signs_above: SignsOf | None
) -> list[dict[str, Any]]:
    """Give the columns that an order moves, one row per buyer."""
    portfolio = reports.find("portfolio")
    if not people or portfolio is None:
        return []
    today = shop_day(now)
    summary = reports.find("summary")
    rules = rules_in_force(load(LifecycleRules), summary.payload if summary else None)
    histories = customers.purchase_history(people)
    counted = {who: counted_purchases(histories.get(who, ()), today, rules) for who in people}
    cycles = _bought_cycles(counted)
    # Of whoever has no purchase left the night decides.
    rows = [
        _standing(
            who,
            purchases,
            today,
            rules,
            threshold_minor=portfolio.payload["threshold_minor"],
            product_cycle_days=cycles.get(who),
        )
        for who, purchases in counted.items()
        if purchases
    ]
    _lift(rows, today, signs_above)
    return rows


def _lift(rows: Sequence[dict[str, Any]], today: date, signs_above: SignsOf | None) -> None:
    """Let signs of life lift freshness; of whoever bought today there is nothing to lift."""
    bands = load(BandRules)
    faded = {row["customer_id"]: row for row in rows if row["fresh_on"] < today}
    for who, points in day_points_of(faded, today, signs_above).items():
        row = faded[who]
        row["freshness"] = lifted_freshness(
            points,
            fresh_on=row["fresh_on"],
            as_of=today,
            half_life_days=row["half_life_days"],
        )
        row["freshness_band"] = band_of(row["freshness"], bands).value


def counted_purchases(
    purchases: Sequence[Purchase], today: date, rules: LifecycleRules
) -> list[Purchase]:
    """Give a person's purchases that count up to and on `today`, less what came back."""
    up_to_today = [one for one in purchases if one.day <= today]
    known = _less_returned(beyond_own_prices(up_to_today), today)
    return [one for one in known if rules.count_trial or not one.is_trial]


def _less_returned(history: Sequence[Purchase], today: date) -> list[Purchase]:
    """Give the purchases up to and on `today`, less return documents (as `features.returned`)."""
    known = sorted(
        (one for one in history if one.day <= today),
        key=lambda one: (one.day, one.order_id),
    )
    sold = [one for one in known if one.is_purchase]
    net = {one.order_id: one.net_minor for one in sold}
    for document in known:
        before = [one.order_id for one in sold if one.day <= document.day]
        if not document.is_purchase and document.net_minor < 0 and before:
            net[before[-1]] += document.net_minor
    return [replace(one, net_minor=net[one.order_id]) for one in sold]


def _bought_cycles(people: Mapping[int, Sequence[Purchase]]) -> dict[int, float]:
    """Give person → the median cycle of what he bought on his last day (as `compute_bought_cycles`)."""
    buyer = {
        one.order_id: who
        for who, purchases in people.items()
        for one in purchases
        if one.day == max(purchase.day for purchase in purchases)
    }
    goods = {
        (buyer[line.order_id], line.sku)
        for lines in intake.list_lines(buyer).values()
        for line in lines
        if line.amount_minor > 0 and line.quantity > 0 and not is_fee_line(line.product_name)
    }
    cycles = items.cycles_of({sku for _, sku in goods})
    found: dict[int, list[float]] = {}
    for who, sku in goods:
        if sku in cycles:
            found.setdefault(who, []).append(cycles[sku])
    return {who: float(median(days)) for who, days in found.items()}


def _standing(
    customer_id: int,
    counted: Sequence[Purchase],
    today: date,
    rules: LifecycleRules,
    *,
    threshold_minor: int,
    product_cycle_days: float | None,
) -> dict[str, Any]:
    """Give one person's row from his purchases that count, of which there is one at least."""
    standing = decide_standing(
        [(one.day, one.net_minor) for one in counted],
        as_of=today,
        rules=rules,
        threshold_minor=threshold_minor,
    )
    days = sorted(one.day for one in counted)
    days = sorted(set(days)) if rules.merge_same_day else days
    touched = fresh_on(
        (day for one in counted for day in (one.day, one.shipped_on, one.delivered_on)),
        as_of=today,
    )
    half_life, basis = decide_half_life(
        standing.cycle_days,
        min(standing.purchase_count - 1, LAST_INTERVALS),
        product_cycle_days,
        bands=load(BandRules),
        prior_intervals=load(CycleRules).prior_intervals,
    )
    freshness = freshness_of((today - touched).days, half_life)
    recent = today - timedelta(days=YEAR_DAYS)
    return {
        "customer_id": customer_id,
        "as_of": today,
        "stage": standing.stage.value,
        "is_lapsed": standing.is_lapsed,
        "is_at_risk": standing.is_at_risk,
        "is_f2_late": standing.is_f2_late,
        "is_revived": standing.is_revived,
        "purchase_count": standing.purchase_count,
        "order_count": len(counted),
        "first_on": days[0],
        "second_on": days[1] if len(days) > 1 else None,
        "last_on": days[-1],
        "tenure_days": standing.tenure_days,
        "recency_days": standing.recency_days,
        "net_minor": sum(one.net_minor for one in counted),
        "net_12m_minor": sum(one.net_minor for one in counted if one.day > recent),
        "cycle_days": standing.cycle_days,
        "fresh_on": touched,
        "half_life_days": half_life,
        "half_life_basis": basis.value,
        "discount_share": sum(one.discount_minor > 0 for one in counted) / len(counted),
        "freshness": freshness,
        "freshness_band": band_of(freshness, load(BandRules)).value,
    }
