"""Price and discount dependence."""

from typing import Any

import ibis.expr.types as ir

from okaeri.insight.features.goods import compute_item_names
from okaeri.insight.features.prices import (
    compute_campaign_buyers,
    compute_discount_bands,
    compute_first_discounts,
    compute_list_amounts,
    compute_price_classes,
    compute_price_habits,
)

KEYS: dict[str, list[str] | None] = {
    "price_habits": ["customer_id"],
    "list_amounts": ["customer_id"],
    "price_classes": ["stage", "is_lapsed", "is_dependent"],
    "discount_bands": ["band"],
    "first_discounts": ["month"],
    "campaign_buyers": [],
}


def features(tables: Any) -> dict[str, ir.Table]:
    habits = compute_price_habits(tables.purchases, as_of=tables.as_of, active_days=365)
    listed = compute_list_amounts(
        tables.purchases,
        tables.order_lines,
        compute_item_names(tables.order_lines),
        as_of=tables.as_of,
        active_days=365,
    )
    return {
        "list_amounts": listed,
        "price_habits": habits,
        "price_classes": compute_price_classes(
            habits, listed, tables.customers, dependent_share=0.5, fewest_orders=2
        ),
        "discount_bands": compute_discount_bands(habits, fewest_orders=2),
        "first_discounts": compute_first_discounts(tables.purchases),
        "campaign_buyers": compute_campaign_buyers(
            habits, tables.customers, campaign_share=0.8, fewest_orders=2
        ),
    }
