"""Where orders come from: by prefecture and by the first three digits of the postal code."""

from collections.abc import Sequence
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from okaeri.insight.types import LifecycleRules

LEVELS = ("prefecture", "postal3")


def compute_area_orders(
    orders: ir.Table,
    areas: ir.Table,
    *,
    as_of: date,
    days: int,
    rules: LifecycleRules,
    malls: Sequence[str],
) -> ir.Table:
    """One row per order of the last `days` days, of nobody in particular too.

    Columns: customer_id (NULL where nobody is known), source, ordered_on, net_minor, prefecture and
    postal3 ("" unknown), is_closed (nobody may be written to: of one of `malls`, or of nobody).
    `areas`: order_id, prefecture, postal3.
    """
    counts = orders.is_purchase & (orders.ordered_on <= as_of)
    counts &= orders.ordered_on > as_of - timedelta(days=days)
    if not rules.count_trial:
        counts &= ~orders.is_trial
    rows = orders.filter(counts).select(
        "order_id", "customer_id", "source", "ordered_on", "net_minor"
    )
    places = areas.select("order_id", "prefecture", "postal3")
    joined = rows.left_join(places, "order_id")
    is_mall = joined.source.isin(sorted(malls)) if malls else ibis.literal(value=False)
    return joined.select(
        "customer_id",
        "source",
        "ordered_on",
        "net_minor",
        prefecture=ibis.coalesce(joined.prefecture, ""),
        postal3=ibis.coalesce(joined.postal3, ""),
        is_closed=joined.customer_id.isnull() | is_mall,
    )


def compute_area_sales(rows: ir.Table) -> ir.Table:
    """One row per prefecture, postal3 and source: orders, net_minor, closed (orders of `is_closed`).

    `rows` as of `compute_area_orders`.
    """
    return rows.group_by("prefecture", "postal3", "source").agg(
        orders=rows.count(),
        net_minor=rows.net_minor.sum(),
        closed=rows.is_closed.ifelse(1, 0).sum(),
    )


def compute_area_people(rows: ir.Table) -> ir.Table:
    """One row per level ("prefecture", "postal3") and area of it: people, repeaters.

    Repeaters bought there on two shop days or more; orders of nobody count for neither.
    """
    known = rows.filter(rows.customer_id.notnull())
    parts = [
        known.select("customer_id", "ordered_on", level=ibis.literal(level), area=known[level])
        for level in LEVELS
    ]
    both = ibis.union(*parts, distinct=False)
    people = both.group_by("level", "area", "customer_id").agg(bought=both.ordered_on.nunique())
    return people.group_by("level", "area").agg(
        people=people.count(), repeaters=(people.bought >= 2).ifelse(1, 0).sum()
    )
