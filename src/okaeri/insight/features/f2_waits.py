"""How long the second purchase takes, trials counted or only full products."""

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir


def compute_f2_waits(
    purchases: ir.Table, *, as_of: date, windows: Sequence[int], full_only: bool
) -> ir.Table:
    """One row: buyers, same_day, and eligible_<n>, converted_<n> per window of days.

    eligible_<n>: first purchase at least n days before `as_of`; converted_<n>: of them, those with a
    purchase on a later day within n days. same_day: people with two or more orders on their first day.
    With `full_only` trials are no purchase, neither the first nor the second.
    """
    rows = purchases.filter(purchases.kind != "trial") if full_only else purchases
    rows = rows.select("customer_id", "ordered_on")
    began = rows.group_by("customer_id").agg(first_on=rows.ordered_on.min())
    both = rows.join(began, "customer_id")
    later = both.ordered_on > both.first_on
    people = both.group_by("customer_id").agg(
        first_on=both.first_on.min(),
        second_on=later.ifelse(both.ordered_on, ibis.null("date")).min(),
        first_orders=later.ifelse(0, 1).sum(),
    )
    age = ibis.date(as_of).delta(people.first_on, unit="day")
    wait = people.second_on.delta(people.first_on, unit="day")
    sums: dict[str, ir.Value] = {}
    for days in windows:
        old = age >= days
        came = old & people.second_on.notnull() & (wait <= days)
        sums[f"eligible_{days}"] = old.ifelse(1, 0).sum()
        sums[f"converted_{days}"] = came.ifelse(1, 0).sum()
    return people.aggregate(
        buyers=people.count(), same_day=(people.first_orders > 1).ifelse(1, 0).sum(), **sums
    )
