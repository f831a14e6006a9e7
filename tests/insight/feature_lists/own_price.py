"""What a contract always lets off is its price."""

from typing import Any

import ibis.expr.types as ir

from okaeri.insight.features.own_price import compute_own_prices, without_own_prices

KEYS: dict[str, list[str] | None] = {"own_prices": ["order_id"], "beyond_own_prices": ["order_id"]}


def features(tables: Any) -> dict[str, ir.Table]:
    # The real shop has no contracts: here every customer is one, and most of his orders are let off.
    tenth = tables.orders.net_minor // 10
    orders = tables.orders.mutate(
        subscription_no=tables.orders.customer_id.cast("string"),
        discount_minor=(tables.orders.order_id % 5 == 0).ifelse(tenth * 3, tenth.cast("int64")),
    )
    own = compute_own_prices(orders, as_of=tables.as_of)
    less = without_own_prices(orders.filter(orders.customer_id.notnull()), own)
    return {"own_prices": own, "beyond_own_prices": less.select("order_id", "discount_minor")}
