"""What first orders and what people who come back bring."""

from datetime import date, timedelta

import ibis.expr.types as ir

from okaeri.insight.features.months import month_number


def compute_month_sales(purchases: ir.Table) -> ir.Table:
    """One row per calendar month and kind of purchase: month, is_first, orders, net_minor.

    is_first: the customer's first purchase; everything later is what existing customers bring.
    """
    rows = purchases.select(
        "net_minor", month=month_number(purchases.ordered_on), is_first=purchases.n == 1
    )
    return rows.group_by("month", "is_first").agg(
        orders=rows.count(), net_minor=rows.net_minor.sum()
    )


def compute_year_buyers(purchases: ir.Table, *, as_of: date, days: int) -> ir.Table:
    """One row per is_new among the last `days` days: buyers, purchases, orders, net_minor,
    first_minor (net of first purchases, which stand in `n`).

    is_new: people whose first purchase is one of these days.
    """
    since = as_of - timedelta(days=days)
    recent = purchases.filter(purchases.ordered_on > since)
    rows = recent.group_by("customer_id").agg(
        is_new=(recent.first_on > since).ifelse(1, 0).max() == 1,
        purchases=recent.starts_purchase.ifelse(1, 0).sum(),
        orders=recent.count(),
        net_minor=recent.net_minor.sum(),
        first_minor=(recent.n == 1).ifelse(recent.net_minor, 0).sum(),
    )
    return rows.group_by("is_new").agg(
        buyers=rows.count(),
        purchases=rows.purchases.sum(),
        orders=rows.orders.sum(),
        net_minor=rows.net_minor.sum(),
        first_minor=rows.first_minor.sum(),
    )
