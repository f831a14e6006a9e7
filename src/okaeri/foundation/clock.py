"""The only source of time. Instants are aware and UTC; days belong to the shop's time zone.

The product runs under whichever clock is in use, so that a demo can live two years in two minutes
and a test can stand still. Rules never read a clock: they take `now` as an argument.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Tells the present instant."""

    @property
    def is_simulated(self) -> bool:
        """Whether this clock differs from the wall clock on purpose."""
        ...

    def now(self) -> datetime:
        """Give the present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    is_simulated = False

    def now(self) -> datetime:
        """Give the present instant, aware, in UTC."""
        return datetime.now(UTC)


class SimulatedClock:
    """A clock that stands still until it is moved, and never moves back."""

    is_simulated = True

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """Give the simulated instant, aware, in UTC."""
        return self._now

    def move_to(self, instant: datetime) -> None:
        """Go forward to `instant`; a step back is an error in the caller."""
        if instant < self._now:
            raise ValueError(f"clock cannot go back from {self._now} to {instant}")
        self._now = instant.astimezone(UTC)

    def advance(self, step: timedelta) -> None:
        """Go forward by `step`."""
        self.move_to(self._now + step)


_in_use: Clock = SystemClock()


def current() -> Clock:
    """Give the clock this process lives by."""
    return _in_use


def now() -> datetime:
    """Give the present instant by the clock in use, aware, in UTC."""
    return _in_use.now()


def set_clock(clock: Clock) -> None:
    """Live by `clock` from now on (all threads of this process)."""
    global _in_use  # noqa: PLW0603 - one process lives by one clock
    _in_use = clock


@contextmanager
def use(clock: Clock) -> Iterator[Clock]:
    """Live by `clock` inside the block."""
    before = current()
    set_clock(clock)
    try:
        yield clock
    finally:
        set_clock(before)


def local_day(instant: datetime, zone: ZoneInfo) -> date:
    """Give the calendar day of `instant` in the shop's time zone."""
    return instant.astimezone(zone).date()
