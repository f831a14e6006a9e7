"""Devices find their people: identifications from intake, and events told apart by their times."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from django.db import transaction

from okaeri.customers.domain.devices import owner_at, spans_of
from okaeri.customers.store import devices, families, identity
from okaeri.customers.types import DeviceLinkView
from okaeri.intake import api as intake
from okaeri.intake.event_types import CartChange, EventRecord

_PAGE = 500
_LARGE_PAGE = 5000


def link_devices(now: datetime, limit: int = 5000) -> int:
    """Link at most `limit` identifications to the people they name; gives how many were read.

    One whose contact nobody has resolved yet waits, and the later ones with it.
    """
    if not intake.list_identifications_after(devices.read_cursor(), 1):
        return 0
    with transaction.atomic():
        # No merge moves contacts while this looks up whose they are.
        if identity.claim_cursor() is None:
            return 0
        cursor = devices.claim_cursor()
        return 0 if cursor is None else _link_after(cursor, now, limit)


def _link_after(cursor: int, now: datetime, limit: int) -> int:
    found = intake.list_identifications_after(cursor, limit)
    owners = identity.links_of(one.party_id for one in found)
    ready = []
    for one in found:
        if one.party_id not in owners:
            break
        ready.append(one)
    if ready:
        devices.insert_links(
            (one.device_id, one.party_id, owners[one.party_id], one.occurred_at) for one in ready
        )
        devices.advance_cursor(ready[-1].change_no, now)
    return len(ready)


def devices_of(customer_id: int) -> list[DeviceLinkView]:
    """Give when which device was this person's, by device and time."""
    ids = families.families_of([customer_id]).get(customer_id, ())
    known = devices.identified_on(devices.devices_of(ids))
    return [
        DeviceLinkView(device, ids[0], span.since, span.until)
        for device, identified in sorted(known.items())
        for span in spans_of(identified, ids)
    ]


def customers_of_devices(pairs: Iterable[tuple[str, datetime]]) -> dict[tuple[str, datetime], int]:
    """Give (device, instant) → the live id of whose an event there and then is; else left out."""
    asked = set(pairs)
    known = devices.identified_on(device for device, _ in asked)
    owners = {
        (device, at): owner
        for device, at in asked
        if (owner := owner_at(known.get(device, []), at)) is not None
    }
    roots = identity.roots_of(set(owners.values()))
    return {pair: roots[owner] for pair, owner in owners.items()}


def first_identified(device_ids: Iterable[str]) -> dict[str, datetime]:
    """Give device → when somebody first said on it who he is; devices nobody ever named are left out."""
    known = devices.identified_on(device_ids)
    return {device: identified[0].at for device, identified in known.items()}


def list_web_events(
    customer_id: int,
    *,
    before: datetime | None = None,
    since: datetime | None = None,
    limit: int = 200,
) -> list[EventRecord]:
    """Give the newest events (since an instant) that are this person's, newest first; at most `limit`.

    An event that names its person is his; any other one belongs by `domain.devices`.
    """
    links = devices_of(customer_id)
    ids = families.families_of([customer_id]).get(customer_id, ())
    parties = {party for party, _ in identity.parties_of(ids)}
    spans: dict[str, list[DeviceLinkView]] = {}
    for link in links:
        spans.setdefault(link.device_id, []).append(link)
    mine: list[EventRecord] = []
    while len(mine) < limit:
        page = intake.events_of(spans, parties, before=before, since=since, limit=_PAGE)
        mine += [event for event in page if _is_his(event, spans, parties)]
        if len(page) < _PAGE:
            break
        before = page[-1].occurred_at
    return mine[:limit]


def web_events_of(
    customer_ids: Iterable[int], *, since: datetime, limit: int
) -> dict[int, list[EventRecord]]:
    """Give asked id → the person's events since an instant, newest first, at most `limit` of each.

    Everybody's are read together, page by page.
    """
    asked = families.families_of(customer_ids)
    root_of = {number: ids[0] for ids in asked.values() for number in ids}
    if not root_of:
        return {}
    parties = {party: root_of[owner] for party, owner in identity.parties_of(root_of)}
    known = devices.identified_on(devices.devices_of(root_of))
    mine: dict[int, list[EventRecord]] = defaultdict(list)
    for event in _pages(known, parties, since):
        owner = parties.get(event.party_id) if event.party_id else None
        if event.party_id is None:
            owner = root_of.get(owner_at(known.get(event.device_id, []), event.occurred_at) or 0)
        if owner is not None and len(mine[owner]) < limit:
            mine[owner].append(event)
    return {number: mine.get(ids[0], []) for number, ids in asked.items()}


def _pages(
    device_ids: Collection[str], parties: Collection[int], since: datetime
) -> Iterator[EventRecord]:
    before: datetime | None = None
    while True:
        page = intake.events_of(device_ids, parties, before=before, since=since, limit=_LARGE_PAGE)
        yield from page
        if len(page) < _LARGE_PAGE:
            return
        before = page[-1].occurred_at


def linked_until() -> int:
    """Give the change number of events up to which identifications have led to people."""
    return devices.read_cursor()


def owners_of_carts(changes: Iterable[CartChange]) -> dict[int, int]:
    """Give cart event id → the live id of whose it is; what is nobody's yet is left out."""
    given = list(changes)
    by_contact = identity.links_of({one.party_id for one in given if one.party_id is not None})
    by_device = customers_of_devices(
        (one.device_id, one.occurred_at) for one in given if one.party_id is None
    )
    found = {}
    for one in given:
        if one.party_id is not None:
            owner = by_contact.get(one.party_id)
        else:
            owner = by_device.get((one.device_id, one.occurred_at))
        if owner is not None:
            found[one.id] = owner
    return found


def cart_changes_of(
    customer_ids: Iterable[int], since: datetime
) -> dict[int, tuple[CartChange, ...]]:
    """Give asked id → what the person put into a cart or took out of it since an instant, oldest first.

    Whichever app, device or browser told of it: a cart is one person's, like his orders.
    """
    asked = families.families_of(customer_ids)
    roots = {ids[0]: ids for ids in asked.values()}
    everybody = [number for ids in roots.values() for number in ids]
    if not everybody:
        return {}
    parties = [party for party, _ in identity.parties_of(everybody)]
    changes = intake.cart_changes_of(devices.devices_of(everybody), parties, since=since)
    owners = owners_of_carts(changes)
    mine: dict[int, list[CartChange]] = defaultdict(list)
    for change in changes:
        if change.id in owners:
            mine[owners[change.id]].append(change)
    return {number: tuple(mine.get(ids[0], ())) for number, ids in asked.items()}


def _is_his(event: EventRecord, spans: dict[str, list[DeviceLinkView]], parties: set[int]) -> bool:
    if event.party_id is not None:
        return event.party_id in parties
    return any(link.holds(event.occurred_at) for link in spans.get(event.device_id, ()))
