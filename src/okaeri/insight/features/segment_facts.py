"""What rules read: one row per person, and one row per thing a person did, each with its day."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

import ibis
import ibis.expr.types as ir

from okaeri.insight.domain.segment_rules import FACTS, Doing, Person, matches
from okaeri.insight.features.purchases import is_delivery

# Columns of the fact "order" that stand in a table of their own.
PLACES = ("prefecture", "postal3")


def compute_order_rows(orders: ir.Table, areas: ir.Table | None, as_of: date) -> ir.Table:
    """One row per purchase up to and on `as_of`: the columns of the fact "order", day, order_id.

    `areas`: order_id, prefecture, postal3 ("" unknown); None where nobody asks for them: the columns
    are left out, and orders are looked up nowhere else.
    """
    rows = orders.filter(orders.is_purchase & (orders.ordered_on <= as_of))
    found = rows.select(
        "order_id",
        "customer_id",
        "net_minor",
        "media_code",
        "source",
        "delivery_no",
        day=rows.ordered_on,
        kind=ibis.cases(
            (rows.is_trial, "trial"), (is_delivery(rows), "subscription"), else_="single"
        ),
        is_discounted=rows.discount_minor > 0,
        weekday=rows.ordered_on.day_of_week.index().cast("string"),
        hour=rows.ordered_hour.cast("string"),
        month=rows.ordered_on.month().cast("string"),
    )
    return found if areas is None else _placed(found, areas)


def _placed(orders: ir.Table, areas: ir.Table) -> ir.Table:
    places = areas.select("order_id", *(areas[name].nullif("").name(name) for name in PLACES))
    return orders.left_join(places, "order_id").drop("order_id_right")


def compute_known_texts(rows: ir.Table, fact: str) -> ir.Table:
    """One row per row of a fact; a text or choice that says nothing ("") is NULL, which is unknown."""
    fields = FACTS[fact].columns if fact in FACTS else {}
    texts = [
        name
        for name, field in fields.items()
        if field.kind in ("text", "choice") and name in rows.columns
    ]
    return rows.mutate(**{name: rows[name].nullif("") for name in texts})


def compute_item_rows(
    lines: ir.Table, order_rows: ir.Table, products: ir.Table, skus: Collection[str] | None
) -> ir.Table:
    """One row per line of a purchase: columns of the fact "item", and day.

    `products` gives sku and category. With `skus` lines of other products are left out, before any
    order is looked up: most rules ask for few of them.
    """
    rows = lines if skus is None else lines.filter(lines.sku.isin(sorted(skus)))
    rows = rows.left_join(products.select("sku", "category"), "sku").drop("sku_right")
    of_order = order_rows.select("order_id", "customer_id", "day", "kind", "source")
    return rows.join(of_order, "order_id").select(
        *("customer_id", "day", "kind", "source"),
        *("sku", "category", "product_name", "quantity", "amount_minor"),
    )


def skus_asked(doings: Sequence[Doing], categories: Mapping[str, str]) -> set[str] | None:
    """Give the products any of `doings` may mean; None where one of them may mean any product.

    `categories` gives sku → category of known products; of others the category is empty.
    """
    found: set[str] = set()
    for doing in doings:
        own = [one for one in doing.where if one.op in _NARROW and one.value]
        by_sku = next((one for one in own if one.field == "sku" and one.op != "contains"), None)
        by_category = next((one for one in own if one.field == "category"), None)
        if by_sku is not None:
            found |= {by_sku.value} if by_sku.op == "=" else set(by_sku.value)
        elif by_category is not None:
            found |= {
                sku
                for sku, name in categories.items()
                if matches(by_category, Person({"category": name}))
            }
        else:
            return None
    return found


_NARROW = ("=", "in", "contains")
