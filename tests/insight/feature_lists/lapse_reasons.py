"""Why people left."""

from typing import Any

import ibis
import ibis.expr.types as ir

from okaeri.insight.features.lapse_reasons import compute_lapse_reasons

KEYS: dict[str, list[str] | None] = {"lapse_reasons": ["reason", "source", "month"]}


def features(tables: Any) -> dict[str, ir.Table]:
    # The real shop asked nobody: here everybody gave a reason on the day of his first order.
    rows = tables.customers
    said = rows.select(
        "customer_id",
        reason=(rows.purchase_count > 1).ifelse("price", "competitor"),
        source=ibis.literal("survey"),
        said_on=rows.first_on,
    )
    return {
        "lapse_reasons": compute_lapse_reasons(
            said, tables.purchases, tables.customers, as_of=tables.as_of, days=90
        )
    }
