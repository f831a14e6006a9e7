"""What was spent on existing customers."""

from datetime import timedelta
from typing import Any

import ibis
import ibis.expr.types as ir

from okaeri.insight.features.care_cost import compute_care, compute_existing_orders

KEYS: dict[str, list[str] | None] = {"care": ["kind"], "existing_orders": []}


def features(tables: Any) -> dict[str, ir.Table]:
    # The real shop wrote to nobody: here every order is a letter or, when dear, a coupon.
    rows = tables.orders.filter(tables.orders.customer_id.notnull())
    dear = rows.net_minor > 30_000
    spent = rows.select(
        "customer_id",
        kind=dear.ifelse("coupon", "email"),
        spent_on=rows.ordered_on,
        units=ibis.literal(1).cast("int64"),
        amount_minor=dear.ifelse(rows.discount_minor, ibis.null("int64")),
    )
    days = {"since": tables.as_of - timedelta(days=365), "until": tables.as_of}
    return {
        "care": compute_care(spent, tables.customers, **days),
        "existing_orders": compute_existing_orders(rows, tables.customers, **days),
    }
