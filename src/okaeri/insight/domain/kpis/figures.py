"""One figure on one day: its value, what it was counted from, and how sure it is."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from okaeri.insight.domain.kpis.days import Points
from okaeri.insight.domain.months import month_name
from okaeri.insight.domain.shares import share_of, wilson_interval

Figure = dict[str, Any]
At = Callable[[date], Figure]


def rate(hits: int, of: int) -> Figure:
    """Give a share with its 95 % Wilson interval: {value, of, hits, low, high}; None without anybody."""
    low, high = wilson_interval(hits, of)
    return {
        "value": share_of(hits, of),
        "of": of,
        "hits": hits,
        "low": low if of else None,
        "high": high if of else None,
    }


def count(value: int) -> Figure:
    """Give a whole count: {value, of}."""
    return {"value": value, "of": value}


def mean(total: float, of: int) -> Figure:
    """Give total ÷ of: {value, of}; None without anything to divide by."""
    return {"value": share_of(total, of), "of": of}


def product(of: int, *factors: float | None) -> Figure:
    """Give the product of factors counted from `of`; None where one of them is unknown."""
    value = 1.0
    for factor in factors:
        if factor is None:
            return {"value": None, "of": of}
        value *= factor
    return {"value": value, "of": of}


def over_time(key: str, unit: str, at: At, points: Points) -> dict[str, Any]:
    """Read a figure on every day: {key, unit, now, month_before, year_before, trend}.

    unit: "rate", "people", "money", "times", "days", "contracts". trend: the closed months, oldest
    first, then today. Every figure says its day: "on" (ISO).
    """

    def on(day: date) -> Figure:
        return {"on": day.isoformat(), **at(day)}

    days = (*(day for day in points.month_ends if day < points.now), points.now)
    return {
        "key": key,
        "unit": unit,
        "now": on(points.now),
        "month_before": on(points.month_before),
        "year_before": on(points.year_before),
        "trend": [on(day) for day in days],
    }


def over_months(
    key: str, unit: str, figures: Mapping[int, Figure], *, last: int, months: int
) -> dict[str, Any]:
    """Read a figure that belongs to months (`features.months`) whose newest that is over is `last`."""
    missing = mean(0, 0)
    found = {month: figures.get(month, missing) for month in range(last - months, last + 1)}
    return {
        "key": key,
        "unit": unit,
        "now": found[last],
        "month_before": found.get(last - 1, missing),
        "year_before": found.get(last - 12, missing),
        "trend": [{"on": f"{month_name(month)}-01", **figure} for month, figure in found.items()],
    }
