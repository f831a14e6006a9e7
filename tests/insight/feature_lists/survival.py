"""How relations began, and how far they come."""

from typing import Any

import ibis.expr.types as ir

from okaeri.insight.analysis_types import ChurnRules
from okaeri.insight.features.facets import (
    FACETS,
    compute_faceted,
    compute_first_values,
    compute_product_names,
)
from okaeri.insight.features.purchases import counts_as_purchase
from okaeri.insight.features.survival import (
    compute_contracts,
    compute_deliveries,
    compute_full_orders,
    compute_purchase_values,
    compute_survival,
    compute_trials,
)

KEYS: dict[str, list[str] | None] = {
    "first_values": ["facet", "value"],
    "faceted": ["customer_id"],
    "product_names": ["sku"],
    "survival": [*FACETS, "purchase_count"],
    "purchase_values": ["n"],
    "trials": [],
    "full_orders": [],
    "contracts": ["source", "subscription_no"],
    "deliveries": ["unit", "deliveries"],
}
VALUES = {"kind": ["single"], "product": ["85123A", "22423"], "source": ["test"]}


def features(tables: Any) -> dict[str, ir.Table]:
    faceted = compute_faceted(tables.firsts, values=VALUES)
    # The real shop has no contracts: here every customer is one.
    counted = tables.orders.filter(
        counts_as_purchase(tables.orders, as_of=tables.as_of, rules=tables.rules)
    )
    subscribed = counted.mutate(subscription_no=counted.customer_id.cast("string"))
    ended = tables.products.filter(tables.products.sku == "22423").select(
        "sku", source=tables.products.category
    )
    contracts = compute_contracts(
        subscribed,
        ended.rename(subscription_no="sku"),
        as_of=tables.as_of,
        rules=tables.rules,
    )
    churn = ChurnRules()
    return {
        "first_values": compute_first_values(tables.firsts, most=3),
        "faceted": faceted,
        "product_names": compute_product_names(tables.order_lines, skus=VALUES["product"]),
        "survival": compute_survival(tables.customers, faceted),
        "purchase_values": compute_purchase_values(tables.purchases),
        "trials": compute_trials(
            tables.purchases, faceted, tables.products, as_of=tables.as_of, churn=churn
        ),
        "full_orders": compute_full_orders(tables.purchases),
        "contracts": contracts,
        "deliveries": compute_deliveries(contracts),
    }
