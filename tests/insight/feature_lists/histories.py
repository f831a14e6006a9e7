"""What predictions read."""

from datetime import timedelta
from typing import Any

import ibis
import ibis.expr.types as ir

from okaeri.insight.features.histories import compute_histories, compute_hours, compute_span
from okaeri.insight.features.signals import compute_signals

KEYS: dict[str, list[str] | None] = {
    "histories": ["customer_id"],
    "span": [],
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
    return {
        "histories": compute_histories(tables.purchases, cutoff=cutoff, horizon_days=60),
        "span": compute_span(tables.purchases),
        "hours": compute_hours(tables.purchases),
        "signals": compute_signals(visits, happened, happened, cutoff=cutoff),
    }
