"""Events and identifications into the database, inside the caller's transaction.

Contacts first, then the lock on the events' own counter, then the rows: writers follow one another
in that order, so two that bring the same keys turned round never wait for each other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain
from zoneinfo import ZoneInfo

from django.db import connection

from okaeri.foundation.bulk import instant_form
from okaeri.foundation.clock import local_day
from okaeri.foundation.sequences import next_numbers
from okaeri.foundation.settings import load
from okaeri.intake.event_types import EventIn, SaidWho, TagRules
from okaeri.intake.models import Event, Identification, SourceMark
from okaeri.intake.people import store_parties
from okaeri.intake.types import PartyIn
from okaeri.intake.writing import CHANGES
from okaeri.intake.writing.marks import note_newest

EVENTS = "intake.events"
_QUARTER = 900
_LONGEST_SOURCE = 40
_COLUMNS = (
    "key", "source", "kind", "device_id", "party_id", "occurred_at", "occurred_on", "received_at",
    "url", "title", "referrer", "sku", "category", "query", "quantity", "value_minor", "change_no",
)  # fmt: skip
_ROW = f"({', '.join(['%s'] * len(_COLUMNS))})"
# SQLite's driver gives Python's lock away with every statement, and beside busy threads waits to get
# it back: many rows share one. A few lengths only, so that the statements stay prepared.
_ROWS_PER_STATEMENT = (64, 16, 4, 1)


@dataclass(frozen=True, slots=True)
class Received:
    """Events that came in together, and when."""

    events: Sequence[EventIn]
    at: datetime


def write_events(calls: Sequence[Received], *, source: str, zone: ZoneInfo) -> int:
    """Insert events whose keys are new, with change numbers; gives how many were new."""
    count = sum(len(call.events) for call in calls)
    if not count:
        return 0
    named = ((event.party, call.at) for call in calls for event in call.events if event.party)
    parties = _party_ids(named, source)
    numbers = iter(next_numbers(EVENTS, count))
    stored = instant_form()
    rows = [
        (
            e.key, source, e.kind, e.device_id, parties.get(e.party) if e.party else None,
            stored(e.occurred_at), _day(int(e.occurred_at.timestamp()) // _QUARTER, zone),
            stored(call.at), e.url, e.title, e.referrer, e.sku, e.category, e.query, e.quantity,
            e.value_minor, next(numbers),
        )
        for call in calls
        for e in call.events
    ]  # fmt: skip
    newest = max(event.occurred_at for call in calls for event in call.events)
    note_newest(SourceMark.Subject.EVENT, {source: stored(newest)})
    with connection.cursor() as cursor:
        start, new = 0, 0
        for size in _ROWS_PER_STATEMENT:
            while len(rows) - start >= size:
                some = rows[start : start + size]
                cursor.execute(_insert(size), list(chain.from_iterable(some)))
                new += max(int(cursor.rowcount), 0)
                start += size
        return new


@lru_cache
def _insert(rows: int) -> str:
    return (
        f'INSERT INTO "{Event._meta.db_table}" ({", ".join(_COLUMNS)}) '  # noqa: S608 - own names
        f"VALUES {', '.join([_ROW] * rows)} ON CONFLICT (key) DO NOTHING"
    )


@lru_cache(maxsize=4096)
def _day(quarter: int, zone: ZoneInfo) -> str:
    """No zone's midnight lies inside a quarter of an hour, so events of one share their day."""
    return str(local_day(datetime.fromtimestamp(quarter * _QUARTER, UTC), zone))


def write_identification(said: SaidWho, *, source: str) -> bool:
    """Note that a device is in a contact's hands; gives whether that was news."""
    party_id = _party_ids([(said.party, said.occurred_at)], source).get(said.party)
    if party_id is None:
        return False
    number = next_numbers(EVENTS)[0]
    earlier = Identification.objects.filter(
        device_id=said.device_id, occurred_at__lte=said.occurred_at
    )
    holder = earlier.order_by("-occurred_at", "-id").values_list("party_id", flat=True).first()
    if holder == party_id:
        return False
    Identification.objects.create(
        device_id=said.device_id,
        party_id=party_id,
        occurred_at=said.occurred_at,
        change_no=number,
    )
    return True


def _party_ids(named: Iterable[tuple[PartyIn, datetime]], source: str) -> dict[PartyIn, int]:
    """Store the contacts that are new; one that says nothing has no id.

    A member number means one person only together with who gave it: the cart the shop runs on, where
    the shop has named it, and the sender of the event otherwise.
    """
    seen = dict(named)
    if not seen:
        return {}
    members = load(TagRules).member_source.strip()[:_LONGEST_SOURCE] or source
    next_numbers(CHANGES, 0)
    latest = max(seen.values())
    given = [(members if p.member_no else source, p, at) for p, at in seen.items()]
    ids = store_parties(given, latest)
    return {party: found for party, found in zip(seen, ids, strict=True) if found is not None}
