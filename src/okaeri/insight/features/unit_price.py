"""The sums behind the average unit price."""

import ibis.expr.types as ir


def compute_unit_price_sums(history: ir.Table) -> ir.Table:
    """One row: orders, customers and net_minor that enter the average unit price.

    With them net amounts at 20, 40, 60 and 80 % of all customers (m_edges), because both are asked
    of the same pass over customers.
    """
    return history.aggregate(
        orders=history.priced_orders.sum(),
        customers=(history.priced_orders > 0).ifelse(1, 0).sum(),
        net_minor=history.priced_net_minor.sum(),
        m_edges=history.net_minor.quantile([0.2, 0.4, 0.6, 0.8]),
    )
