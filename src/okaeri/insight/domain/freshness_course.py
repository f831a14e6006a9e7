"""One person's freshness from day to day: 100 with each purchase or delivery, halved per cycle since."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from okaeri.insight.domain.bumps import lifted_freshness
from okaeri.insight.domain.freshness import freshness_of
from okaeri.insight.types import CustomerInsightView


def freshness_points(
    touched: Sequence[date],
    *,
    half_life_days: float,
    start: date,
    end: date,
    lifts: Mapping[date, int] | None = None,
) -> list[tuple[date, float]]:
    """Give day → freshness of every day between, from the first of `touched` on; 100 on each of these.

    `touched` are days of purchase, shipping or delivery; `lifts` the points of days with signs of life.
    """
    known = sorted(touched)
    days = (start + timedelta(days=n) for n in range((end - start).days + 1))
    return [
        (
            day,
            lifted_freshness(
                lifts or {}, fresh_on=known[before - 1], as_of=day, half_life_days=half_life_days
            ),
        )
        for day in days
        if (before := bisect_right(known, day))
    ]


def unlifted_freshness(standing: CustomerInsightView) -> float:
    """Give what freshness would be without signs of life; what it is where that is not known."""
    if standing.fresh_on is None or standing.half_life_days is None:
        return standing.freshness
    if standing.last_on is None:
        days = (standing.as_of - standing.fresh_on).days
    else:
        days = (standing.recency_days or 0) - (standing.fresh_on - standing.last_on).days
    return freshness_of(days, standing.half_life_days)
