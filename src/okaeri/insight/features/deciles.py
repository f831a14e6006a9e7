"""Ten equal groups by amount: who carries the shop."""

import ibis
import ibis.expr.types as ir


def compute_customer_deciles(customers: ir.Table) -> ir.Table:
    """One row per customer who bought in the last 12 months: customer_id, net_12m_minor, decile, place.

    Equal groups by head count, 1 spent most; of equal amounts the lower customer id comes first
    (§2.2). `place` is 0 of who spent most.
    """
    rows = customers.filter(customers.net_12m_minor > 0)
    place = ibis.window(order_by=[ibis.desc(rows.net_12m_minor), rows.customer_id])
    return rows.select(
        "customer_id",
        "net_12m_minor",
        decile=ibis.ntile(10).over(place).cast("int64") + 1,
        place=ibis.row_number().over(place),
    )


def compute_deciles(customers: ir.Table) -> ir.Table:
    """One row per decile with a customer: decile, customers, net_minor, smallest_minor, last_id.

    last_id: the customer who stands last in it, one of those who spent smallest_minor.
    """
    rows = compute_customer_deciles(customers)
    return rows.group_by("decile").agg(
        customers=rows.count(),
        net_minor=rows.net_12m_minor.sum(),
        smallest_minor=rows.net_12m_minor.min(),
        last_id=rows.customer_id.argmax(rows.place),
    )
