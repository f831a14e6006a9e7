"""Cohorts by how they began, month after month and 30 days after 30 days; and what a life is worth."""

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir

from okaeri.insight.features.months import month_number

STEP_DAYS = 30
CUBE = ("product", "media")


def compute_cohort_cells(
    purchases: ir.Table, faceted: ir.Table, *, from_on: date, most_steps: int
) -> ir.Table:
    """One row per cohort since `from_on`, product, media, and step with a purchase.

    Columns: cohort_month; product, media; clock ("calendar": calendar months after the first,
    "elapsed": 30-day steps after it); step (from 0, under `most_steps`); buyers (people, once a step),
    net_minor, margin_minor and known_net_minor (of orders whose cost is known).
    """
    began = faceted.filter(faceted.first_on >= from_on).select("customer_id", *CUBE)
    rows = purchases.join(began, "customer_id")
    cohort = month_number(rows.first_on)
    before = rows.previous_on
    calendar = month_number(rows.ordered_on) - cohort
    elapsed = _step(rows.ordered_on, rows.first_on)
    cells = rows.select(
        *CUBE,
        "net_minor",
        "margin_minor",
        cohort_month=cohort,
        calendar=calendar,
        elapsed=elapsed,
        new_calendar=before.isnull() | (month_number(before) - cohort < calendar),
        new_elapsed=before.isnull() | (_step(before, rows.first_on) < elapsed),
    )
    both = cells.group_by("cohort_month", *CUBE, "calendar", "elapsed").agg(
        buyers_calendar=cells.new_calendar.ifelse(1, 0).sum(),
        buyers_elapsed=cells.new_elapsed.ifelse(1, 0).sum(),
        net_minor=cells.net_minor.sum(),
        margin_minor=ibis.coalesce(cells.margin_minor, 0).sum(),
        known_net_minor=cells.margin_minor.notnull().ifelse(cells.net_minor, 0).sum(),
    )
    parts = [
        both.filter(both[clock] < most_steps)
        .group_by("cohort_month", *CUBE, step=both[clock])
        .agg(
            buyers=both[f"buyers_{clock}"].sum(),
            net_minor=both.net_minor.sum(),
            margin_minor=both.margin_minor.sum(),
            known_net_minor=both.known_net_minor.sum(),
        )
        .mutate(clock=ibis.literal(clock))
        for clock in ("calendar", "elapsed")
    ]
    return ibis.union(*parts, distinct=False)


def compute_last_steps(
    customers: ir.Table, faceted: ir.Table, *, from_on: date, most_steps: int
) -> ir.Table:
    """One row per cohort since `from_on`, product, media, clock and step in which somebody bought last.

    Columns as in `compute_cohort_cells`, with customers; the last step holds all later ones too.
    """
    began = faceted.filter(faceted.first_on >= from_on)
    rows = began.join(customers.select("customer_id", "last_on"), "customer_id")
    cohort = month_number(rows.first_on)
    steps = {
        "calendar": month_number(rows.last_on) - cohort,
        "elapsed": _step(rows.last_on, rows.first_on),
    }
    parts = [
        rows.select(
            *CUBE,
            cohort_month=cohort,
            clock=ibis.literal(clock),
            step=ibis.least(step, most_steps).cast("int64"),
        )
        for clock, step in steps.items()
    ]
    both = ibis.union(*parts, distinct=False)
    return both.group_by(*both.columns).agg(customers=both.count())


def _step(day: ir.DateValue, first_on: ir.DateValue) -> ir.IntegerValue:
    return (day.delta(first_on, unit="day") / STEP_DAYS).floor().cast("int64")


def compute_life_values(purchases: ir.Table, *, as_of: date, windows: Sequence[int]) -> ir.Table:
    """One row per customer old enough for the shortest window: first_on and sums per window of days.

    aged_<n> (1 when the first purchase is n days old), net_<n>, margin_<n>, known_<n> (net of orders
    with a known cost): orders within n days of the first purchase, 0 where aged_<n> is 0.
    """
    old_enough = ibis.date(as_of).delta(purchases.first_on, unit="day") >= min(windows)
    early = purchases.ordered_on.delta(purchases.first_on, unit="day") <= max(windows)
    rows = purchases.filter(old_enough & early)
    since = rows.ordered_on.delta(rows.first_on, unit="day")
    age = ibis.date(as_of).delta(rows.first_on, unit="day")
    sums: dict[str, ir.Value] = {}
    for days in windows:
        counts = (since <= days) & (age >= days)
        known = counts & rows.margin_minor.notnull()
        sums |= {
            f"aged_{days}": (age >= days).ifelse(1, 0).max(),
            f"net_{days}": counts.ifelse(rows.net_minor, 0).sum(),
            f"margin_{days}": known.ifelse(rows.margin_minor, 0).sum(),
            f"known_{days}": known.ifelse(rows.net_minor, 0).sum(),
        }
    return rows.group_by("customer_id").agg(first_on=rows.first_on.min(), **sums)


def compute_values_by_beginning(
    lives: ir.Table, faceted: ir.Table, *, windows: Sequence[int]
) -> ir.Table:
    """One row per cohort, product and media with a customer old enough for the shortest window.

    Columns: cohort_month, product, media, sums of `compute_life_values`, and square_<n>: the sum of each
    person's net_<n> squared.
    """
    rows = lives.join(faceted.select("customer_id", *CUBE), "customer_id")
    rows = rows.mutate(cohort_month=month_number(rows.first_on))
    names = [f"{what}_{n}" for n in windows for what in ("aged", "net", "margin", "known")]
    net = {n: rows[f"net_{n}"].cast("float64") for n in windows}
    return rows.group_by("cohort_month", *CUBE).agg(
        **{name: rows[name].sum() for name in names},
        **{f"square_{n}": (net[n] * net[n]).sum() for n in windows},
    )
