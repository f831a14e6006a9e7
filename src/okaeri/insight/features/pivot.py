"""Class × purchase count × product, and whatever else people and their orders differ by.

People differ by class, purchase count and prefecture: one value each. What they bought differs by
product, plan and source: a person may stand under several values, so he is counted once under each.
"""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from okaeri.insight.features.purchases import is_delivery

# From the sixth purchase on one looks like the next.
MOST_COUNTED = 6
OF_PEOPLE = ("class", "count", "prefecture")
OF_ORDERS = ("product", "plan", "source")
SUBSCRIPTION, ONCE = "subscription", "once"
LAPSED = ":lapsed"


def compute_pivot_people(
    customers: ir.Table, traits: ir.Table, *, prefectures: Sequence[str]
) -> ir.Table:
    """One row per buyer: customer_id, class, count, prefecture, orders, net_minor.

    class: the stage, with ":lapsed" behind it for who has lapsed; count: "1" to "6" (six and more);
    prefecture: one of `prefectures`, "" for all others; orders and net_minor (smallest unit) of all
    his purchases.
    """
    rows = customers.left_join(traits.select("customer_id", "prefecture"), "customer_id")
    return rows.select(
        "customer_id",
        "net_minor",
        **{"class": rows.stage + rows.is_lapsed.ifelse(LAPSED, "")},
        count=ibis.least(rows.purchase_count, MOST_COUNTED).cast("string"),
        prefecture=_known(rows.prefecture, prefectures),
        orders=rows.order_count,
    )


def compute_prefectures(customers: ir.Table, traits: ir.Table) -> ir.Table:
    """One row per known prefecture of buyers: prefecture, customers."""
    rows = traits.filter(traits.prefecture.notnull()).semi_join(customers, "customer_id")
    return rows.group_by("prefecture").agg(customers=rows.count())


def compute_ways(counted: ir.Table) -> ir.Table:
    """One row per source and plan of the orders that count: source, plan, orders."""
    rows = counted.select("source", plan=_plan(counted))
    return rows.group_by("source", "plan").agg(orders=rows.count())


def compute_pivot_orders(counted: ir.Table, *, sources: Sequence[str]) -> ir.Table:
    """One row per buyer, plan and source: customer_id, plan, source, orders, net_minor.

    A source outside `sources` is "" (all others together).
    """
    rows = counted.select(
        "customer_id", "net_minor", plan=_plan(counted), source=_known(counted.source, sources)
    )
    return rows.group_by("customer_id", "plan", "source").agg(
        orders=rows.count(), net_minor=rows.net_minor.sum()
    )


def compute_pivot_goods(
    goods: ir.Table, counted: ir.Table, *, skus: Sequence[str], sources: Sequence[str]
) -> ir.Table:
    """One row per buyer, product, plan and source: customer_id, product, plan, source, orders, net_minor.

    `goods` as of `features.goods.compute_purchase_goods`. A product outside `skus` is "" (all others
    together). orders: those that hold the product; net_minor: the sum of its lines, before discounts
    of the whole order. Without `sources` no order is looked up.
    """
    by_order = ["order_id", "customer_id", "product", "plan"]
    lines = goods.select(
        "order_id",
        "customer_id",
        "amount_minor",
        product=_known(goods.sku, skus),
        plan=goods.is_delivery.ifelse(SUBSCRIPTION, ONCE),
    )
    # An order may name a product on two lines, and several of the others.
    of_order = lines.group_by(by_order).agg(net_minor=lines.amount_minor.sum())
    if sources:
        sold_by = counted.select("order_id", source=_known(counted.source, sources))
        of_order = of_order.join(sold_by, "order_id")
    else:
        of_order = of_order.mutate(source=ibis.literal(""))
    return of_order.group_by("customer_id", *OF_ORDERS).agg(
        orders=of_order.count(), net_minor=of_order.net_minor.sum()
    )


def compute_pivot_cells(
    bought: ir.Table, people: ir.Table, *, of_orders: Sequence[str], of_people: Sequence[str]
) -> ir.Table:
    """One row per combination of dimensions somebody stands under: people, orders, net_minor.

    `bought` is `compute_pivot_orders` or `compute_pivot_goods`; of its dimensions those outside
    `of_orders` are summed away first, so that nobody is counted twice.
    """
    of_person = bought.group_by("customer_id", *of_orders).agg(
        orders=bought.orders.sum(), net_minor=bought.net_minor.sum()
    )
    if not of_people:
        return _cells(of_person, of_orders)
    rows = of_person.join(people.select("customer_id", *of_people), "customer_id")
    return _cells(rows, [*of_orders, *of_people])


def compute_people_cells(people: ir.Table) -> ir.Table:
    """One row per class, count and prefecture: people, orders, net_minor of all their purchases."""
    return _cells(people, OF_PEOPLE)


def _cells(rows: ir.Table, by: Sequence[str]) -> ir.Table:
    return rows.group_by(*by).agg(
        people=rows.count(), orders=rows.orders.sum(), net_minor=rows.net_minor.sum()
    )


def _plan(orders: ir.Table) -> ir.StringValue:
    return (is_delivery(orders) & ~orders.is_trial).ifelse(SUBSCRIPTION, ONCE)


def _known(column: ir.StringValue, values: Sequence[str]) -> ir.StringValue:
    if not values:
        return ibis.literal("")
    return column.isin(list(values)).ifelse(column, "").fill_null("")
