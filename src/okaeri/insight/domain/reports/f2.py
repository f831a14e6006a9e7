"""F2: the share of first-time buyers who come back, by window and by month."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from okaeri.insight.domain.shares import share_of, wilson_interval

WINDOWS = (30, 60, 90, 180, 365)
MAIN_WINDOW = 90

Row = Mapping[str, Any]


def f2_payload(rows: Sequence[Row], *, as_of: date) -> dict[str, Any]:
    """Give {windows, by_month, recent, previous}.

    Window: days, eligible (first bought at least so long ago), converted (of them, bought again
    within), rate, low, high (95 % Wilson). by_month (90 days): month "2025-01", eligible, converted,
    rate, low, high, is_mature (everyone in it is 90 days old). recent and previous: those who became
    90 days old in the last 90 days, and in the 90 days before that.
    """
    return {
        "windows": [{"days": days, **_rate(_older(rows, as_of, days), days)} for days in WINDOWS],
        "by_month": _by_month(rows, as_of),
        "recent": _aged_within(rows, as_of, MAIN_WINDOW, 2 * MAIN_WINDOW),
        "previous": _aged_within(rows, as_of, 2 * MAIN_WINDOW, 3 * MAIN_WINDOW),
    }


def _age(row: Row, as_of: date) -> int:
    return int((as_of - row["first_on"]).days)


def _older(rows: Sequence[Row], as_of: date, days: int) -> list[Row]:
    return [row for row in rows if _age(row, as_of) >= days]


def _aged_within(rows: Sequence[Row], as_of: date, low: int, high: int) -> dict[str, Any]:
    inside: Callable[[Row], bool] = lambda row: low <= _age(row, as_of) < high  # noqa: E731
    return _rate([row for row in rows if inside(row)], MAIN_WINDOW)


def _rate(rows: Sequence[Row], days: int) -> dict[str, Any]:
    eligible = sum(row["size"] for row in rows)
    converted = sum(row[f"converted_{days}"] for row in rows)
    low, high = wilson_interval(converted, eligible)
    return {
        "eligible": eligible,
        "converted": converted,
        "rate": share_of(converted, eligible),
        "low": low,
        "high": high,
    }


def _by_month(rows: Sequence[Row], as_of: date) -> list[dict[str, Any]]:
    months: dict[date, list[Row]] = {}
    for row in rows:
        months.setdefault(row["first_on"].replace(day=1), []).append(row)
    return [_month(month, months[month], as_of) for month in sorted(months)]


def _month(month: date, rows: Sequence[Row], as_of: date) -> dict[str, Any]:
    last = (month + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return {
        "month": f"{month:%Y-%m}",
        **_rate(rows, MAIN_WINDOW),
        "is_mature": (as_of - last).days >= MAIN_WINDOW,
    }
