"""Who enters by a cart left alone, and whose walk must look at his cart again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from okaeri.customers import api as customers
from okaeri.foundation.clock import local_day
from okaeri.intake import api as intake
from okaeri.intake.event_types import CartChange, IdentificationRecord
from okaeri.plan.actions.enrol import all_ids, begin_walks
from okaeri.plan.actions.surroundings import look_around
from okaeri.plan.domain.cart import REMEMBERED, Cart, last_bought_at, read_cart
from okaeri.plan.domain.entry import Entry, entry_by_cart
from okaeri.plan.journeys.definition import CartTrigger
from okaeri.plan.store import journeys as store
from okaeri.plan.store.rows import LiveJourney

_NO_END = 2**63 - 1


def carts_of(customer_ids: Iterable[int], now: datetime) -> dict[int, Cart]:
    """Give asked id → the cart the person has open now; who has none is left out."""
    changes = customers.cart_changes_of(customer_ids, now - REMEMBERED)
    with_some = [number for number, found in changes.items() if found]
    if not with_some:
        return {}
    zone = look_around().zone
    histories = customers.purchase_history(with_some)
    found = {
        number: read_cart(changes[number], last_bought_at(histories.get(number, ()), zone))
        for number in with_some
    }
    return {number: cart for number, cart in found.items() if cart is not None}


def enrol_from_carts(now: datetime, batch: int) -> int:
    """Let every live journey of carts look at the next cart events; the number of events looked at."""
    return sum(
        _look_at_carts(journey, journey.definition.trigger, now, batch)
        for journey in store.live_journeys()
        if isinstance(journey.definition.trigger, CartTrigger)
    )


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Whose carts are asked about, and where the journey goes from here."""

    people: frozenset[int]
    looked_at: int
    cursor: int


def _look_at_carts(journey: LiveJourney, trigger: CartTrigger, now: datetime, batch: int) -> int:
    """Let one journey see the cart events that are old enough, and wake walks by the newest ones.

    Walks begin and both places move in the same transaction: a kill leaves all or none of it.
    """
    stretch = _read_stretch(journey.event_cursor, now - timedelta(hours=trigger.idle_hours), batch)
    news = intake.list_cart_changes_after(journey.events_seen, batch)
    seen = news[-1].change_no if news else journey.events_seen
    if stretch.cursor == journey.event_cursor and seen == journey.events_seen:
        return 0
    touched = set(customers.owners_of_carts(news).values())
    entries = _entries(journey, trigger, stretch.people, now)
    with transaction.atomic():
        if not store.take_events(journey, cursor=stretch.cursor, seen=seen):
            return 0
        store.wake(journey.id, all_ids(touched), now)
        begin_walks(journey, entries, now)
    return stretch.looked_at + len(news)


def _read_stretch(cursor: int, left_until: datetime, batch: int) -> _Stretch:
    """Read on as far as every cart event was received by `left_until` and its person is known.

    Identifications are read along: a device that turns out to be somebody's brings its cart.
    """
    changes = intake.list_cart_changes_after(cursor, batch)
    if changes and changes[0].received_at > left_until:
        return _Stretch(frozenset(), 0, cursor)
    owners = customers.owners_of_carts(changes)
    named = intake.list_identifications_after(cursor, batch)
    linked = customers.linked_until()
    young = (one.change_no for one in changes if _must_wait(one, owners, left_until))
    unlinked = (one.change_no for one in named if one.change_no > linked)
    limit = min(_end(changes, next(young, None), batch), _end(named, next(unlinked, None), batch))
    changes = [one for one in changes if one.change_no <= limit]
    named = [one for one in named if one.change_no <= limit]
    devices = customers.customers_of_devices((one.device_id, one.occurred_at) for one in named)
    people = {owners[one.id] for one in changes if one.id in owners} | set(devices.values())
    last = max([cursor, *(one.change_no for one in changes), *(one.change_no for one in named)])
    return _Stretch(frozenset(people), len(changes) + len(named), last)


def _must_wait(change: CartChange, owners: Mapping[int, int], left_until: datetime) -> bool:
    is_unknown = change.party_id is not None and change.id not in owners
    return change.received_at > left_until or is_unknown


def _end(
    found: Sequence[CartChange | IdentificationRecord], first_waiting: int | None, batch: int
) -> int:
    """Give how far one of the two has been read: to what must wait, or to the end of its page."""
    if first_waiting is not None:
        return first_waiting - 1
    return found[-1].change_no if len(found) == batch else _NO_END


def _entries(
    journey: LiveJourney, trigger: CartTrigger, people: Iterable[int], now: datetime
) -> list[Entry]:
    carts = carts_of(people, now)
    fresh = {who: cart for who, cart in carts.items() if cart.changed_at >= journey.live_since}
    histories = customers.purchase_history(fresh) if fresh else {}
    around = look_around()
    found = (
        entry_by_cart(
            trigger,
            cart,
            customer_id,
            histories.get(customer_id, ()),
            changed_on=local_day(cart.changed_at, around.zone),
            now=now,
            today=around.day_of(now),
        )
        for customer_id, cart in fresh.items()
    )
    return [entry for entry in found if entry is not None]
