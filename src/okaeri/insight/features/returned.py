"""Return documents: orders of negative lines that take back what an earlier order brought (§1.3 #12)."""

from datetime import date

import ibis
import ibis.expr.types as ir


def is_return_document(orders: ir.Table) -> ir.BooleanValue:
    """Tell which orders are subtracted from others: no purchase, and worth less than nothing."""
    return ~orders.is_purchase & (orders.net_minor < 0) & orders.customer_id.notnull()


def compute_returned(orders: ir.Table, *, as_of: date) -> ir.Table:
    """One row per order that return documents up to and on `as_of` took from: order_id,
    returned_minor and returned_margin_minor (sums, negative; margin NULL where a cost is unknown).

    The order is the customer's last purchase up to and on the document's day. A document before any
    purchase took back what this shop's orders never told of: it is left out.
    """
    documents = orders.filter(is_return_document(orders) & (orders.ordered_on <= as_of)).select(
        "customer_id",
        document="order_id",
        on="ordered_on",
        net="net_minor",
        margin="margin_minor",
    )
    sold = orders.filter(orders.is_purchase).semi_join(documents, "customer_id")
    rows = documents.join(sold.select("customer_id", "order_id", "ordered_on"), "customer_id")
    rows = rows.filter(rows.ordered_on <= rows.on)
    latest = ibis.window(
        group_by="document", order_by=[ibis.desc(rows.ordered_on), ibis.desc(rows.order_id)]
    )
    rows = rows.mutate(place=ibis.row_number().over(latest))
    rows = rows.filter(rows.place == 0)
    is_costed = rows.margin.notnull().ifelse(1, 0).min() == 1
    return rows.group_by("order_id").agg(
        returned_minor=rows.net.sum(),
        returned_margin_minor=is_costed.ifelse(rows.margin.sum(), ibis.null("int64")),
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
