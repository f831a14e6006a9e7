"""What rules read: one row per person, and one row per thing a person did, each with its day."""

from collections.abc import Sequence
from datetime import date
from functools import reduce
from operator import and_, or_

import ibis
import ibis.expr.types as ir

from okaeri.insight.domain.segment_rules import Doing
from okaeri.insight.features.segment_flags import holds

_LINE_COLUMNS = {"sku", "category", "product_name", "quantity", "amount_minor"}


def compute_order_rows(orders: ir.Table, as_of: date) -> ir.Table:
    """One row per purchase up to and on `as_of`: the columns of the fact "order", day, order_id."""
    rows = orders.filter(orders.is_purchase & (orders.ordered_on <= as_of))
    is_delivery = (rows.subscription_no != "") | rows.delivery_no.notnull()
    return rows.select(
        "order_id",
        "customer_id",
        "net_minor",
        "media_code",
        "source",
        "delivery_no",
        day=rows.ordered_on,
        kind=ibis.cases((rows.is_trial, "trial"), (is_delivery, "subscription"), else_="single"),
        is_discounted=rows.discount_minor > 0,
    )


def compute_item_rows(
    lines: ir.Table, order_rows: ir.Table, products: ir.Table, doings: Sequence[Doing]
) -> ir.Table:
    """One row per line of a purchase that any of `doings` may mean: columns of "item", and day.

    `products` gives sku and category. Lines nobody asks for are left out before orders are looked up.
    """
    rows = lines.left_join(products.select("sku", "category"), "sku").drop("sku_right")
    rows = rows.mutate(category=ibis.coalesce(rows.category, ""))
    asked = [
        [holds(one, rows) for one in doing.where if one.field in _LINE_COLUMNS] for doing in doings
    ]
    if asked and all(asked):
        rows = rows.filter(reduce(or_, [reduce(and_, conditions) for conditions in asked]))
    of_order = order_rows.select("order_id", "customer_id", "day", "kind")
    return rows.join(of_order, "order_id").select(
        "customer_id", "day", "kind", "sku", "category", "product_name", "quantity", "amount_minor"
    )
