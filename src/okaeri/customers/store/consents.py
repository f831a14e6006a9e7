"""The consent ledger, the contact points derived from it, and suppression."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from okaeri.customers.domain.consent import ConsentFact, ConsentState, decide_consent
from okaeri.customers.domain.names import address_key
from okaeri.customers.models import (
    ConsentEvent,
    ConsentWording,
    ContactPoint,
    Customer,
    Suppression,
)
from okaeri.customers.store.sql import execute, is_among, select
from okaeri.customers.types import ContactPointView
from okaeri.foundation.bulk import bulk_insert, db_instant

_EVENTS, _POINTS = ConsentEvent._meta.db_table, ContactPoint._meta.db_table
_CUSTOMERS = Customer._meta.db_table
# Channel → the column of the customer that holds where he is reached there.
CHANNELS = {"email": "email", "line": "line_user_id"}


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One new entry of the ledger; `wording_sha256` is None where no wording was shown."""

    customer_id: int
    channel: str
    action: str
    basis: str
    source: str
    occurred_at: datetime
    proof: dict[str, Any]
    wording_sha256: str | None = None

    @property
    def fact(self) -> ConsentFact:
        return ConsentFact(
            self.action, self.source, self.basis, self.occurred_at, has_proof=bool(self.proof)
        )


def append(entries: Iterable[LedgerEntry], now: datetime) -> None:
    """Write entries at the end of the ledger."""
    instant, recorded = _instants(), db_instant(now)
    bulk_insert(
        _EVENTS,
        (
            *("customer_id", "channel", "action", "basis", "source", "wording_id", "proof"),
            *("occurred_at", "recorded_at"),
        ),
        (
            (
                *(entry.customer_id, entry.channel, entry.action, entry.basis, entry.source),
                *(entry.wording_sha256, json.dumps(entry.proof)),
                *(instant(entry.occurred_at), recorded),
            )
            for entry in entries
        ),
    )


def _instants() -> Callable[[datetime], Any]:
    """Give `db_instant` with a memory: the contacts of one import share one instant."""
    return lru_cache(1024)(db_instant)


def keep_wording(wording: str, now: datetime) -> str | None:
    """Keep the words once, however many people agreed to them; gives their sha256."""
    if not wording:
        return None
    digest = hashlib.sha256(wording.encode()).hexdigest()
    row = ConsentWording(sha256=digest, wording=wording, first_shown_at=now)
    ConsentWording.objects.bulk_create([row], ignore_conflicts=True)
    return digest


def changed_wordings() -> list[str]:
    """Give the sha256 of every kept wording whose words are not those it was made of."""
    rows = ConsentWording.objects.order_by("sha256").values_list("sha256", "wording")
    return [
        digest
        for digest, wording in rows.iterator()
        if hashlib.sha256(wording.encode()).hexdigest() != digest
    ]


def imported_words(customer_ids: Iterable[int]) -> set[tuple[int, datetime]]:
    """Give (party, instant) of every entry that these customers' parties already made."""
    events = _events_of(customer_ids).filter(source="import")
    return {
        (proof.get("party_id", 0), at) for proof, at in events.values_list("proof", "occurred_at")
    }


def _events_of(customer_ids: Iterable[int]) -> Any:  # noqa: ANN401 - a queryset that stays in here
    condition, parameter = is_among("customer_id", customer_ids)
    ids = f"SELECT id FROM {_EVENTS} WHERE {condition}"  # noqa: S608
    return ConsentEvent.objects.extra(where=[f"{_EVENTS}.id IN ({ids})"], params=[parameter])  # noqa: S610


def event_ids_of(customer_id: int) -> list[int]:
    """Give the ids of a customer's entries."""
    events = ConsentEvent.objects.filter(customer_id=customer_id)
    return list(events.order_by("id").values_list("id", flat=True))


def move_events(event_ids: Sequence[int], from_customer: int, to_customer: int) -> None:
    """Give entries of one customer to another one; nothing else in them changes."""
    condition, parameter = is_among("id", event_ids)
    sql = f"UPDATE {_EVENTS} SET customer_id = %s WHERE customer_id = %s AND {condition}"  # noqa: S608
    execute(sql, [to_customer, from_customer, parameter])


def insert_points(states: Iterable[tuple[int, str, str, ConsentState]]) -> None:
    """Write contact points of new customers: (customer, channel, address, state)."""
    instant = _instants()
    bulk_insert(
        _POINTS,
        ("customer_id", "channel", "address", "consent", "consent_at"),
        (
            (
                number,
                channel,
                address,
                state.consent,
                instant(state.since) if state.since else None,
            )
            for number, channel, address, state in states
        ),
    )


def derive_points(customer_ids: Iterable[int]) -> None:
    """Write the contact points of these customers anew from their rows and the ledger."""
    customers = set(customer_ids)
    if not customers:
        return
    ledger = _ledger(customers)
    condition, parameter = is_among("id", customers)
    columns = ", ".join(CHANNELS.values())
    sql = f"SELECT id, {columns} FROM {_CUSTOMERS} WHERE merged_into_id IS NULL AND {condition}"  # noqa: S608
    points = [
        (number, channel, address, decide_consent(ledger.get((number, channel), ())))
        for number, *addresses in select(sql, [parameter])
        for channel, address in zip(CHANNELS, addresses, strict=True)
        if address
    ]
    condition, parameter = is_among("customer_id", customers)
    channels = ", ".join(f"'{channel}'" for channel in CHANNELS)
    execute(f"DELETE FROM {_POINTS} WHERE channel IN ({channels}) AND {condition}", [parameter])  # noqa: S608
    insert_points(points)


def withdrawn_of(customer_ids: Iterable[int]) -> dict[str, int]:
    """Give channel → the first of these customers whose consent there is withdrawn at present."""
    customers = list(customer_ids)
    ledger = _ledger(customers)
    return {
        channel: number
        for channel in CHANNELS
        for number in reversed(customers)
        if decide_consent(ledger.get((number, channel), ())).consent == "withdrawn"
    }


def granted_channels(customer_id: int) -> set[str]:
    """Give the channels on which this customer's ledger says yes at present."""
    return {
        channel
        for (_, channel), facts in _ledger([customer_id]).items()
        if decide_consent(facts).consent == "granted"
    }


def grants_on(channel: str, customer_ids: Iterable[int]) -> dict[int, list[datetime]]:
    """Give customer → when he agreed on a channel, oldest first."""
    rows = _events_of(customer_ids).filter(channel=channel, action=ConsentEvent.Action.GRANTED)
    found: dict[int, list[datetime]] = {}
    for number, at in rows.order_by("occurred_at").values_list("customer_id", "occurred_at"):
        found.setdefault(number, []).append(at)
    return found


def _ledger(customer_ids: Iterable[int]) -> dict[tuple[int, str], list[ConsentFact]]:
    ledger: dict[tuple[int, str], list[ConsentFact]] = defaultdict(list)
    columns = ("customer_id", "channel", "action", "source", "basis", "occurred_at", "proof")
    for customer, channel, action, source, basis, at, proof in _events_of(customer_ids).values_list(
        *columns
    ):
        fact = ConsentFact(action, source, basis, at, has_proof=bool(proof))
        ledger[customer, channel].append(fact)
    return ledger


def grant_where_none(channel: str, since: datetime) -> list[int]:
    """Turn consent "none" into "granted" on a channel; gives the customers, to be put in the ledger."""
    sql = (
        f"UPDATE {_POINTS} SET consent = 'granted', consent_at = %s "  # noqa: S608
        "WHERE channel = %s AND consent = 'none' RETURNING customer_id"
    )
    return sorted(number for (number,) in select(sql, [db_instant(since), channel]))


def views_of(customer_ids: Iterable[int], channel: str = "") -> list[ContactPointView]:
    """Give contact points of live customers with suppression looked up, in a fixed order."""
    condition, parameter = is_among("customer_id", customer_ids)
    columns = "id, customer_id, channel, address, consent, consent_at"
    sql = f"SELECT {columns} FROM {_POINTS} WHERE {condition}"  # noqa: S608
    found = ContactPoint.objects.raw(
        f"{sql} AND channel = %s ORDER BY customer_id" if channel else f"{sql} ORDER BY channel",
        [parameter, channel] if channel else [parameter],
    )
    points = list(found)
    blocked = _suppressed({address_key(point.address) for point in points})
    return [
        ContactPointView(
            customer_id=point.customer_id,
            channel=point.channel,
            address=point.address,
            consent=point.consent,
            consent_at=point.consent_at,
            suppressed_because=blocked.get((point.channel, address_key(point.address)), ""),
        )
        for point in points
    ]


def _suppressed(addresses: set[str]) -> dict[tuple[str, str], str]:
    condition, parameter = is_among("address", addresses)
    table = Suppression._meta.db_table
    rows = select(f"SELECT channel, address, reason FROM {table} WHERE {condition}", [parameter])  # noqa: S608
    return {(channel, address): reason for channel, address, reason in rows}


def suppressed_of(channel: str, addresses: Iterable[str]) -> dict[str, str]:
    """Give those of these addresses of a channel that are blocked, with the reason."""
    keys = {address_key(address) for address in addresses}
    return {
        address: reason
        for (found, address), reason in _suppressed(keys).items()
        if found == channel
    }


def suppress(channel: str, address: str, reason: str, at: datetime) -> None:
    """Never write to an address again whatever consent says; the first reason stays."""
    row = Suppression(
        channel=channel, address=address_key(address), reason=reason[:40], created_at=at
    )
    Suppression.objects.bulk_create([row], ignore_conflicts=True)
