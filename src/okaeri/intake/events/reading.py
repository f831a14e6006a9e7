"""Stored events by device, by person, by change; identifications by change."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa
from django.db.models import QuerySet

from okaeri.foundation.models import Sequence as Counter
from okaeri.intake.event_types import EventRecord, IdentificationRecord
from okaeri.intake.events.writing import EVENTS
from okaeri.intake.models import Event, Identification
from okaeri.intake.store import paged_batches

_EVENT = tuple(EventRecord.__dataclass_fields__)
_IDENTIFICATION = tuple(IdentificationRecord.__dataclass_fields__)
_PAGE = 500
_INT, _TEXT = pa.int64(), pa.string()
EVENT_BATCH = pa.schema(
    [
        ("event_id", _INT), ("source", _TEXT), ("kind", _TEXT), ("device_id", _TEXT),
        ("party_id", _INT), ("occurred_at", pa.timestamp("us")), ("occurred_on", pa.date32()),
        ("url", _TEXT), ("title", _TEXT), ("referrer", _TEXT), ("sku", _TEXT), ("category", _TEXT),
        ("query", _TEXT), ("quantity", _INT), ("value_minor", _INT), ("change_no", _INT),
    ]
)  # fmt: skip


def events_of(
    device_ids: Iterable[str],
    party_ids: Iterable[int] = (),
    *,
    before: datetime | None = None,
    since: datetime | None = None,
    limit: int = 200,
) -> list[EventRecord]:
    """Give the newest events of these devices and contacts, each once, newest first."""
    found: dict[int, EventRecord] = {}
    for field, values in (("device_id", device_ids), ("party_id", party_ids)):
        wanted: list[Any] = sorted(set(values))
        for start in range(0, len(wanted), _PAGE):
            some = Event.objects.filter(**{f"{field}__in": wanted[start : start + _PAGE]})
            if since is not None:
                some = some.filter(occurred_at__gte=since)
            found |= {record.id: record for record in _newest(some, before, limit)}
    newest = sorted(found.values(), key=lambda event: (event.occurred_at, event.id), reverse=True)
    return newest[:limit]


def _newest(events: QuerySet[Event], before: datetime | None, limit: int) -> Iterator[EventRecord]:
    if before is not None:
        events = events.filter(occurred_at__lt=before)
    for row in events.order_by("-occurred_at", "-id").values_list(*_EVENT)[:limit]:
        yield EventRecord(*row)


def events_after(change_no: int, limit: int) -> list[EventRecord]:
    """Give events behind a change number of events, in the order of change."""
    rows = Event.objects.filter(change_no__gt=change_no).order_by("change_no")[:limit]
    return [EventRecord(*row) for row in rows.values_list(*_EVENT)]


def identifications_after(change_no: int, limit: int) -> list[IdentificationRecord]:
    """Give at most `limit` identifications behind a change number, in the order of change.

    A device that goes back and forth between two contacts has a row for each time.
    """
    rows = Identification.objects.filter(change_no__gt=change_no).order_by("change_no")[:limit]
    return [IdentificationRecord(*row) for row in rows.values_list(*_IDENTIFICATION)]


def last_received_at() -> datetime | None:
    """Give when the newest event came in; None in a shop without any."""
    return Event.objects.order_by("-change_no").values_list("received_at", flat=True).first()


def latest_event_change() -> int:
    """Give the highest change number of events and identifications."""
    return Counter.objects.filter(name=EVENTS).values_list("value", flat=True).first() or 0


def event_batches(after: int) -> Iterator[pa.RecordBatch]:
    """Give events behind a change number as Arrow (columns: `events.reading.EVENT_BATCH`).

    Events are numbered apart from orders: `latest_change_no` says nothing of them.
    """
    names: Sequence[str] = ["id" if name == "event_id" else name for name in EVENT_BATCH.names]
    columns = ", ".join(f'"{name}"' for name in names)
    sql = (
        f'SELECT {columns} FROM "{Event._meta.db_table}" '  # noqa: S608 - own names
        'WHERE "change_no" > %s AND "change_no" <= %s ORDER BY "change_no"'
    )
    return paged_batches(sql, after, latest_event_change(), EVENT_BATCH)
