"""Month cohorts: the month of the first purchase against every later calendar month.

Months are numbers (`months.month_number`).
"""

import ibis.expr.types as ir

from okaeri.insight.features.months import month_number


def compute_cohort_sizes(order_days: ir.Table) -> ir.Table:
    """One row per month of a first purchase: cohort_month, month (the same), buyers (people)."""
    sizes = order_days.group_by("cohort_month").agg(buyers=order_days.count())
    return sizes.select("cohort_month", "buyers", month=sizes.cohort_month)


def compute_cohort_returns(returns: ir.Table) -> ir.Table:
    """One row per cohort and later month with a buyer: cohort_month, month, buyers (people).

    A customer counts at the first of his orders in a month.
    """
    rows = returns.filter(returns.month.notnull())
    return rows.group_by("cohort_month", "month").agg(buyers=rows.orders.sum())


def compute_cohort_sales(counted: ir.Table, order_days: ir.Table) -> ir.Table:
    """One row per cohort and month with at least one order: cohort_month, month, orders, net_minor."""
    first = order_days.select("customer_id", "cohort_month")
    rows = counted.join(first, "customer_id").select(
        "cohort_month", month=month_number(counted.ordered_on), net_minor=counted.net_minor
    )
    return rows.group_by("cohort_month", "month").agg(
        orders=rows.count(), net_minor=rows.net_minor.sum()
    )
