"""What people got back."""

from typing import Any

import ibis
import ibis.expr.types as ir

from okaeri.insight.features.perks import compute_dearest, compute_perk_classes, compute_perks

KEYS: dict[str, list[str] | None] = {
    "perks": ["customer_id"],
    "perk_classes": ["stage", "is_lapsed"],
    "dearest": ["customer_id"],
}


def features(tables: Any) -> dict[str, ir.Table]:
    # The real shop gave no points and tells no costs: every third customer got some, half is margin.
    rows = tables.customers
    given = rows.filter(rows.customer_id % 3 == 0)
    points = given.select("customer_id", points_minor=ibis.literal(150).cast("int64"))
    orders = tables.orders.filter(tables.orders.customer_id.notnull())
    half = (orders.net_minor // 2).cast("int64")
    orders = orders.mutate(margin_minor=(orders.net_minor > 500).ifelse(half, ibis.null("int64")))
    perks = compute_perks(orders, points, rows, as_of=tables.as_of, days=365)
    return {
        "perks": perks,
        "perk_classes": compute_perk_classes(perks, most_share=0.15),
        "dearest": compute_dearest(perks, most_share=0.15, most=20),
    }
