"""Opening hours of sending in the shop's own time zone. Everything is told `now`; nothing reads it."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

# Messages that wait for the opening leave over this span instead of all in its first second.
SPREAD = timedelta(minutes=30)
_HOURS_A_DAY = 24


@lru_cache(maxsize=256)
def hours_between(from_hour: int, until_hour: int) -> frozenset[int]:
    """Give the local hours of a window: from_hour <= hour < until_hour.

    A window may cross midnight (22 to 6); equal hours mean always open.
    """
    if from_hour == until_hour:
        return frozenset(range(24))
    if from_hour < until_hour:
        return frozenset(range(from_hour, until_hour))
    return frozenset((*range(from_hour, 24), *range(until_hour)))


def opening_on(day: date, zone: ZoneInfo, from_hour: int) -> datetime:
    """Give the instant sending opens on the shop-local `day`.

    An hour that a clock change leaves out opens at the first instant after it.
    """
    local = datetime(day.year, day.month, day.day, from_hour, tzinfo=zone)
    return local.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class OpenTimes:
    """When marketing may leave: local hours, on these weekdays (0 = Monday; empty: any).

    `first_hour` is where a day begins that has no closed hour at all.
    """

    hours: frozenset[int]
    weekdays: tuple[int, ...] = ()
    first_hour: int = 0

    def holds(self, instant: datetime, zone: ZoneInfo) -> bool:
        """Tell whether `instant` lies inside."""
        local = instant.astimezone(zone)
        return local.hour in self.hours and self._has(local.date())

    def _has(self, day: date) -> bool:
        return not self.weekdays or day.weekday() in self.weekdays

    def openings(self) -> list[int]:
        """Give the hours at which a stretch of open hours begins."""
        if len(self.hours) == _HOURS_A_DAY:
            return [self.first_hour]
        return sorted(hour for hour in self.hours if (hour - 1) % _HOURS_A_DAY not in self.hours)

    def next_opening(self, after: datetime, zone: ZoneInfo, on: date | None = None) -> datetime:
        """Give the first opening strictly after `after`, on the shop-local day `on` or later.

        There must be an hour at all.
        """
        day = on or after.astimezone(zone).date()
        while True:
            for hour in self.openings() if self._has(day) else ():
                opening = opening_on(day, zone, hour)
                if opening > after:
                    return opening
            day += timedelta(days=1)


def spread_after(opening: datetime, key: str) -> datetime:
    """Give this message's own instant within SPREAD after `opening`; the same key, the same instant."""
    share = int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big") / 2**32
    return opening + timedelta(seconds=int(SPREAD.total_seconds() * share))
