"""Subscriptions month by month: to how many people they went, against the month before."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from okaeri.insight.domain.months import month_name, month_number
from okaeri.insight.domain.shares import share_of

MONTHS = 24


def shipped_months(rows: Iterable[Mapping[str, Any]], *, as_of: date) -> list[dict[str, Any]]:
    """Give the last 24 months from the second with a delivery on, oldest first.

    month, people, before (people of the month before), stayed (had one in both), rate (people ÷ before,
    over 1 where it grew; None without anybody before), is_open (the month is not over).
    """
    found = {row["month"]: row for row in rows}
    nobody = {"people": 0, "stayed": 0}
    last = month_number(as_of)
    first = max(min(found, default=last) + 1, last - MONTHS + 1)
    months = []
    for month in range(first, last + 1):
        row = found.get(month, nobody)
        before = found.get(month - 1, nobody)["people"]
        months.append(
            {
                "month": month_name(month),
                "people": row["people"],
                "before": before,
                "stayed": row["stayed"],
                "rate": share_of(row["people"], before),
                "is_open": month == last,
            }
        )
    return months
