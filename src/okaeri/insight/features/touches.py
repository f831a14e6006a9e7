"""How often customers were touched, by whom, and which active ones were not."""

from collections.abc import Sequence
from datetime import date, timedelta

import ibis.expr.types as ir

from okaeri.insight.features.months import month_number


def compute_touch_months(touches: ir.Table) -> ir.Table:
    """One row per calendar month with a touch: month, touches, automatic (of them, without staff).

    `touches`: customer_id, touched_on, is_staff, a row per message that left or call that was made.
    """
    rows = touches.select(
        month=month_number(touches.touched_on).cast("int64"),
        automatic=touches.is_staff.ifelse(0, 1),
    )
    return rows.group_by("month").agg(touches=rows.count(), automatic=rows.automatic.sum())


def compute_care_gaps(
    counted: ir.Table, touches: ir.Table, *, days: Sequence[date], active_days: int, gap_days: int
) -> ir.Table:
    """One row: for each day of `days`, by its place n, active_n and bare_n (people).

    active: bought in the `active_days` that end with the day; bare: of them, untouched in the
    `gap_days` that end with it. `counted`: orders that count.
    """
    buyers = counted.group_by("customer_id").agg(
        **{
            f"active_{n}": _within(counted.ordered_on, day, active_days).max()
            for n, day in enumerate(days)
        }
    )
    touched = touches.group_by("customer_id").agg(
        **{
            f"touched_{n}": _within(touches.touched_on, day, gap_days).max()
            for n, day in enumerate(days)
        }
    )
    rows = buyers.left_join(touched, "customer_id")
    sums = {f"active_{n}": rows[f"active_{n}"].sum() for n in range(len(days))}
    return rows.aggregate(
        **sums,
        **{
            f"bare_{n}": (rows[f"active_{n}"] * (1 - rows[f"touched_{n}"].fill_null(0))).sum()
            for n in range(len(days))
        },
    )


def _within(column: ir.DateValue, day: date, days: int) -> ir.IntegerValue:
    since = day - timedelta(days=days)
    return ((column <= day) & (column > since)).ifelse(1, 0)
