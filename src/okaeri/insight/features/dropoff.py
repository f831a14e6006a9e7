"""At which purchase customers stop coming."""

import ibis.expr.types as ir


def compute_purchase_counts(customers: ir.Table) -> ir.Table:
    """One row per number of purchases: purchase_count, customers, lapsed (of them), order_count.

    Whoever has n purchases has reached every number up to n; `domain.reports.dropoff` adds that up.
    """
    return customers.group_by("purchase_count").agg(
        customers=customers.count(),
        lapsed=customers.is_lapsed.ifelse(1, 0).sum(),
        orders=customers.order_count.sum(),
    )
