"""Month cohorts: the month of the first purchase against every later calendar month."""

import ibis.expr.types as ir

from okaeri.insight.features.customer_history import compute_returns


def month_number(day: ir.DateValue) -> ir.IntegerValue:
    """Give a count of months since year 0; portable and small."""
    return day.year() * 12 + day.month() - 1


def compute_cohort_sizes(history: ir.Table) -> ir.Table:
    """One row per month of a first purchase: cohort_month, month (the same), buyers (people)."""
    rows = history.select(cohort_month=month_number(history.purchase_days[0]))
    sizes = rows.group_by("cohort_month").agg(buyers=rows.count())
    return sizes.select("cohort_month", "buyers", month=sizes.cohort_month)


def compute_cohort_returns(history: ir.Table) -> ir.Table:
    """One row per cohort and later month with a buyer: cohort_month, month, buyers (people).

    Months are numbers (year × 12 + month − 1). Days are sorted, so a customer counts at the first
    of his purchases in a month: the one whose predecessor lies in another.
    """
    returns = compute_returns(history)
    rows = returns.select(
        cohort_month=month_number(returns.first_on),
        month=month_number(returns.day),
        month_before=month_number(returns.before_on),
    )
    rows = rows.filter(rows.month != rows.month_before)
    return rows.group_by("cohort_month", "month").agg(buyers=rows.count())


def compute_cohort_sales(counted: ir.Table, history: ir.Table) -> ir.Table:
    """One row per cohort and month with at least one order: cohort_month, month, orders, net_minor.

    Months are numbers (year × 12 + month − 1).
    """
    first = history.select("customer_id", cohort_month=month_number(history.purchase_days[0]))
    rows = counted.join(first, "customer_id").select(
        "cohort_month", month=month_number(counted.ordered_on), net_minor=counted.net_minor
    )
    return rows.group_by("cohort_month", "month").agg(
        orders=rows.count(), net_minor=rows.net_minor.sum()
    )
