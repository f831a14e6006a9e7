"""When people buy: weekday and hour, month, season, and the days from payday on."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from math import exp, log, sqrt
from statistics import fmean, variance
from typing import Any

from okaeri.foundation.text import Text
from okaeri.insight.domain.shares import Z95, share_of
from okaeri.insight.timing_types import TimingRules

SEASONS = ("spring", "summer", "autumn", "winter")
_SEASON_OF_MONTH = {month: SEASONS[(month - 3) % 12 // 3] for month in range(1, 13)}
# Orders of files that know the day alone all stand at midnight.
_MOSTLY = 0.95

DEFINITIONS = {
    "timing": Text(
        "買われる時: 有効な注文を、注文の日と時刻(お店の時間帯)で数えます。"
        "定期の2回目からのお届けは、カートが自動で作るため数えません。割合は数えた注文に対する割合です。",
        "When they buy: valid orders by the day and hour of the shop's clock. Later deliveries of a "
        "subscription are made by the cart and do not count; shares are of the orders counted.",
    ),
    "timing_months": Text(
        "月・季節の強さ: その月の1日当たり注文数 ÷ 全期間の1日当たり注文数です。1.2倍なら2割多い月です。"
        "春は3〜5月、夏は6〜8月、秋は9〜11月、冬は12〜2月です。",
        "Strength of a month or season: orders a day in it ÷ orders a day of all time; 1.2 is a fifth "
        "more. Spring is March to May, summer June to August, autumn September to November.",
    ),
    "payday": Text(
        "給料日の効果: 毎月 {timing_payday}日からの {timing_payday_days}日間の"
        "1日当たり注文数 ÷ ほかの日の1日当たり注文数です。"
        "区間は95%(日ごとのばらつきから)。両方に14日以上ないときは出しません。",
        "Payday: orders a day in the {timing_payday_days} days from day {timing_payday} of each "
        "month on ÷ orders a day on all others; 95% interval from the spread "
        "between days, given from 14 days of each kind on.",
    ),
}
_FEWEST_DAYS = 14


def timing_payload(
    week_hours: Iterable[Mapping[str, Any]],
    days: Iterable[Mapping[str, Any]],
    *,
    as_of: date,
    rules: TimingRules,
) -> dict[str, Any]:
    """Give {orders, first_on, last_on, days, has_hours, cells, peak, weekdays, months, seasons, payday}.

    cells: every weekday (0 Monday) × hour: {weekday, hour, orders, net_minor, share}; peak is the
    fullest of them or None. weekdays, months (1..12) and seasons: {key, orders, days, per_day,
    strength (per_day ÷ per_day of all time, None without days)}. payday: {day, days, per_day_in,
    per_day_out, ratio, low, high} (None where it cannot be said). Days run from the first order to
    `as_of`; a day without an order is a day with 0.
    """
    by_day = {row["ordered_on"]: row for row in days}
    total = sum(row["orders"] for row in by_day.values())
    cells = _cells(week_hours, total)
    span = _span(min(by_day), as_of) if by_day else []
    counts = {day: by_day[day]["orders"] if day in by_day else 0 for day in span}
    hours = {row["hour"] for row in cells if row["orders"]}
    at_midnight = sum(row["orders"] for row in cells if row["hour"] == 0)
    return {
        "orders": total,
        "first_on": min(by_day).isoformat() if by_day else None,
        "last_on": max(by_day).isoformat() if by_day else None,
        "days": len(span),
        "has_hours": bool(hours) and at_midnight < _MOSTLY * total,
        "cells": cells,
        "peak": max(cells, key=lambda cell: cell["orders"]) if total else None,
        "weekdays": _groups(counts, range(7), lambda day: day.weekday()),
        "months": _groups(counts, range(1, 13), lambda day: day.month),
        "seasons": _groups(counts, SEASONS, lambda day: _SEASON_OF_MONTH[day.month]),
        "payday": _payday(counts, rules),
    }


def _cells(rows: Iterable[Mapping[str, Any]], total: int) -> list[dict[str, Any]]:
    known = {(row["weekday"], row["ordered_hour"]): row for row in rows}
    return [
        {
            "weekday": weekday,
            "hour": hour,
            "orders": known[weekday, hour]["orders"] if (weekday, hour) in known else 0,
            "net_minor": known[weekday, hour]["net_minor"] if (weekday, hour) in known else 0,
            "share": share_of(known[weekday, hour]["orders"], total)
            if (weekday, hour) in known
            else 0.0,
        }
        for weekday in range(7)
        for hour in range(24)
    ]


def _span(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _groups(
    counts: Mapping[date, int], keys: Iterable[Any], key_of: Callable[[date], Any]
) -> list[dict[str, Any]]:
    overall = share_of(sum(counts.values()), len(counts))
    found = []
    for key in keys:
        mine = [orders for day, orders in counts.items() if key_of(day) == key]
        per_day = share_of(sum(mine), len(mine))
        strength = per_day / overall if per_day is not None and overall else None
        row = {"key": key, "orders": sum(mine), "days": len(mine), "per_day": per_day}
        found.append({**row, "strength": strength})
    return found


def _payday(counts: Mapping[date, int], rules: TimingRules) -> dict[str, Any]:
    paid = [orders for day, orders in counts.items() if is_after_payday(day, rules)]
    other = [orders for day, orders in counts.items() if not is_after_payday(day, rules)]
    given = {"day": rules.payday, "days": rules.payday_days}
    inside, outside = share_of(sum(paid), len(paid)), share_of(sum(other), len(other))
    row = {**given, "per_day_in": inside, "per_day_out": outside}
    if min(len(paid), len(other)) < _FEWEST_DAYS or not inside or not outside:
        return {**row, "ratio": None, "low": None, "high": None}
    error = sqrt(_relative_error(paid) + _relative_error(other))
    middle = log(inside / outside)
    low, high = exp(middle - Z95 * error), exp(middle + Z95 * error)
    return {**row, "ratio": inside / outside, "low": low, "high": high}


def _relative_error(daily: Sequence[int]) -> float:
    """Give the squared standard error of a mean over the mean squared (delta method)."""
    return variance(daily) / len(daily) / fmean(daily) ** 2


def is_after_payday(day: date, rules: TimingRules) -> bool:
    """Tell whether a day is one of the days from payday on; a month may lack the day itself."""
    days = (day - timedelta(days=n) for n in range(rules.payday_days))
    return any(one == _in_month(one, rules.payday) for one in days)


def _in_month(day: date, number: int) -> date:
    last = (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return day.replace(day=min(number, last.day))
