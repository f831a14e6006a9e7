"""Month cohorts: the month of the first purchase against every later calendar month."""

import ibis.expr.types as ir

from okaeri.insight.features.customer_history import before


def month_number(day: ir.DateValue) -> ir.IntegerValue:
    """Give a count of months since year 0; portable and small."""
    return day.year() * 12 + day.month() - 1


def compute_cohort_buyers(history: ir.Table) -> ir.Table:
    """One row per cohort and month with at least one buyer: cohort_month, month, buyers (people).

    Months are numbers (year × 12 + month − 1).
    """
    rows = history.select(
        cohort_month=month_number(history.purchase_days[0]),
        months=history.purchase_days.map(month_number),
    )
    months = rows.months
    rows = rows.select("cohort_month", month=_changes(months).unnest())
    return rows.group_by("cohort_month", "month").agg(buyers=rows.count())


def _changes(months: ir.ArrayValue) -> ir.ArrayValue:
    return months.filter(lambda month, step: (step == 0) | (month != months[before(step)]))


def compute_cohort_sales(counted: ir.Table, history: ir.Table) -> ir.Table:
    """One row per cohort and month with at least one order: cohort_month, month, net_minor."""
    first = history.select("customer_id", cohort_month=month_number(history.purchase_days[0]))
    rows = counted.join(first, "customer_id").select(
        "cohort_month", month=month_number(counted.ordered_on), net_minor=counted.net_minor
    )
    return rows.group_by("cohort_month", "month").agg(net_minor=rows.net_minor.sum())
