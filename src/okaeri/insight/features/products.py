"""What each product does for the relation: does its first buyer come back, and for what."""

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir


def compute_f2_by_first_product(
    item_days: ir.Table, customers: ir.Table, *, as_of: date, days: int
) -> ir.Table:
    """One row per product of a first purchase: sku, firsts, eligible, converted.

    `firsts` counts people whose first purchase held it; `eligible` those of them who made it at
    least `days` before `as_of`; `converted` those of the eligible who bought again within `days`.
    """
    # A first purchase is of one day: a customer has one row of each product he began with.
    first = item_days.filter(item_days.n == 1).select("customer_id", "sku")
    rows = first.join(customers.select("customer_id", "first_on", "second_on"), "customer_id")
    is_old = rows.first_on <= ibis.date(as_of - timedelta(days=days))
    wait = rows.second_on.delta(rows.first_on, unit="day")
    came = is_old & wait.notnull() & (wait <= days)
    marked = rows.mutate(old=is_old.ifelse(1, 0), came=came.ifelse(1, 0))
    return marked.group_by("sku").agg(
        firsts=marked.count(), eligible=marked.old.sum(), converted=marked.came.sum()
    )
