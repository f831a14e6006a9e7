"""One thing that came to pass, as a station tells it to whoever follows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Happening:
    """What happened to whom; `data` holds numbers and words of ours, never an address or a name.

    `place` is where it stands in its station's order, so that a reader goes on behind it; `key` is
    the same whenever it is told.
    """

    place: int
    key: str
    kind: str
    occurred_at: datetime
    customer_id: int | None
    data: Mapping[str, Any] = field(default_factory=dict)


Happenings = Sequence[Happening]


def place_of(instant: datetime) -> int:
    """Give an instant as a place: microseconds since 1970."""
    return (instant - _EPOCH) // _MICROSECOND


def instant_of(place: int) -> datetime:
    """Give the instant `place_of` made a place of."""
    return _EPOCH + place * _MICROSECOND
