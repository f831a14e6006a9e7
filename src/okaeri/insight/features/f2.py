"""F2: who comes back for a second purchase, and how soon."""

from collections.abc import Sequence

import ibis.expr.types as ir


def compute_f2_days(customers: ir.Table, *, windows: Sequence[int]) -> ir.Table:
    """One row per day of first purchase: first_on, size, converted_<n> per window.

    `converted_90`: how many of them bought again within 90 days of the first purchase. A day is
    small enough for pure Python to sum by month, by age and by window.
    """
    wait = customers.second_on.delta(customers.first_on, unit="day")
    rows = customers.select(
        "first_on", *[_within(wait, days).name(f"converted_{days}") for days in windows]
    )
    return rows.group_by("first_on").agg(
        size=rows.count(),
        **{f"converted_{days}": rows[f"converted_{days}"].sum() for days in windows},
    )


def compute_f2_gaps(customers: ir.Table) -> ir.Table:
    """One row per number of days between first and second purchase: f2_days, people.

    `customers` as of `features.lifecycle`. Who has not come back has no such days.
    """
    rows = customers.filter(customers.second_on.notnull())
    rows = rows.select(f2_days=rows.second_on.delta(rows.first_on, unit="day"))
    return rows.group_by("f2_days").agg(people=rows.count())


def _within(wait: ir.IntegerValue, days: int) -> ir.IntegerValue:
    return (wait.notnull() & (wait <= days)).ifelse(1, 0)


def compute_totals(customers: ir.Table, *, active_days: int) -> ir.Table:
    """One row: sums over all customers for the headline numbers."""
    return customers.aggregate(
        buyers=customers.count(),
        orders=customers.order_count.sum(),
        net_minor=customers.net_minor.sum(),
        net_12m_minor=customers.net_12m_minor.sum(),
        active=(customers.recency_days < active_days).ifelse(1, 0).sum(),
        first_on=customers.first_on.min(),
        last_on=customers.last_on.max(),
        median_freshness=customers.freshness.median(),
    )
