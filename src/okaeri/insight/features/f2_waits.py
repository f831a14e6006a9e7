"""How long the second purchase takes: trials counted, full products only, or from trial to full product."""

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir

ALL, FULL, TRIAL = "all", "full", "trial"


def compute_f2_waits(
    purchases: ir.Table, *, as_of: date, windows: Sequence[int], basis: str
) -> ir.Table:
    """One row: buyers, same_day, and eligible_<n>, converted_<n> per window of days.

    eligible_<n>: first purchase at least n days before `as_of`; converted_<n>: of them, those with a
    purchase on a later day within n days. same_day: people who did so on their first day already.
    `basis` "full": trials are no purchase, neither the first nor the second; "trial": of those whose
    first purchase was a trial, and what follows must be no trial (本品引き上げ); whoever bought it with the
    trial has converted in every window, as in the uplift rate of the key figures.
    """
    is_full = purchases.kind != "trial"
    rows = purchases.filter(is_full) if basis == FULL else purchases
    # The kind is a text: it is carried only where it is asked for.
    kind = {"is_full": rows.kind != "trial"} if basis == TRIAL else {}
    rows = rows.select("customer_id", "ordered_on", "first_on", **kind)
    both = rows if basis == ALL else _since_another_first(rows, purchases, basis)
    goes_on = both.is_full if basis == TRIAL else ibis.literal(value=True)
    later = both.ordered_on > both.first_on
    people = both.group_by("customer_id").agg(
        first_on=both.first_on.min(),
        second_on=(later & goes_on).ifelse(both.ordered_on, ibis.null("date")).min(),
        on_first_day=(~later & goes_on).ifelse(1, 0).sum(),
    )
    age = ibis.date(as_of).delta(people.first_on, unit="day")
    wait = people.second_on.delta(people.first_on, unit="day")
    at_once = (people.on_first_day > 0) if basis == TRIAL else ibis.literal(value=False)
    sums: dict[str, ir.Value] = {}
    for days in windows:
        old = age >= days
        came = old & ((wait <= days).fill_null(False) | at_once)
        sums[f"eligible_{days}"] = old.ifelse(1, 0).sum()
        sums[f"converted_{days}"] = came.ifelse(1, 0).sum()
    # The first purchase itself stands among those of the first day, unless it is a trial.
    itself = 0 if basis == TRIAL else 1
    return people.aggregate(
        buyers=people.count(),
        same_day=(people.on_first_day > itself).ifelse(1, 0).sum(),
        **sums,
    )


def _since_another_first(rows: ir.Table, purchases: ir.Table, basis: str) -> ir.Table:
    """Give the rows of whom the basis counts, first_on by what it counts."""
    if basis == TRIAL:
        firsts = purchases.filter((purchases.n == 1) & (purchases.kind == "trial"))
        began = firsts.select("customer_id", first_on=firsts.ordered_on)
    else:
        began = rows.group_by("customer_id").agg(first_on=rows.ordered_on.min())
    return rows.drop("first_on").join(began, "customer_id")
