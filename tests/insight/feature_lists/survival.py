"""How relations began, and how far they come."""

from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir

from okaeri.insight.analysis_types import ChurnRules
from okaeri.insight.features.cycles import (
    compute_item_gaps,
    compute_item_habits,
    compute_product_cycles,
)
from okaeri.insight.features.facets import (
    FACETS,
    compute_faceted,
    compute_first_values,
    compute_product_names,
)
from okaeri.insight.features.gone import (
    compute_gone,
    compute_gone_by,
    compute_gone_products,
    compute_kinds,
    compute_trial_supply,
    compute_waits,
    compute_with_takers,
)
from okaeri.insight.features.goods import (
    compute_goods,
    compute_item_days,
    compute_item_names,
    compute_purchase_goods,
    compute_unchosen,
)
from okaeri.insight.features.purchases import counts_as_purchase
from okaeri.insight.features.shipped_months import compute_shipped_months
from okaeri.insight.features.survival import (
    compute_contracts,
    compute_deliveries,
    compute_delivery_gaps,
    compute_full_orders,
    compute_purchase_gaps,
    compute_purchase_values,
    compute_ripe_deliveries,
    compute_ripe_purchases,
    compute_survival,
    compute_trials,
)

KEYS: dict[str, list[str] | None] = {
    "waits": ["sku"],
    "kinds": ["customer_id"],
    "with_takers": ["customer_id"],
    "gone": ["customer_id"],
    "gone_by": ["customer_id"],
    "gone_products": ["sku"],
    "first_values": ["facet", "value"],
    "faceted": ["customer_id"],
    "product_names": ["sku"],
    "survival": [*FACETS, "purchase_count", "ripe"],
    "ripe_purchases": ["customer_id"],
    "ripe_deliveries": ["source", "subscription_no"],
    "purchase_gaps": ["gap_days"],
    "delivery_gaps": ["gap_days"],
    "purchase_values": ["n"],
    "trials": [],
    "full_orders": [],
    "contracts": ["source", "subscription_no"],
    "deliveries": ["unit", "deliveries", "ripe"],
    "shipped_months": ["month"],
}
RIPE = date(2011, 9, 1)
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
        ended.rename(subscription_no="sku").mutate(ended_on=ibis.date("2011-06-01")),
        as_of=tables.as_of,
        rules=tables.rules,
    )
    waits, gone = _gone(tables, counted)
    ripe = compute_ripe_purchases(tables.purchases, until=RIPE)
    ripe_deliveries = compute_ripe_deliveries(subscribed, until=RIPE)
    return {
        "waits": waits,
        "kinds": compute_kinds(counted),
        "with_takers": compute_with_takers(
            tables.customers.filter(tables.customers.customer_id % 2 == 0),
            counted,
            as_of=tables.as_of,
        ),
        "gone": gone,
        "gone_by": compute_gone_by(gone, waits),
        "gone_products": compute_gone_products(gone, waits),
        "first_values": compute_first_values(tables.firsts, most=3),
        "faceted": faceted,
        "product_names": compute_product_names(tables.order_lines, skus=VALUES["product"]),
        "survival": compute_survival(gone, faceted, ripe),
        "ripe_purchases": ripe,
        "ripe_deliveries": ripe_deliveries,
        "purchase_gaps": compute_purchase_gaps(tables.purchases),
        "delivery_gaps": compute_delivery_gaps(subscribed),
        "purchase_values": compute_purchase_values(tables.purchases),
        "trials": compute_trials(tables.purchases, gone),
        "full_orders": compute_full_orders(tables.purchases),
        "contracts": contracts,
        "deliveries": compute_deliveries(contracts, ripe_deliveries),
        # Nor deliveries: here every purchase is one.
        "shipped_months": compute_shipped_months(
            tables.purchases.mutate(kind=ibis.literal("subscription"))
        ),
    }


def _gone(tables: Any, counted: ir.Table) -> tuple[ir.Table, ir.Table]:
    names = compute_item_names(tables.order_lines)
    unchosen = compute_unchosen(names, tables.products, left_out=())
    goods = compute_goods(tables.order_lines, unchosen)
    item_days = compute_item_days(compute_purchase_goods(goods, tables.purchases))
    gaps = compute_item_gaps(item_days)
    habits = tables.stage("gone_habits", compute_item_habits(item_days, gaps).drop("gap_days"))
    waits = tables.stage(
        "waits",
        compute_waits(
            habits,
            compute_product_cycles(gaps),
            fewest_intervals=30,
            lapse_days=tables.rules.lapse_days,
        ),
    )
    gone = compute_gone(
        tables.customers,
        compute_kinds(counted),
        habits,
        waits,
        compute_trial_supply(counted, tables.order_lines, tables.products),
        rules=tables.rules,
        churn=ChurnRules(),
    )
    return waits, gone
