"""What each customer bought, reduced to one row: the base of every other feature.

One pass over the orders. The days of purchases travel as a sorted list, because a list per customer
costs a third of one row per customer and day, and every later question is about one customer.
"""

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from okaeri.insight.types import LifecycleRules


def compute_counted_orders(orders: ir.Table, *, as_of: date, rules: LifecycleRules) -> ir.Table:
    """One row per order that counts as a purchase of a known customer up to and on `as_of`.

    Columns customer_id, ordered_on, net_minor (smallest unit).
    """
    counts = orders.is_purchase & orders.customer_id.notnull() & (orders.ordered_on <= as_of)
    if not rules.count_trial:
        counts = counts & ~orders.is_trial
    return orders.filter(counts).select("customer_id", "ordered_on", "net_minor")


def compute_customer_history(counted: ir.Table, *, as_of: date, rules: LifecycleRules) -> ir.Table:
    """One row per customer with at least one order that counts.

    Columns: customer_id; order_count; purchase_days (sorted list of days, one per purchase: several
    orders on one day are one purchase unless `merge_same_day` is off); net_minor; net_12m_minor
    (ordered within `active_days` before `as_of`).
    """
    recent = counted.ordered_on > as_of - timedelta(days=rules.active_days)
    rows = counted.group_by("customer_id").agg(
        all_days=counted.ordered_on.collect(),
        net_minor=counted.net_minor.sum(),
        net_12m_minor=recent.ifelse(counted.net_minor, 0).sum(),
    )
    # Not one select: Ibis would write the sorting into the function below, once for every day.
    rows = rows.mutate(order_count=rows.all_days.length(), purchase_days=rows.all_days.sort()).drop(
        "all_days"
    )
    if rules.merge_same_day:
        rows = rows.mutate(purchase_days=_without_repeats(rows.purchase_days))
    return rows


def _without_repeats(days: ir.ArrayValue) -> ir.ArrayValue:
    return days.filter(lambda day, place: (place == 0) | (day != days[before(place)]))


def before(at: ir.IntegerValue) -> ir.IntegerValue:
    """Give the place of the neighbour before `at` in a list, never below the list.

    Engines may look at the neighbour before they decide whether it counts.
    """
    return ibis.greatest(at - 1, 0)


def compute_returns(history: ir.Table) -> ir.Table:
    """One row per purchase after a customer's first: first_on, before_on (the one before), day.

    Unfolding a list and comparing columns costs a third of a function over the list.
    """
    repeaters = history.filter(history.purchase_days.length() > 1)
    count = repeaters.purchase_days.length()
    rows = repeaters.select("purchase_days", nth=ibis.range(1, count.cast("int32")).unnest())
    days = rows.purchase_days
    return rows.select(
        first_on=days[0],
        before_on=days[(rows.nth - 1).cast("int32")],
        day=days[rows.nth.cast("int32")],
    )
