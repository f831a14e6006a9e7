"""Buyers and sales by month, and of the last two years: what 前年比 is made of."""

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from okaeri.insight.features.months import month_number


def compute_month_buyers(purchases: ir.Table) -> ir.Table:
    """One row per calendar month with a purchase: month, buyers (people, each once)."""
    rows = purchases.select(
        "customer_id", month=month_number(purchases.ordered_on).cast("int64")
    ).distinct()
    return rows.group_by("month").agg(buyers=rows.count())


def compute_two_years(purchases: ir.Table, *, as_of: date, days: int) -> ir.Table:
    """One row per year of `days` days up to `as_of` with a purchase: back (0, or 1 the one before),
    buyers, net_minor.
    """
    this, before = (as_of - timedelta(days=n * days) for n in (1, 2))
    rows = purchases.filter(purchases.ordered_on > before)
    rows = rows.select(
        "customer_id", "net_minor", back=(rows.ordered_on > this).ifelse(ibis.literal(0), 1)
    )
    people = rows.group_by("back", "customer_id").agg(net_minor=rows.net_minor.sum())
    return people.group_by("back").agg(buyers=people.count(), net_minor=people.net_minor.sum())
