"""How often customers were touched: the real shop kept no messages, so its orders stand for them."""

from datetime import timedelta
from typing import Any

import ibis.expr.types as ir

from okaeri.insight.features.touches import compute_care_gaps, compute_touch_months

KEYS: dict[str, list[str] | None] = {"touch_months": ["month"], "care_gaps": []}


def features(tables: Any) -> dict[str, ir.Table]:
    orders = tables.orders.filter(tables.orders.customer_id.notnull())
    touches = orders.select("customer_id", touched_on="ordered_on", is_staff="is_trial")
    return {
        "touch_months": compute_touch_months(touches),
        "care_gaps": compute_care_gaps(
            orders,
            touches.filter(touches.touched_on < tables.as_of - timedelta(days=20)),
            days=[tables.as_of - timedelta(days=30), tables.as_of],
            active_days=365,
            gap_days=30,
        ),
    }
