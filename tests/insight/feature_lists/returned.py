"""What came back: return documents and the orders they take from."""

from datetime import timedelta
from typing import Any

import ibis
import ibis.expr.types as ir

from okaeri.insight.features.movement import compute_standings
from okaeri.insight.features.purchases import compute_purchases
from okaeri.insight.features.responses import compute_responses
from okaeri.insight.features.returned import (
    as_known_on,
    compute_returned,
    compute_taken_back,
    without_returned,
)

KEYS: dict[str, list[str] | None] = {
    "returned": ["order_id"],
    "less_returned": ["order_id"],
    "known_then": ["order_id"],
    "stood_then": ["customer_id"],
    "answered_then": ["kind", "stage", "is_lapsed"],
}


def features(tables: Any) -> dict[str, ir.Table]:
    # Every seventh order stands for a document that takes back what the one before it brought.
    some = tables.orders.order_id % 7 == 0
    orders = tables.orders.mutate(
        is_purchase=tables.orders.is_purchase & ~some,
        net_minor=some.ifelse(-tables.orders.net_minor, tables.orders.net_minor),
    )
    returned = compute_returned(orders, as_of=tables.as_of)
    less = without_returned(orders, returned)
    then, back = tables.as_of - timedelta(days=60), compute_taken_back(orders, as_of=tables.as_of)
    bought = compute_purchases(less, as_of=tables.as_of, rules=tables.rules)
    sent = bought.select(
        "customer_id",
        kind=ibis.literal("sales"),
        sent_on=bought.ordered_on,
        left_at=bought.ordered_hour,
        source=ibis.literal("journey:1"),
        days=30,
    )
    return {
        "known_then": as_known_on(less, back, then).select("order_id", "net_minor"),
        "stood_then": compute_standings(
            bought, thresholds={then: 28_000}, rules=tables.rules, taken_back=back
        ),
        "answered_then": compute_responses(
            sent,
            bought,
            as_of=tables.as_of,
            rules=tables.rules,
            threshold_minor=28_000,
            taken_back=back,
        ),
        "returned": returned,
        "less_returned": less.select("order_id", "net_minor", "margin_minor"),
    }
