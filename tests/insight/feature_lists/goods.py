"""Goods, baskets, what follows what, and products."""

from datetime import timedelta
from typing import Any

import ibis
import ibis.expr.types as ir

from okaeri.insight.domain.interests import Learned
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
    compute_item_names,
    compute_newest_names,
    compute_purchase_goods,
    compute_unchosen,
)
from okaeri.insight.features.interests import (
    compute_attention,
    compute_bought,
    compute_bought_categories,
    compute_interests,
    compute_kept_bought,
    compute_looked,
    warmth_of,
)
from okaeri.insight.features.products import compute_f2_by_first_product

KEYS: dict[str, list[str] | None] = {
    "item_names": ["sku", "product_name"],
    "unchosen": ["sku", "product_name"],
    "goods": ["order_id", "line_no"],
    "purchase_goods": ["order_id", "sku", "quantity", "amount_minor"],
    "newest_names": ["sku"],
    "item_days": ["customer_id", "sku", "ordered_on"],
    "item_facts": ["sku"],
    "item_histories": ["customer_id", "item", "day"],
    "basket_totals": [],
    "pairs_in_orders": ["a", "b"],
    "pairs_in_periods": ["a", "b"],
    "next_products": ["a", "b"],
    "most_next": ["a"],
    "bought": ["customer_id", "category"],
    "kept_bought": ["customer_id", "category"],
    "looked": ["customer_id", "category"],
    "attention": ["customer_id", "topic"],
    "interests": ["customer_id", "topic"],
    "bought_categories": ["customer_id", "category"],
    "f2_by_first_product": ["sku"],
}


def features(tables: Any) -> dict[str, ir.Table]:
    names = tables.stage("item_names", compute_item_names(tables.order_lines))
    unchosen = compute_unchosen(names, tables.products, left_out=("22423",))
    chosen = compute_goods(tables.order_lines, tables.stage("unchosen", unchosen))
    whole = compute_purchase_goods(chosen, tables.purchases)
    goods = tables.stage("goods", whole)
    item_days = compute_item_days(goods)
    days = tables.stage("item_days", item_days)
    since = tables.as_of - timedelta(days=364)
    items = tables.products.select("sku", item=tables.products.price_minor)
    # Nobody's views are in the file: every fifth purchase stands for one.
    views = days.filter(days.customer_id % 5 == 0).select(
        "customer_id",
        day=days.ordered_on,
        sku=days.sku,
        category=ibis.literal(""),
        identified_on=days.ordered_on,
    )
    # Every tenth of these was a click; some said so themselves. Two topics share all categories.
    clicks = views.filter(views.customer_id % 10 == 0)
    bought = compute_bought(days, tables.products, as_of=tables.as_of)
    warm = days.select("customer_id", "sku", warmth=warmth_of(days.ordered_on))
    looked = compute_looked(views, clicks, tables.products, as_of=tables.as_of)
    categories = (
        tables.products.filter(tables.products.category != "").select("category").distinct()
    )
    topics_of = categories.mutate(topic=categories.category.length().cast("int64") % 2)
    said = days.filter(days.customer_id % 7 == 0).select("customer_id").distinct()
    said = said.mutate(topic=ibis.literal(1, "int64"))
    attention = tables.stage("attention", compute_attention(bought, looked, said, topics_of))
    topics = topics_of.select("topic").distinct()
    topics = topics.mutate(level=ibis.literal(0, "int64"), share=ibis.literal(0.4))
    return {
        "item_names": compute_item_names(tables.order_lines),
        "unchosen": unchosen,
        "goods": chosen,
        "purchase_goods": whole,
        "newest_names": compute_newest_names(chosen, names, tables.purchases),
        "item_days": item_days,
        "item_facts": compute_item_facts(goods, days, as_of=tables.as_of),
        "item_histories": compute_item_histories(days, items, one_person_in=5),
        "basket_totals": compute_basket_totals(goods, days, since=since),
        "pairs_in_orders": compute_pairs_in_orders(goods, fewest=40),
        "pairs_in_periods": compute_pairs_in_periods(days, since=since, fewest=60),
        "next_products": compute_next_products(days, fewest=30),
        "bought": bought,
        "kept_bought": compute_kept_bought(warm, tables.products, as_of=tables.as_of),
        "looked": looked,
        "attention": attention,
        "interests": compute_interests(attention, topics, Learned(0.5, 3.0), least=1.5),
        "bought_categories": compute_bought_categories(
            days, tables.products, after=tables.as_of - timedelta(days=60)
        ),
        "most_next": compute_most_next(compute_next_products(days, fewest=30)),
        "f2_by_first_product": compute_f2_by_first_product(
            days, tables.customers, as_of=tables.as_of, days=90
        ),
    }
