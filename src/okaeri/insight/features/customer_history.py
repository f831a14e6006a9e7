"""What each customer bought, reduced to one row: the base of every other feature.

One pass over the orders. The days of purchases travel as a sorted list, because a list per customer
costs a third of one row per customer and day, and every later question is about one customer.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from okaeri.insight.types import LifecycleRules


@dataclass(frozen=True, slots=True)
class PricedPeriod:
    """Which orders enter the average unit price: ordered before `until_on`, and not before `from_on`."""

    from_on: date | None
    until_on: date


def compute_counted_orders(orders: ir.Table, *, as_of: date, rules: LifecycleRules) -> ir.Table:
    """One row per order that counts as a purchase of a known customer up to and on `as_of`.

    Columns customer_id, ordered_on, net_minor (smallest unit).
    """
    counts = orders.is_purchase & orders.customer_id.notnull() & (orders.ordered_on <= as_of)
    if not rules.count_trial:
        counts = counts & ~orders.is_trial
    return orders.filter(counts).select("customer_id", "ordered_on", "net_minor")


def compute_customer_history(
    counted: ir.Table, *, as_of: date, rules: LifecycleRules, priced: PricedPeriod
) -> ir.Table:
    """One row per customer with at least one order that counts.

    Columns: customer_id; order_count; purchase_days (sorted list of days, one per purchase: several
    orders on one day are one purchase unless `merge_same_day` is off); net_minor; net_12m_minor
    (ordered within `active_days` before `as_of`); priced_orders and priced_net_minor (those that
    enter the average unit price).
    """
    recent = counted.ordered_on > as_of - timedelta(days=rules.active_days)
    enters_price = counted.ordered_on < priced.until_on
    if priced.from_on is not None:
        enters_price = enters_price & (counted.ordered_on >= priced.from_on)
    rows = counted.group_by("customer_id").agg(
        order_count=counted.count(),
        all_days=counted.ordered_on.collect(),
        net_minor=counted.net_minor.sum(),
        net_12m_minor=recent.ifelse(counted.net_minor, 0).sum(),
        priced_orders=enters_price.ifelse(1, 0).sum(),
        priced_net_minor=enters_price.ifelse(counted.net_minor, 0).sum(),
    )
    rows = rows.mutate(purchase_days=rows.all_days.sort()).drop("all_days")
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


def gaps_before(days: ir.ArrayValue) -> ir.ArrayValue:
    """Give for each purchase the days since the one before it; 0 for the first."""
    return days.map(lambda day, at: day.delta(days[before(at)], unit="day"))
