"""One month of the calendar: which items, in weeks of seven days from Monday on."""

from calendar import Calendar
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from okaeri.plan.calendar_types import CalendarItem

# So many items stand on a day of the month; the list holds all of them.
MOST_A_DAY = 3
_FIRST_YEAR, _LAST_YEAR = 2000, 2100


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the grid; `more`: so many items stand in the list only."""

    on: date
    is_inside: bool
    is_today: bool
    items: Sequence[CalendarItem]
    more: int


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month by its first day; `before` and `after` are None at the ends of the calendar."""

    first: date

    @property
    def key(self) -> str:
        return f"{self.first:%Y-%m}"

    @property
    def before(self) -> str | None:
        month = Month((self.first - timedelta(days=1)).replace(day=1))
        return month.key if month.first.year >= _FIRST_YEAR else None

    @property
    def after(self) -> str | None:
        month = Month((self.first + timedelta(days=31)).replace(day=1))
        return month.key if month.first.year <= _LAST_YEAR else None

    def holds(self, day: date) -> bool:
        """Whether a day is of this month."""
        return (day.year, day.month) == (self.first.year, self.first.month)

    def weeks(self, items: Iterable[CalendarItem], today: date) -> list[list[Day]]:
        """Give the weeks that touch this month, with the items of its own days."""
        by_day: defaultdict[date, list[CalendarItem]] = defaultdict(list)
        for item in items:
            by_day[item.day].append(item)
        weeks = Calendar().monthdatescalendar(self.first.year, self.first.month)
        return [[self._day(on, by_day.get(on, []), today) for on in week] for week in weeks]

    def _day(self, on: date, items: list[CalendarItem], today: date) -> Day:
        shown = items[:MOST_A_DAY] if self.holds(on) else []
        more = len(items) - len(shown) if self.holds(on) else 0
        return Day(on, self.holds(on), self.holds(on) and on == today, shown, more)


def asked_month(text: str, today: date) -> Month:
    """Read "2026-12"; anything strange is the month of today."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        first = today.replace(day=1)
    if not _FIRST_YEAR <= first.year <= _LAST_YEAR:
        first = today.replace(day=1)
    return Month(first)
