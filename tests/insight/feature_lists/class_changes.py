"""Whom other rules put into another class."""

from dataclasses import replace
from typing import Any

import ibis.expr.types as ir

from okaeri.insight.features.class_changes import (
    compute_change_counts,
    compute_class_changes,
    compute_largest_changes,
)
from okaeri.insight.features.customer_history import (
    compute_counted_orders,
    compute_customer_history,
    compute_order_days,
)
from okaeri.insight.features.lifecycle import compute_lifecycle
from okaeri.insight.features.returns import compute_returns

KEYS: dict[str, list[str] | None] = {
    "class_changes": ["customer_id"],
    "change_counts": ["from_stage", "from_is_lapsed", "to_stage", "to_is_lapsed"],
    "largest_changes": ["customer_id"],
}


def features(tables: Any) -> dict[str, ir.Table]:
    own = tables.rules
    other = replace(own, lapse_days=2 * own.lapse_days, steady_days=2 * own.steady_days)
    before, after = _customers(tables, own), _customers(tables, other)
    changes = tables.stage("class_changes", compute_class_changes(before, after))
    return {
        "class_changes": changes,
        "change_counts": compute_change_counts(changes),
        "largest_changes": compute_largest_changes(changes, most=20),
    }


def _customers(tables: Any, rules: Any) -> ir.Table:
    counted = compute_counted_orders(tables.orders, as_of=tables.as_of, rules=rules)
    days = compute_order_days(counted, as_of=tables.as_of)
    history = compute_customer_history(days, compute_returns(days), rules=rules)
    rows = compute_lifecycle(history, as_of=tables.as_of, rules=rules, threshold_minor=28_000)
    return rows.drop("purchase_days", "cohort_month")
