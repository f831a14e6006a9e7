"""Return documents: orders of negative lines that take back what an earlier order brought (§1.3 #12)."""

from datetime import date

import ibis
import ibis.expr.types as ir


def is_return_document(orders: ir.Table) -> ir.BooleanValue:
    """Tell which orders are subtracted from others: no purchase, and worth less than nothing."""
    return ~orders.is_purchase & (orders.net_minor < 0) & orders.customer_id.notnull()


def compute_taken_back(orders: ir.Table, *, as_of: date) -> ir.Table:
    """One row per return document up to and on `as_of` that took from an order: whose, from which, when.

    Columns: customer_id, order_id and ordered_on (of the order), is_trial (of it), returned_on,
    returned_minor (negative), returned_margin_minor (NULL where a cost is unknown).
    The order is the customer's last purchase up to and on the document's day. A document before any
    purchase took back what this shop's orders never told of: it is left out.
    """
    documents = orders.filter(is_return_document(orders) & (orders.ordered_on <= as_of)).select(
        "customer_id",
        document="order_id",
        returned_on="ordered_on",
        returned_minor="net_minor",
        returned_margin_minor="margin_minor",
    )
    sold = orders.filter(orders.is_purchase).semi_join(documents, "customer_id")
    sold = sold.select("customer_id", "order_id", "ordered_on", "is_trial")
    rows = documents.join(sold, "customer_id")
    rows = rows.filter(rows.ordered_on <= rows.returned_on)
    latest = ibis.window(
        group_by="document", order_by=[ibis.desc(rows.ordered_on), ibis.desc(rows.order_id)]
    )
    rows = rows.mutate(place=ibis.row_number().over(latest))
    return rows.filter(rows.place == 0).drop("document", "place")


def compute_returned(orders: ir.Table, *, as_of: date) -> ir.Table:
    """One row per order that return documents up to and on `as_of` took from: order_id,
    returned_minor and returned_margin_minor (sums, negative; margin NULL where a cost is unknown).
    """
    rows = compute_taken_back(orders, as_of=as_of)
    is_costed = rows.returned_margin_minor.notnull().ifelse(1, 0).min() == 1
    return rows.group_by("order_id").agg(
        returned_minor=rows.returned_minor.sum(),
        returned_margin_minor=is_costed.ifelse(
            rows.returned_margin_minor.sum(), ibis.null("int64")
        ),
    )


def without_returned(orders: ir.Table, returned: ir.Table) -> ir.Table:
    """Give the orders with what was taken back subtracted from net_minor and margin_minor.

    An order may become worth less than nothing where more came back than it brought: sums over a
    customer stay right.
    """
    rows = orders.left_join(returned, "order_id").drop("order_id_right")
    touched = rows.returned_minor.notnull()
    return rows.mutate(
        net_minor=rows.net_minor + rows.returned_minor.fill_null(0),
        margin_minor=touched.ifelse(
            rows.margin_minor + rows.returned_margin_minor, rows.margin_minor
        ),
    ).select(*orders.columns)


def as_known_on(orders: ir.Table, taken_back: ir.Table, day: date) -> ir.Table:
    """Give the orders with net_minor of those up to and on `day` as it was known on that day.

    What came back later is not yet subtracted from them. Orders after `day`, and every margin, stay as
    they are. `taken_back` as of `compute_taken_back`; `orders` has order_id, ordered_on, net_minor.
    """
    late = taken_back.filter((taken_back.returned_on > day) & (taken_back.ordered_on <= day))
    late = late.group_by("order_id").agg(returned_minor=late.returned_minor.sum())
    rows = orders.left_join(late, "order_id").drop("order_id_right")
    net_minor = rows.net_minor - rows.returned_minor.fill_null(0)
    return rows.mutate(net_minor=net_minor).select(*orders.columns)
