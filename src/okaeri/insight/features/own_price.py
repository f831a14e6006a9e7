"""A contract's own price is no discount: of a delivery counts what it cost less than usual (定期価格).

The same rule as `domain.own_price`, for everybody at once.
"""

from datetime import date

import ibis
import ibis.expr.types as ir

from okaeri.insight.features.purchases import is_delivery

_CONTRACT = ("source", "subscription_no", "customer_id")


def is_discounted_delivery(orders: ir.Table) -> ir.BooleanValue:
    """Tell which orders are deliveries of somebody's subscription with a discount."""
    return is_delivery(orders) & (orders.discount_minor > 0) & orders.customer_id.notnull()


def compute_own_prices(orders: ir.Table, *, as_of: date) -> ir.Table:
    """One row per delivery whose discount is, or holds, its contract's own: order_id, own_minor.

    own_minor (smallest unit): as much as the contract's usual delivery was let off, or as large a part
    of the goods where more was delivered; the whole discount where less than a hundredth of the goods
    is left. Usual is what most deliveries up to and on `as_of` after the first had, the least of equals.
    """
    sold = orders.filter(
        orders.is_purchase
        & is_delivery(orders)
        & orders.customer_id.notnull()
        & (orders.ordered_on <= as_of)
    )
    life = ibis.window(group_by=_CONTRACT, order_by=["ordered_on", "order_id"])
    rows = sold.select(
        *_CONTRACT,
        "order_id",
        "discount_minor",
        gross_minor=sold.net_minor + sold.discount_minor,
        is_later=(ibis.row_number().over(life) > 0) | (sold.delivery_no > 1).fill_null(False),
    )
    rows = rows.join(_usual(rows), _CONTRACT)
    rows = rows.filter((rows.discount_minor > 0) & (rows.usual_minor > 0))
    part = rows.usual_minor * rows.gross_minor // rows.usual_gross_minor.nullif(0)
    own = ibis.greatest(rows.usual_minor, part.fill_null(0))
    rows = rows.mutate(own_minor=ibis.least(own, rows.discount_minor))
    is_little = (rows.discount_minor - rows.own_minor) * 100 <= rows.gross_minor
    own = is_little.ifelse(rows.discount_minor, rows.own_minor)
    return rows.select("order_id", own_minor=own.cast("int64"))


def _usual(rows: ir.Table) -> ir.Table:
    """One row per contract with a delivery after the first: usual_minor, and usual_gross_minor of it."""
    later = rows.filter(rows.is_later)
    # Of equal discounts the most expensive order: points and refunds make the others look cheaper.
    times = later.group_by(*_CONTRACT, usual_minor="discount_minor").agg(
        times=later.count(), usual_gross_minor=later.gross_minor.max()
    )
    first = ibis.window(group_by=_CONTRACT, order_by=[ibis.desc("times"), "usual_minor"])
    ranked = times.mutate(place=ibis.row_number().over(first))
    return ranked.filter(ranked.place == 0).drop("place", "times")


def without_own_prices(orders: ir.Table, own: ir.Table) -> ir.Table:
    """Give the orders with `own` (of `compute_own_prices`) subtracted from discount_minor."""
    rows = orders.left_join(own, "order_id").drop("order_id_right")
    beyond = rows.discount_minor - rows.own_minor.fill_null(0)
    return rows.mutate(discount_minor=beyond).select(*orders.columns)
