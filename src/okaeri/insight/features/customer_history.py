"""What each customer bought, reduced to one row: the base of every other feature.

One pass over the orders. The days of orders travel as a sorted list, because a list per customer
costs a third of one row per customer and day, and every later question is about one customer.
"""

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from okaeri.insight.features.freshness import touched_on
from okaeri.insight.features.months import month_number
from okaeri.insight.features.purchases import counts_as_purchase
from okaeri.insight.types import YEAR_DAYS, LifecycleRules


def compute_counted_orders(orders: ir.Table, *, as_of: date, rules: LifecycleRules) -> ir.Table:
    """One row per order that counts as a purchase of a known customer up to and on `as_of`.

    Columns customer_id, ordered_on, net_minor (smallest unit), touched_on (`features.freshness`).
    """
    rows = orders.filter(counts_as_purchase(orders, as_of=as_of, rules=rules))
    return rows.select(
        "customer_id", "ordered_on", "net_minor", touched_on=touched_on(rows, as_of=as_of)
    )


def compute_order_days(counted: ir.Table, *, as_of: date) -> ir.Table:
    """One row per customer with at least one order that counts.

    Columns: customer_id; cohort_month (of the first order, see `months`); order_count; order_days
    (sorted list of days, one per order); net_minor; net_12m_minor (ordered in the 365 days
    up to `as_of`, whatever the shop calls active); fresh_on (the last purchase, shipping or delivery).
    """
    recent = counted.ordered_on > as_of - timedelta(days=YEAR_DAYS)
    rows = counted.group_by("customer_id").agg(
        all_days=counted.ordered_on.collect(),
        first_on=counted.ordered_on.min(),
        net_minor=counted.net_minor.sum(),
        net_12m_minor=recent.ifelse(counted.net_minor, 0).sum(),
        fresh_on=counted.touched_on.max(),
    )
    return rows.select(
        "customer_id",
        "net_minor",
        "net_12m_minor",
        "fresh_on",
        cohort_month=month_number(rows.first_on),
        order_count=rows.all_days.length(),
        order_days=rows.all_days.sort(),
    )


def compute_customer_history(
    order_days: ir.Table, returns: ir.Table, *, rules: LifecycleRules
) -> ir.Table:
    """One row per customer: `order_days` with purchase_days (sorted list of days) in its place.

    One day per purchase: several orders on one day are one purchase unless `merge_same_day` is off.
    `returns` knows who has such days; a function over a list is too dear to ask of everybody.
    """
    if not rules.merge_same_day:
        return order_days.rename(purchase_days="order_days")
    repeated = returns.same_day_customer_id.name("customer_id")
    repeaters = returns.filter(repeated.notnull()).select(repeated, has_repeats=True).distinct()
    rows = order_days.left_join(repeaters, "customer_id").drop("customer_id_right")
    days = rows.order_days
    merged = rows.has_repeats.fill_null(False).ifelse(_without_repeats(days), days)
    return rows.mutate(purchase_days=merged).drop("order_days", "has_repeats")


def _without_repeats(days: ir.ArrayValue) -> ir.ArrayValue:
    return days.filter(lambda day, place: (place == 0) | (day != days[before(place)]))


def before(at: ir.IntegerValue) -> ir.IntegerValue:
    """Give the place of the neighbour before `at` in a list, never below the list.

    Engines may look at the neighbour before they decide whether it counts.
    """
    return ibis.greatest(at - 1, 0)
