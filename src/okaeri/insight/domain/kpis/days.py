"""Sums by day, and how many people bought in any span of days."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from typing import Any

from okaeri.insight.domain.months import first_of_month, month_end, month_number

# Trend: so many closed months before today.
MONTHS = 13


@dataclass(frozen=True, slots=True)
class Points:
    """The days a figure is read on: today, a month and a year before, and the ends of closed months."""

    now: date
    month_before: date
    year_before: date
    month_ends: tuple[date, ...]

    @property
    def all(self) -> tuple[date, ...]:
        """Every day once, the earliest first."""
        days = {*self.month_ends, self.now, self.month_before, self.year_before}
        return tuple(sorted(days))


def points_of(as_of: date) -> Points:
    """Give the days for an analysis as of `as_of`; a month too short ends earlier."""
    ends = tuple(month_end(as_of, back) for back in range(MONTHS, 0, -1))
    return Points(as_of, _months_before(as_of, 1), _months_before(as_of, 12), ends)


def _months_before(day: date, months: int) -> date:
    first = first_of_month(month_number(day) - months)
    return min(month_end(first, 0), first + timedelta(days=day.day - 1))


class Running:
    """How much of something had come by the end of a day."""

    def __init__(self, amounts: Iterable[tuple[date | None, int]]) -> None:
        sums: dict[date, int] = {}
        for day, amount in amounts:
            if day is not None:
                sums[day] = sums.get(day, 0) + (amount or 0)
        self._days = sorted(sums)
        self._totals = [0, *accumulate(sums[day] for day in self._days)]

    def until(self, day: date) -> int:
        """Sum of all days up to and on `day`."""
        return self._totals[bisect_right(self._days, day)]

    def within(self, day: date, days: int) -> int:
        """Sum of the `days` days that end with `day`."""
        return self.until(day) - self.until(day - timedelta(days=days))


class People:
    """How many people bought in a span of days (rows of `features.kpis`)."""

    def __init__(
        self,
        flows: Sequence[Mapping[str, Any]],
        silences: Sequence[Mapping[str, Any]],
        last_days: Iterable[Mapping[str, Any]],
        *,
        spans: Iterable[int],
    ) -> None:
        self.firsts = Running(
            (row["ordered_on"], row["purchases"]) for row in flows if row["n"] == 1
        )
        self._lasts = Running((row["last_on"], row["customers"]) for row in last_days)
        self._left, self._back = (
            {
                span: Running(
                    (row["day"], row[f"over_{span}"]) for row in silences if row["edge"] == edge
                )
                for span in spans
            }
            for edge in ("left", "back")
        )

    def ever(self, day: date) -> int:
        """Count who had bought by the end of `day`."""
        return self.firsts.until(day)

    def within(self, day: date, span: int) -> int:
        """Count who bought in the `span` days that end with `day`; one of the spans asked for.

        All who ever bought, but who never came again so long before, and who was silent for so long on
        that day though he came back later.
        """
        since = day - timedelta(days=span)
        away = self._left[span].until(since) - self._back[span].until(day)
        return self.ever(day) - self._lasts.until(since) - away
