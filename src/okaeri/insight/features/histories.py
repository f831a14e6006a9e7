"""What was known of each customer on a day, and what came after it: the ground of every prediction."""

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

RECENT_DAYS = 90


def compute_histories(purchases: ir.Table, *, cutoff: date, horizon_days: int) -> ir.Table:
    """One row per customer with a purchase up to and on `cutoff`.

    Columns up to the cutoff: customer_id; purchases (by the shop's counting); first_on, last_on; gaps
    (intervals between purchases), log_gaps and log_gaps_squared (sums of their natural logarithms, days),
    last_gap_days (NULL with one purchase); net_minor; net_recent_minor (of the last 90 days);
    discounted (orders with a discount); orders. After it: came_on (next purchase within `horizon_days`,
    NULL without), came (purchases), came_net_minor.
    """
    before = purchases.ordered_on <= cutoff
    after = (purchases.ordered_on > cutoff) & (
        purchases.ordered_on <= cutoff + timedelta(days=horizon_days)
    )
    gap = purchases.ordered_on.delta(purchases.previous_on, unit="day")
    is_gap = before & purchases.starts_purchase & purchases.previous_on.notnull()
    # Two purchases of one day, where the shop counts them apart, are a day apart for the logarithm.
    log_gap = ibis.greatest(gap, 1).cast("float64").ln()
    recent = before & (purchases.ordered_on > cutoff - timedelta(days=RECENT_DAYS))
    rows = purchases.group_by("customer_id").agg(
        purchases=purchases.n.max(where=before),
        first_on=purchases.ordered_on.min(where=before),
        last_on=purchases.ordered_on.max(where=before),
        gaps=is_gap.cast("int64").sum(),
        log_gaps=is_gap.ifelse(log_gap, 0.0).sum(),
        log_gaps_squared=is_gap.ifelse(log_gap * log_gap, 0.0).sum(),
        last_gap_days=gap.argmax(purchases.n, where=is_gap),
        net_minor=before.ifelse(purchases.net_minor, 0).sum(),
        net_recent_minor=recent.ifelse(purchases.net_minor, 0).sum(),
        discounted=(before & (purchases.discount_minor > 0)).cast("int64").sum(),
        orders=before.cast("int64").sum(),
        came_on=purchases.ordered_on.min(where=after),
        came=(after & purchases.starts_purchase).cast("int64").sum(),
        came_net_minor=after.ifelse(purchases.net_minor, 0).sum(),
    )
    return rows.filter(rows.purchases.notnull())


def compute_present_histories(
    order_days: ir.Table, habits: ir.Table, counted: ir.Table, *, as_of: date
) -> ir.Table:
    """One row per customer: what `compute_histories` would say up to `as_of`, when nothing came yet.

    `order_days` as of `features.customer_history`, `habits` as of `features.prices`, `counted` the orders
    both were made of. Columns: customer_id; order_days (sorted list, one per order, of which
    `domain.ground` makes counts and intervals); net_minor; net_recent_minor; discounted. Placing every
    order in its customer's life, as the past needs, costs ten times as much.
    """
    late = counted.filter(counted.ordered_on > as_of - timedelta(days=RECENT_DAYS))
    recent = late.group_by("customer_id").agg(net_recent_minor=late.net_minor.sum())
    rows = order_days.select("customer_id", "order_days", "net_minor")
    rows = rows.join(habits.select("customer_id", discounted="discount_orders"), "customer_id")
    known = rows.left_join(recent, "customer_id")
    return known.select(*rows.columns, net_recent_minor=known.net_recent_minor.fill_null(0))


def compute_hours(purchases: ir.Table) -> ir.Table:
    """One row per customer and hour of the shop's clock: customer_id, hour, orders."""
    hours = purchases.group_by(["customer_id", "ordered_hour"]).agg(orders=purchases.count())
    return hours.rename(hour="ordered_hour")
