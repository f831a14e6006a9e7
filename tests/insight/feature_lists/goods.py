"""Goods, baskets, what follows what, and products."""

from datetime import timedelta
from typing import Any

import ibis
import ibis.expr.types as ir

from okaeri.insight.features.baskets import (
    compute_basket_totals,
    compute_most_next,
    compute_next_products,
    compute_pairs_in_orders,
    compute_pairs_in_periods,
)
from okaeri.insight.features.goods import (
    compute_goods,
    compute_item_days,
    compute_item_facts,
    compute_item_histories,
)
from okaeri.insight.features.interests import compute_attention, compute_bought_categories
from okaeri.insight.features.products import compute_f2_by_first_product

KEYS: dict[str, list[str] | None] = {
    "goods": ["order_id", "line_no"],
    "item_days": ["customer_id", "sku", "ordered_on"],
    "item_facts": ["sku"],
    "item_histories": ["customer_id", "item", "day"],
    "basket_totals": [],
    "pairs_in_orders": ["a", "b"],
    "pairs_in_periods": ["a", "b"],
    "next_products": ["a", "b"],
    "most_next": ["a"],
    "attention": ["customer_id", "category"],
    "bought_categories": ["customer_id", "category"],
    "f2_by_first_product": ["sku"],
}


def features(tables: Any) -> dict[str, ir.Table]:
    whole = compute_goods(tables.lines, tables.products, left_out=("22423",))
    goods = tables.stage("goods", whole)
    item_days = compute_item_days(goods)
    days = tables.stage("item_days", item_days)
    since = tables.as_of - timedelta(days=364)
    items = tables.products.select("sku", item=tables.products.price_minor)
    # Nobody's views are in the file: every fifth purchase stands for one.
    views = days.filter(days.customer_id % 5 == 0).select(
        "customer_id", day=days.ordered_on, sku=days.sku, category=ibis.literal("")
    )
    return {
        "goods": whole,
        "item_days": item_days,
        "item_facts": compute_item_facts(goods, days, as_of=tables.as_of),
        "item_histories": compute_item_histories(days, items, one_person_in=5),
        "basket_totals": compute_basket_totals(goods, days, since=since),
        "pairs_in_orders": compute_pairs_in_orders(goods, fewest=40),
        "pairs_in_periods": compute_pairs_in_periods(days, since=since, fewest=60),
        "next_products": compute_next_products(days, fewest=30),
        "attention": compute_attention(days, views, tables.products, as_of=tables.as_of),
        "bought_categories": compute_bought_categories(
            days, tables.products, after=tables.as_of - timedelta(days=60)
        ),
        "most_next": compute_most_next(compute_next_products(days, fewest=30)),
        "f2_by_first_product": compute_f2_by_first_product(
            days, tables.customers, as_of=tables.as_of, days=90
        ),
    }
