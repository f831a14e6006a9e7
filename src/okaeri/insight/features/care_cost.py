"""What was spent on people who had bought before, and how often they bought in the same time."""

from datetime import date

import ibis.expr.types as ir


def compute_care(spent: ir.Table, people: ir.Table, *, since: date, until: date) -> ir.Table:
    """One row per kind of spending on existing customers between two days, both of them included.

    `spent` as of `insight.care_types.SPENT`; `people`: customer_id, first_on. Existing is who bought on
    a day before. Columns: kind, people, units, amount_minor, unknown (rows without an amount).
    """
    first = people.select("customer_id", "first_on")
    rows = spent.filter((spent.spent_on >= since) & (spent.spent_on <= until))
    rows = rows.join(first, "customer_id").filter(lambda row: row.spent_on > row.first_on)
    return rows.group_by("kind").agg(
        people=rows.customer_id.nunique(),
        units=rows.units.sum(),
        amount_minor=rows.amount_minor.fill_null(0).sum(),
        unknown=rows.amount_minor.isnull().ifelse(1, 0).sum(),
    )


def compute_existing_orders(
    counted: ir.Table, people: ir.Table, *, since: date, until: date
) -> ir.Table:
    """One row: orders and people who ordered on a day after their first, between two days."""
    rows = counted.filter((counted.ordered_on >= since) & (counted.ordered_on <= until))
    rows = rows.select("customer_id", "ordered_on")
    rows = rows.join(people.select("customer_id", "first_on"), "customer_id")
    rows = rows.filter(rows.ordered_on > rows.first_on)
    return rows.aggregate(orders=rows.count(), people=rows.customer_id.nunique())
