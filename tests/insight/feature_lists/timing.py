"""When people buy."""

from typing import Any

import ibis.expr.types as ir

from okaeri.insight.features.timing import compute_day_hours, compute_days, compute_week_hours

KEYS: dict[str, list[str] | None] = {
    "day_hours": ["ordered_on", "ordered_hour"],
    "week_hours": ["weekday", "ordered_hour"],
    "days": ["ordered_on"],
}


def features(tables: Any) -> dict[str, ir.Table]:
    day_hours = compute_day_hours(tables.purchases)
    return {
        "day_hours": day_hours,
        "week_hours": compute_week_hours(day_hours),
        "days": compute_days(day_hours),
    }
