"""What people answer, by product, source and class."""

from typing import Any

import ibis
import ibis.expr.types as ir

from okaeri.insight.features.expectations import (
    compute_asked_orders,
    compute_gap_by_media,
    compute_gap_by_product,
)
from okaeri.insight.features.loyalty import compute_loyalty

KEYS: dict[str, list[str] | None] = {
    "asked_orders": ["answer_no"],
    "gap_by_product": ["sku"],
    "gap_by_media": ["media"],
    "loyalty": ["stage", "is_lapsed"],
}


def features(tables: Any) -> dict[str, ir.Table]:
    # The real shop asked nobody: here everybody answered on the day of his last order.
    rows = tables.customers
    answers = rows.select(
        "customer_id",
        day=rows.last_on,
        answer_no=rows.customer_id,
        question=ibis.cases(
            (rows.purchase_count > 4, "nps"),
            (rows.purchase_count > 2, "recommend"),
            else_="satisfaction",
        ),
        score=(rows.purchase_count % 5 + 1).cast("int64"),
        top=(rows.purchase_count > 4).ifelse(10, 5).cast("int64"),
        order_id=ibis.null("int64"),
    )
    reactions = rows.select(
        "customer_id",
        channel=ibis.literal("email"),
        sent=ibis.literal(2).cast("int64"),
        clicked=(rows.purchase_count % 2).cast("int64"),
    )
    asked = compute_asked_orders(answers, tables.purchases)
    return {
        "asked_orders": asked,
        "gap_by_product": compute_gap_by_product(asked, tables.order_lines),
        "gap_by_media": compute_gap_by_media(asked, tables.purchases, tables.orders),
        "loyalty": compute_loyalty(rows, answers, reactions, repeat_days=180),
    }
