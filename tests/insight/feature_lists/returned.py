"""What came back: return documents and the orders they take from."""

from typing import Any

import ibis.expr.types as ir

from okaeri.insight.features.returned import compute_returned, without_returned

KEYS: dict[str, list[str] | None] = {"returned": ["order_id"], "less_returned": ["order_id"]}


def features(tables: Any) -> dict[str, ir.Table]:
    # Every seventh order stands for a document that takes back what the one before it brought.
    some = tables.orders.order_id % 7 == 0
    orders = tables.orders.mutate(
        is_purchase=tables.orders.is_purchase & ~some,
        net_minor=some.ifelse(-tables.orders.net_minor, tables.orders.net_minor),
    )
    returned = compute_returned(orders, as_of=tables.as_of)
    less = without_returned(orders, returned)
    return {
        "returned": returned,
        "less_returned": less.select("order_id", "net_minor", "margin_minor"),
    }
