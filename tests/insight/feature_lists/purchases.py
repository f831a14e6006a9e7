"""The shared tables themselves, and deciles."""

from typing import Any

import ibis.expr.types as ir

from okaeri.insight.features.deciles import compute_customer_deciles, compute_deciles
from okaeri.insight.features.left_out import compute_left_out
from okaeri.insight.features.marks import compute_marks
from okaeri.insight.features.purchases import (
    compute_beginnings,
    compute_bought_orders,
    compute_first_purchases,
    compute_firsts_and_trials,
    compute_main_lines,
    compute_purchases,
    compute_tried_days,
    counts_as_purchase,
)

KEYS: dict[str, list[str] | None] = {
    "purchases": ["order_id"],
    "bought_orders": ["order_id"],
    "first_purchases": ["customer_id"],
    "beginnings": ["customer_id"],
    "tried_days": ["customer_id"],
    "firsts_and_trials": ["customer_id"],
    "main_lines": ["order_id"],
    "marks": ["customer_id"],
    "left_out": None,
    "deciles": ["decile"],
    "customer_deciles": ["customer_id"],
}


def features(tables: Any) -> dict[str, ir.Table]:
    purchases = compute_purchases(tables.orders, as_of=tables.as_of, rules=tables.rules)
    counted = tables.orders.filter(
        counts_as_purchase(tables.orders, as_of=tables.as_of, rules=tables.rules)
    )
    numbered = tables.orders.mutate(change_no=tables.orders.order_id + 5)
    bought = compute_bought_orders(tables.orders, as_of=tables.as_of, rules=tables.rules)
    # The real shop has no trials: here every seventh order is one.
    tried = counted.mutate(is_trial=counted.order_id % 7 == 0)
    tried_days = compute_tried_days(tried)
    return {
        "purchases": purchases,
        "bought_orders": bought,
        "first_purchases": compute_first_purchases(
            counted, tables.customers, tables.order_lines, tables.unchosen
        ),
        "beginnings": compute_beginnings(tables.firsts),
        "tried_days": tried_days,
        "firsts_and_trials": compute_firsts_and_trials(tables.firsts, tried_days),
        "main_lines": compute_main_lines(tables.lines, tables.unchosen),
        "marks": compute_marks(numbered.filter(numbered.customer_id.notnull()), edition=7),
        "left_out": compute_left_out(tables.orders, as_of=tables.as_of, rules=tables.rules),
        "deciles": compute_deciles(tables.customers),
        "customer_deciles": compute_customer_deciles(tables.customers),
    }
