"""Every order after a customer's first, walked once for all questions about two neighbouring orders."""

from datetime import date

import ibis
import ibis.expr.types as ir

from okaeri.insight.features.months import month_number
from okaeri.insight.features.purchases import counts_as_purchase, is_delivery
from okaeri.insight.types import LifecycleRules


def compute_returns(order_days: ir.Table) -> ir.Table:
    """One row per kind of return, with how many `orders` after a customer's first are of that kind.

    Columns: cohort_month; month (NULL unless it is the customer's first order of the month);
    interval_days (since the order before); same_day_customer_id (where that is 0: whose day it is,
    else NULL). Small enough to stage; unfolding the lists again for each question costs more.
    """
    rows = order_days.filter(order_days.order_count > 1)
    rows = rows.select(
        "customer_id",
        "cohort_month",
        "order_days",
        nth=ibis.range(0, rows.order_count.cast("int32") - 1).unnest(),
    )
    # Unfolding a list and comparing columns costs a third of a function over the list.
    rows = rows.select(
        "customer_id",
        "cohort_month",
        before_on=rows.order_days[rows.nth.cast("int32")],
        day=rows.order_days[(rows.nth + 1).cast("int32")],
    )
    interval = rows.day.delta(rows.before_on, unit="day")
    kinds = rows.select(
        "cohort_month",
        month=(interval >= rows.day.day()).ifelse(month_number(rows.day), ibis.null("int64")),
        interval_days=interval,
        same_day_customer_id=(interval == 0).ifelse(rows.customer_id, ibis.null("int64")),
    )
    return kinds.group_by(*kinds.columns).agg(orders=kinds.count())


def compute_interval_counts(returns: ir.Table, *, merge_same_day: bool) -> ir.Table:
    """One row per length of interval: interval_days, and how many intervals of all customers.

    A histogram is enough for every quantile and small enough for pure Python to decide on. Orders of
    one day have no interval between them where they are one purchase.
    """
    rows = returns.filter(returns.interval_days > 0) if merge_same_day else returns
    return rows.group_by("interval_days").agg(intervals=rows.orders.sum())


def compute_delivery_intervals(orders: ir.Table, *, as_of: date, rules: LifecycleRules) -> ir.Table:
    """One row per length of interval that a subscription's delivery ended: interval_days, intervals.

    `compute_interval_counts` counts them too. They follow a contract and say nothing of how long
    somebody who is silent may still come back. Only people with deliveries are looked at.
    """
    rows = orders.filter(counts_as_purchase(orders, as_of=as_of, rules=rules))
    rows = rows.select("customer_id", "ordered_on", came=is_delivery(rows).ifelse(1, 0))
    theirs = rows.filter(rows.came == 1).select("customer_id").distinct()
    days = rows.semi_join(theirs, "customer_id").group_by("customer_id", "ordered_on")
    days = days.agg(came=rows.came.max())
    life = ibis.window(group_by="customer_id", order_by="ordered_on")
    days = days.mutate(previous_on=days.ordered_on.lag().over(life))
    ended = days.filter((days.came == 1) & days.previous_on.notnull())
    gaps = ended.select(interval_days=ended.ordered_on.delta(ended.previous_on, unit="day"))
    return gaps.group_by("interval_days").agg(intervals=gaps.count())
