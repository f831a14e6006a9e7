"""Who enters: people whose orders, or whose silence, a live journey waits for."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from okaeri.customers import api as customers
from okaeri.customers.types import Purchase
from okaeri.foundation.clock import local_day
from okaeri.insight import api as insight
from okaeri.intake import api as intake
from okaeri.intake.types import OrderRecord
from okaeri.measure import api as measure
from okaeri.plan.actions.costly_perks import without_discount_dependent
from okaeri.plan.actions.entrants import find_entrants
from okaeri.plan.actions.full_price import without_sale_only
from okaeri.plan.actions.surroundings import Surroundings, look_around
from okaeri.plan.domain.entry import Entry, choose_entries, entry_by_order, entry_by_recency
from okaeri.plan.journeys.definition import PurchaseTrigger, RecencyTrigger
from okaeri.plan.store import journeys as store
from okaeri.plan.store.rows import LiveJourney


def enrol_from_orders(now: datetime, batch: int) -> int:
    """Let every live journey look at the next orders; the number of orders looked at."""
    journeys = store.live_journeys()
    if not journeys:
        return 0
    newest = intake.latest_change_no()
    behind = [journey for journey in journeys if journey.cursor < newest]
    # Journeys mostly stand at the same order: each stretch is read once for all of them.
    together: dict[int, list[LiveJourney]] = {}
    for journey in behind:
        together.setdefault(journey.cursor, []).append(journey)
    stretches = {
        cursor: _read_stretch(cursor, newest, batch, since=_first_live(standing))
        for cursor, standing in together.items()
    }
    return sum(_look_at_orders(journey, stretches[journey.cursor], now) for journey in behind)


def _first_live(journeys: Sequence[LiveJourney]) -> datetime | None:
    """Give since when a purchase may start one of these journeys; None where none ever does."""
    return min(
        (
            item.live_since
            for item in journeys
            if isinstance(item.definition.trigger, PurchaseTrigger)
        ),
        default=None,
    )


@dataclass(frozen=True, slots=True)
class _Stretch:
    """The next orders after a cursor, the customer of each, and where the cursor goes from here.

    `histories` are those of everybody with a purchase young enough to start a journey.
    """

    owned: list[tuple[OrderRecord, int]]
    histories: Mapping[int, Sequence[Purchase]]
    looked_at: int
    cursor: int


def _read_stretch(cursor: int, newest: int, batch: int, *, since: datetime | None) -> _Stretch:
    orders = intake.list_orders_after(cursor, batch)
    owners = customers.customers_of_parties(
        [order.party_id for order in orders if order.party_id is not None]
    )
    usable = _up_to_first_unlinked(orders, owners)
    is_all = len(usable) == len(orders) < batch
    last = usable[-1].change_no if usable else cursor
    owned = [(order, owners[order.party_id]) for order in usable if order.party_id is not None]
    buyers = {owner for order, owner in owned if since is not None and _is_fresh(order, since)}
    asked = bool(look_around().rules.ships_from)
    histories = customers.purchase_history(buyers, with_prefectures=asked) if buyers else {}
    return _Stretch(owned, histories, len(usable), max(newest, last) if is_all else last)


def _is_fresh(order: OrderRecord, since: datetime) -> bool:
    return order.is_purchase and order.ordered_at >= since


def _look_at_orders(journey: LiveJourney, stretch: _Stretch, now: datetime) -> int:
    """Let one journey see a stretch of orders.

    1. The orders were read before the transaction; the journey is taken as it stood then.
    2. Walks begin and the cursor moves in the same transaction: a kill leaves both or neither.
    """
    if stretch.cursor <= journey.cursor:
        return 0
    entrants = find_entrants(journey, stretch.cursor, now)
    if entrants is None:
        return 0
    with transaction.atomic():
        if not store.take_orders(journey, stretch.cursor):
            return 0
        if stretch.owned:
            store.wake(journey.id, all_ids({owner for _, owner in stretch.owned}), now)
            _enrol_buyers(journey, stretch, now)
        begin_walks(journey, entrants, now)
    return stretch.looked_at


def _up_to_first_unlinked(
    orders: Sequence[OrderRecord], owners: Mapping[int, int]
) -> list[OrderRecord]:
    """Give the orders before the first whose party nobody has recognised yet, so that none is lost."""
    usable = []
    for order in orders:
        if order.party_id is not None and order.party_id not in owners:
            break
        usable.append(order)
    return usable


def _enrol_buyers(journey: LiveJourney, stretch: _Stretch, now: datetime) -> None:
    trigger = journey.definition.trigger
    if not isinstance(trigger, PurchaseTrigger):
        return
    fresh = [
        (order, customer_id)
        for order, customer_id in stretch.owned
        if _is_fresh(order, journey.live_since)
    ]
    if not fresh:
        return
    around = look_around()
    found = (
        entry_by_order(
            trigger,
            journey.definition.header.anchor,
            order,
            customer_id,
            stretch.histories.get(customer_id, ()),
            around.rules,
            lifecycle=around.lifecycle,
            now=now,
            today=around.day_of(now),
        )
        for order, customer_id in fresh
    )
    begin_walks(journey, [entry for entry in found if entry is not None], now)


def enrol_from_state(now: datetime) -> int:
    """Once per shop day and journey: enrol people whose silence reached its length; how many."""
    waiting = [
        journey
        for journey in store.live_journeys()
        if isinstance(journey.definition.trigger, RecencyTrigger)
    ]
    if not waiting:
        return 0
    around = look_around()
    today = around.day_of(now)
    behind = [item for item in waiting if item.scanned_on is None or item.scanned_on < today]
    return sum(_look_at_silence(journey, around, today, now) for journey in behind)


def _look_at_silence(journey: LiveJourney, around: Surroundings, today: date, now: datetime) -> int:
    trigger = journey.definition.trigger
    if not isinstance(trigger, RecencyTrigger):
        return 0
    since = journey.scanned_on or local_day(journey.live_since, around.zone) - timedelta(days=1)
    silent = _silent_since(trigger, since, today)
    with transaction.atomic():
        if not store.take_day(journey, today) or not silent:
            return 0
        histories = customers.purchase_history(silent)
        found = (
            entry_by_recency(
                trigger,
                customer_id,
                last_on,
                histories.get(customer_id, ()),
                lifecycle=around.lifecycle,
                now=now,
                today=today,
            )
            for customer_id, last_on in silent.items()
        )
        return begin_walks(journey, [entry for entry in found if entry is not None], now)


def _silent_since(trigger: RecencyTrigger, since: date, today: date) -> dict[int, date]:
    """Give customer → last purchase day for those who reached the length after `since`, until today."""
    days = (today - since).days
    silent = dict(insight.list_recency_reached(today, trigger.days, within_days=days))
    if trigger.stages and silent:
        known = insight.list_insights(list(silent))
        silent = {
            customer_id: last_on
            for customer_id, last_on in silent.items()
            if customer_id in known and known[customer_id].stage in trigger.stages
        }
    return silent


def all_ids(customer_ids: Set[int]) -> dict[int, int]:
    """Give every id of these people → the one that was asked for: walks stand on any of them."""
    families = customers.families_of(customer_ids)
    return {number: asked for asked in customer_ids for number in (asked, *families.get(asked, ()))}


def begin_walks(journey: LiveJourney, entries: Sequence[Entry], now: datetime) -> int:
    """Begin walks for those the re-entry rule allows; arm, walk and decision in one transaction."""
    if not entries:
        return 0
    ids = all_ids({entry.customer_id for entry in entries})
    earlier = [
        walk._replace(customer_id=ids[walk.customer_id])
        for walk in store.earlier_walks(journey.id, ids)
    ]
    allowed = choose_entries(entries, earlier, journey.definition.header.reentry_days, now)
    chosen = without_sale_only(journey, allowed, now)
    chosen = without_discount_dependent(journey, chosen, now)
    if not chosen:
        return 0
    arms = measure.assign(journey.experiment_id, [entry.customer_id for entry in chosen], now)
    store.insert_enrolments(
        journey, chosen, {customer_id: str(arm.value) for customer_id, arm in arms.items()}, now
    )
    return len(chosen)
