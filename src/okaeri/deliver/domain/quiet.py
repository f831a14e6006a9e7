"""Opening hours of sending in the shop's own time zone. Everything is told `now`; nothing reads it."""

import hashlib
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

# Messages that wait for the opening leave over this span instead of all in its first second.
SPREAD = timedelta(minutes=30)


def is_open(instant: datetime, zone: ZoneInfo, from_hour: int, until_hour: int) -> bool:
    """Tell whether marketing may leave at `instant`: from_hour <= local hour < until_hour.

    A window may cross midnight (22 to 6); equal hours mean always open.
    """
    hour = instant.astimezone(zone).hour
    if from_hour == until_hour:
        return True
    if from_hour < until_hour:
        return from_hour <= hour < until_hour
    return hour >= from_hour or hour < until_hour


def opening_on(day: date, zone: ZoneInfo, from_hour: int) -> datetime:
    """Give the instant sending opens on the shop-local `day`.

    An hour that a clock change leaves out opens at the first instant after it.
    """
    local = datetime(day.year, day.month, day.day, from_hour, tzinfo=zone)
    return local.astimezone(UTC)


def next_opening(instant: datetime, zone: ZoneInfo, from_hour: int) -> datetime:
    """Give the first opening strictly after `instant`."""
    day = instant.astimezone(zone).date()
    today = opening_on(day, zone, from_hour)
    return today if today > instant else opening_on(day + timedelta(days=1), zone, from_hour)


def spread_after(opening: datetime, key: str) -> datetime:
    """Give this message's own instant within SPREAD after `opening`; the same key, the same instant."""
    share = int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big") / 2**32
    return opening + timedelta(seconds=int(SPREAD.total_seconds() * share))
