"""Class × purchase count × product."""

from typing import Any

import ibis
import ibis.expr.types as ir

from okaeri.insight.features.goods import (
    compute_goods,
    compute_item_names,
    compute_purchase_goods,
    compute_unchosen,
)
from okaeri.insight.features.pivot import (
    compute_people_cells,
    compute_pivot_cells,
    compute_pivot_goods,
    compute_pivot_orders,
    compute_pivot_people,
    compute_prefectures,
    compute_ways,
)
from okaeri.insight.features.purchases import counts_as_purchase

KEYS: dict[str, list[str] | None] = {
    "pivot_people": ["customer_id"],
    "pivot_prefectures": ["prefecture"],
    "pivot_ways": ["source", "plan"],
    "pivot_orders": ["customer_id", "plan", "source"],
    "pivot_goods": ["customer_id", "product", "plan", "source"],
    "pivot_cells": ["product", "class", "count"],
    "people_cells": ["class", "count", "prefecture"],
}


def features(tables: Any) -> dict[str, ir.Table]:
    counts = counts_as_purchase(tables.orders, as_of=tables.as_of, rules=tables.rules)
    counted = tables.orders.filter(counts)
    names = tables.stage("item_names", compute_item_names(tables.order_lines))
    unchosen = compute_unchosen(names, tables.products, left_out=("22423",))
    chosen = compute_goods(tables.order_lines, tables.stage("unchosen", unchosen))
    goods = tables.stage("goods", compute_purchase_goods(chosen, tables.purchases))
    # Nobody's home is in the file: every third person lives in Tokyo.
    home = (tables.customers.customer_id % 3 == 0).ifelse("東京都", ibis.null("string"))
    traits = tables.customers.select("customer_id", prefecture=home)
    people = compute_pivot_people(tables.customers, traits, prefectures=["東京都"])
    staged = tables.stage("pivot_people", people)
    skus, sold_by = ["85123A", "22423"], ["file", "shop"]
    bought = compute_pivot_goods(goods, counted, skus=skus, sources=sold_by)
    return {
        "pivot_people": people,
        "pivot_prefectures": compute_prefectures(tables.customers, traits),
        "pivot_ways": compute_ways(counted),
        "pivot_orders": compute_pivot_orders(counted, sources=sold_by),
        "pivot_goods": bought,
        "pivot_cells": compute_pivot_cells(
            tables.stage("pivot_goods", bought),
            staged,
            of_orders=["product"],
            of_people=["class", "count"],
        ),
        "people_cells": compute_people_cells(staged),
    }
