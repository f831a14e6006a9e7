"""What predictions read."""

from datetime import timedelta
from typing import Any

import ibis.expr.types as ir

from okaeri.insight.features.histories import compute_histories, compute_hours, compute_span

KEYS: dict[str, list[str] | None] = {
    "histories": ["customer_id"],
    "span": [],
    "hours": ["customer_id", "hour"],
}


def features(tables: Any) -> dict[str, ir.Table]:
    cutoff = tables.as_of - timedelta(days=60)
    return {
        "histories": compute_histories(tables.purchases, cutoff=cutoff, horizon_days=60),
        "span": compute_span(tables.purchases),
        "hours": compute_hours(tables.purchases),
    }
