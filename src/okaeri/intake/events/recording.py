"""Use cases of events: a batch of a program, an identification, and what many browsers send at once."""

from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from datetime import datetime
from functools import lru_cache
from time import monotonic
from zoneinfo import ZoneInfo

from django.db import transaction

from okaeri.foundation.settings import ShopProfile, load
from okaeri.foundation.work.together import GroupCommit
from okaeri.intake.domain.events import settle_instant
from okaeri.intake.event_types import EventIn, SaidWho
from okaeri.intake.events.writing import Received, write_events, write_identification

_WEB = "web"
_ZONE_SECONDS = 5


def record_events(events: Iterable[EventIn], *, source: str, received_at: datetime) -> int:
    """Store events, all or none; a key that is known is left alone. Gives how many were new.

    Raises InputError for an event that lies more than ten minutes ahead.
    """
    settled = [
        event._replace(occurred_at=settle_instant(event.occurred_at, received_at, place))
        for place, event in enumerate(events, 1)
    ]
    with transaction.atomic():
        return write_events(
            [Received(settled, received_at)], source=source, zone=load(ShopProfile).zone
        )


def record_identification(said: SaidWho, *, source: str) -> bool:
    """Store one identification in a transaction of its own."""
    with transaction.atomic():
        return write_identification(said, source=source)


def record_visit(
    events: Sequence[EventIn], identified: Sequence[SaidWho], received_at: datetime
) -> None:
    """Store what one call of the tag brought, sharing commits with calls beside it.

    Returns once it is committed. Raises BusyError where the database does not let go in time.
    Identifications have commits of their own: on PostgreSQL they wait while a file of orders is
    stored, and page views must not wait with them.
    """
    if events:
        _events.submit(Received(events, received_at))
    if identified:
        _identified.submit(identified)


def begin_to_record(events: Sequence[EventIn], received_at: datetime) -> Future[None]:
    """Hand in events as `record_visit` does, without waiting: the future ends with their commit.

    Asks no database, so an event loop may call it. Raises BusyError where too many wait.
    """
    return _events.enqueue(Received(events, received_at))


def _write_seen(group: list[Received]) -> list[None]:
    zone = _zone_at(int(monotonic() // _ZONE_SECONDS))
    with transaction.atomic():
        write_events(group, source=_WEB, zone=zone)
    return [None] * len(group)


def _write_identified(group: list[Sequence[SaidWho]]) -> list[None]:
    with transaction.atomic():
        for identified in group:
            for said in identified:
                write_identification(said, source=_WEB)
    return [None] * len(group)


@lru_cache(maxsize=1)
def _zone_at(moment: int) -> ZoneInfo:
    """Asked many times a second; a changed setting counts after a few."""
    return load(ShopProfile).zone


_events = GroupCommit("events", _write_seen)
_identified = GroupCommit("identified", _write_identified)
