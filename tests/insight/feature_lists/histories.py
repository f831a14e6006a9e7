"""What predictions read."""

from datetime import timedelta
from typing import Any

import ibis
import ibis.expr.types as ir

from okaeri.insight.features.customer_history import (
    compute_counted_orders,
    compute_order_days,
)
from okaeri.insight.features.histories import (
    compute_histories,
    compute_hours,
    compute_present_histories,
)
from okaeri.insight.features.prices import compute_price_habits
from okaeri.insight.features.signals import compute_signals

KEYS: dict[str, list[str] | None] = {
    "histories": ["customer_id"],
    "present_histories": ["customer_id"],
    "hours": ["customer_id", "hour"],
    "signals": ["customer_id"],
}


def features(tables: Any) -> dict[str, ir.Table]:
    cutoff = tables.as_of - timedelta(days=60)
    # Orders stand in for what happened: a trial for a complaint, a subscription's for one put off.
    orders = tables.orders
    kind = orders.is_trial.ifelse("complaint", ibis.literal("skipped"))
    happened = orders.select("customer_id", day="ordered_on", kind=kind)
    # Some visits became known a week later.
    later = (happened.day + ibis.interval(days=7)).cast("date")
    is_late = happened.kind == "complaint"
    visits = happened.mutate(identified_on=is_late.ifelse(later, ibis.null("date")))
    habits = compute_price_habits(tables.purchases, as_of=tables.as_of, active_days=365)
    counted = compute_counted_orders(tables.orders, as_of=tables.as_of, rules=tables.rules)
    order_days = compute_order_days(counted, as_of=tables.as_of)
    return {
        "histories": compute_histories(tables.purchases, cutoff=cutoff, horizon_days=60),
        "present_histories": compute_present_histories(
            order_days, habits, tables.purchases, as_of=tables.as_of
        ),
        "hours": compute_hours(tables.purchases),
        "signals": compute_signals(visits, happened, happened, cutoff=cutoff),
    }
