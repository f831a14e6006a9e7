"""When people buy: orders by day and hour of the shop's clock."""

import ibis.expr.types as ir


def only_chosen(orders: ir.Table) -> ir.Table:
    """Give the orders somebody placed himself: a cart makes a contract's later deliveries, at its hour."""
    return orders.filter(orders.delivery_no.fill_null(1) <= 1)


def compute_day_hours(purchases: ir.Table) -> ir.Table:
    """One row per shop day and hour with an order: ordered_on, ordered_hour, orders, net_minor.

    The one pass over purchases for all questions of when; at most 24 rows a day.
    """
    return purchases.group_by("ordered_on", "ordered_hour").agg(
        orders=purchases.count(), net_minor=purchases.net_minor.sum()
    )


def compute_week_hours(day_hours: ir.Table) -> ir.Table:
    """One row per weekday (0 Monday to 6 Sunday) and hour with an order: orders, net_minor."""
    rows = day_hours.mutate(weekday=day_hours.ordered_on.day_of_week.index().cast("int64"))
    return rows.group_by("weekday", "ordered_hour").agg(
        orders=rows.orders.sum(), net_minor=rows.net_minor.sum()
    )


def compute_days(day_hours: ir.Table) -> ir.Table:
    """One row per shop day with an order: ordered_on, orders, net_minor."""
    return day_hours.group_by("ordered_on").agg(
        orders=day_hours.orders.sum(), net_minor=day_hours.net_minor.sum()
    )
