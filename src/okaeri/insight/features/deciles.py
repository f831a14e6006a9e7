"""Ten equal groups by amount: who carries the shop."""

import ibis
import ibis.expr.types as ir


def compute_deciles(customers: ir.Table) -> ir.Table:
    """One row per decile with a customer: decile (1 spent most), customers, net_minor, smallest_minor.

    Equal groups by head count over the last 12 months' net; of equal amounts the lower customer id
    comes first (§2.2).
    """
    place = ibis.window(order_by=[ibis.desc(customers.net_12m_minor), "customer_id"])
    rows = customers.filter(customers.net_12m_minor > 0)
    rows = rows.select(
        "customer_id", "net_12m_minor", decile=ibis.ntile(10).over(place).cast("int64") + 1
    )
    return rows.group_by("decile").agg(
        customers=rows.count(),
        net_minor=rows.net_12m_minor.sum(),
        smallest_minor=rows.net_12m_minor.min(),
    )
