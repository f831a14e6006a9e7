"""Where orders come from, also those of nobody in particular."""

from typing import Any

import ibis
import ibis.expr.types as ir

from okaeri.insight.features.areas import (
    compute_area_orders,
    compute_area_people,
    compute_area_sales,
)

KEYS: dict[str, list[str] | None] = {
    "area_sales": ["prefecture", "postal3", "source"],
    "area_people": ["level", "area"],
}


def features(tables: Any) -> dict[str, ir.Table]:
    orders = tables.orders
    # Areas by the order's number, one in seven without.
    areas = orders.filter(orders.order_id % 7 > 0).select(
        "order_id",
        prefecture=ibis.cases(
            (orders.order_id % 7 == 1, "東京都"), (orders.order_id % 7 == 2, "大阪府"), else_=""
        ),
        postal3=(orders.order_id % 100 + 100).cast("string"),
    )
    found = compute_area_orders(
        orders, areas, as_of=tables.as_of, days=365, rules=tables.rules, malls=["amazon"]
    )
    rows = tables.stage("area_orders", found)
    return {"area_sales": compute_area_sales(rows), "area_people": compute_area_people(rows)}
