"""Between two nights: whoever orders gets his class at once (domain row C-01).

Classes, counts and freshness follow each order; ranks, predictions and reports wait for the night,
which computes everything anew. A large import is left to the refresh: it is faster there.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from okaeri.customers import api as customers
from okaeri.customers.types import Purchase
from okaeri.foundation.clock import local_day
from okaeri.foundation.settings import ShopProfile, load
from okaeri.insight.domain.freshness import band_of, freshness_of
from okaeri.insight.domain.lifecycle import decide_standing
from okaeri.insight.store import followed, insights, reports
from okaeri.insight.types import LifecycleRules
from okaeri.intake import api as intake

# So many orders are followed at once; of more the refresh takes care.
MOST_ORDERS = 2_000


def follow_orders(now: datetime) -> int:
    """Give new standing to the people of orders that changed since the last look; how many people."""
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
    rows = _standings(sorted(people), now)
    with transaction.atomic():
        if reached <= cursor or not followed.move(cursor, reached, now):
            return 0
        # Whoever was absorbed meanwhile has no standing of his own any more.
        roots = customers.roots_of(people)
        rows = [row for row in rows if roots.get(row["customer_id"]) == row["customer_id"]]
        insights.restate(rows)
    return len(rows)


def _standings(people: Sequence[int], now: datetime) -> list[dict[str, Any]]:
    """Give the columns that an order moves, one row per buyer."""
    portfolio, freshness = reports.find("portfolio"), reports.find("freshness")
    if not people or portfolio is None or freshness is None:
        return []
    today = local_day(now, ZoneInfo(load(ShopProfile).time_zone))
    rules = load(LifecycleRules)
    histories = customers.purchase_history(people)
    found = (
        _standing(
            who,
            histories.get(who, ()),
            today,
            rules,
            threshold_minor=portfolio.payload["threshold_minor"],
            shop_cycle_days=freshness.payload["half_life_days"],
        )
        for who in people
    )
    return [row for row in found if row is not None]


def _standing(
    customer_id: int,
    purchases: Sequence[Purchase],
    today: date,
    rules: LifecycleRules,
    *,
    threshold_minor: int,
    shop_cycle_days: float,
) -> dict[str, Any] | None:
    """Give one person's row; None for whoever has no purchase left, of whom the night decides."""
    counted = [
        one
        for one in purchases
        if one.is_purchase and one.ordered_on <= today and (rules.count_trial or not one.is_trial)
    ]
    if not counted:
        return None
    standing = decide_standing(
        [(one.ordered_on, one.net_minor) for one in counted],
        as_of=today,
        rules=rules,
        threshold_minor=threshold_minor,
    )
    days = sorted(one.ordered_on for one in counted)
    days = sorted(set(days)) if rules.merge_same_day else days
    freshness = freshness_of(standing.recency_days or 0, standing.cycle_days or shop_cycle_days)
    recent = today - timedelta(days=rules.active_days)
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
        "net_12m_minor": sum(one.net_minor for one in counted if one.ordered_on > recent),
        "cycle_days": standing.cycle_days,
        "freshness": freshness,
        "freshness_band": band_of(freshness).value,
    }
