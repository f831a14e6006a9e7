"""Wishes: what may be asked for, how long a pause lasts, and what two people who are one asked for."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from okaeri.customers.preference_types import Wishes
from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text

PAUSE_MONTHS = (1, 3)
_BAD_HOURS = Text(
    "時間帯は、始まりが終わりより前になるように選んでください。",
    "Choose hours that begin before they end.",
)
_BAD_WISH = Text(
    "選べない値が含まれています。ページを開き直して選んでください。",
    "Something here cannot be chosen; open the page again.",
)


def check_wishes(wishes: Wishes) -> Wishes:
    """Give wishes in their shortest form or raise InputError; all seven days are any day."""
    days = tuple(sorted(set(wishes.weekdays)))
    hours = (wishes.from_hour, wishes.until_hour)
    most = wishes.most_per_week
    if any(day not in range(7) for day in days) or (most is not None and not 1 <= most <= 100):
        raise InputError(_BAD_WISH)
    if (hours[0] is None) != (hours[1] is None):
        raise InputError(_BAD_HOURS)
    if hours[0] is not None and hours[1] is not None and not 0 <= hours[0] < hours[1] <= 24:
        raise InputError(_BAD_HOURS)
    return replace(wishes, weekdays=() if len(days) == 7 else days)


def last_day_of_pause(today: date, months: int) -> date:
    """Give the last day of a pause of whole months; 31 January and one month is 28 February."""
    if months not in PAUSE_MONTHS:
        raise InputError(_BAD_WISH)
    year, month = divmod(today.month - 1 + months, 12)
    year, month = today.year + year, month + 1
    return date(year, month, min(today.day, monthrange(year, month)[1]))


def combine(said: Sequence[tuple[datetime, Wishes]]) -> Wishes:
    """Give what holds for one person who spoke under several numbers: nothing he refused comes back.

    Refusals add up, the longest pause and the lowest number hold; of days and hours the newest word.
    """
    newest_first = [wishes for _, wishes in sorted(said, key=lambda one: one[0], reverse=True)]
    counts = [w.most_per_week for w in newest_first if w.most_per_week is not None]
    pauses = [w.paused_until for w in newest_first if w.paused_until is not None]
    timed = next((w for w in newest_first if w.from_hour is not None), Wishes())
    return Wishes(
        refused_topics=frozenset().union(*(w.refused_topics for w in newest_first)),
        most_per_week=min(counts, default=None),
        weekdays=next((w.weekdays for w in newest_first if w.weekdays), ()),
        from_hour=timed.from_hour,
        until_hour=timed.until_hour,
        paused_until=max(pauses, default=None),
    )
