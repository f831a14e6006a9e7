"""Products of people as their next purchase is told from them (`domain.item_timing`)."""

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from okaeri.insight.features.cycles import OLDEST_DAYS, lasting_days


def compute_item_pairs(item_days: ir.Table, *, cutoff: date, horizon_days: int) -> ir.Table:
    """One row per customer and product bought by himself in the two years up to and on `cutoff`.

    Columns: customer_id, sku, last_on; quantity of that day; gaps (intervals up to the cutoff), log_gaps
    and log_gaps_squared (sums of their natural logarithms, days), all_gap_days (their sum); came_on (the
    next purchase of it within `horizon_days` after the cutoff, NULL without). Deliveries of
    subscriptions are left out, and whoever has had one since: as in `compute_recent_habits`.
    """
    days = item_days.mutate(by_himself=~item_days.is_delivery)
    before = days.ordered_on <= cutoff
    after = (days.ordered_on > cutoff) & (days.ordered_on <= cutoff + timedelta(days=horizon_days))
    gap = days.ordered_on.delta(days.previous_on, unit="day")
    is_gap = before & days.by_himself & days.previous_on.notnull()
    log_gap = ibis.greatest(gap, 1).cast("float64").ln()
    rows = days.group_by("customer_id", "sku").agg(
        last_on=days.ordered_on.max(where=before),
        gaps=is_gap.cast("int64").sum(),
        log_gaps=is_gap.ifelse(log_gap, 0.0).sum(),
        log_gaps_squared=is_gap.ifelse(log_gap * log_gap, 0.0).sum(),
        all_gap_days=is_gap.ifelse(gap, 0).sum(),
        came_on=days.ordered_on.min(where=after & days.by_himself),
    )
    rows = rows.filter(rows.last_on > cutoff - timedelta(days=OLDEST_DAYS))
    last = item_days.filter(~item_days.is_delivery)
    last = last.select("customer_id", "sku", "quantity", last_on=last.ordered_on)
    return rows.join(last, ["customer_id", "sku", "last_on"])


def compute_pairs_then(
    pairs: ir.Table,
    cycles: ir.Table,
    products: ir.Table,
    arrivals: ir.Table | None,
    *,
    days_to_arrive: int,
) -> ir.Table:
    """One row per row of `compute_item_pairs` with what tells the usual interval, as `compute_awaited`.

    Further columns: intervals and cycle_days of the product (`cycles`: of purchases up to the cutoff),
    days_supply, and use_days where that is known. The shop keeps no history of days_supply, which is
    how a product is made: today's holds. `arrivals`: of `compute_arrivals`, as known then.
    """
    rows = pairs.left_join(cycles.select("sku", "intervals", "cycle_days"), "sku")
    rows = rows.drop("sku_right").left_join(products.select("sku", "days_supply"), "sku")
    rows = rows.drop("sku_right").mutate(intervals=rows.intervals.fill_null(0))
    if arrivals is None:
        rows = rows.mutate(arrive_days=ibis.null("int64"))
    else:
        rows = rows.left_join(arrivals, ["customer_id", "last_on"]).select(
            *rows.columns, "arrive_days"
        )
    use = (rows.days_supply > 0).ifelse(lasting_days(rows, days_to_arrive), ibis.null("float64"))
    return rows.mutate(use_days=use)


def compute_recent_habits(habits: ir.Table, *, as_of: date) -> ir.Table:
    """One row of `habits` for each product somebody bought by himself in two years, with its lists.

    Columns: customer_id, sku, last_on, gap_days (all his intervals, NULL without any).
    """
    since = as_of - timedelta(days=OLDEST_DAYS)
    mine = habits.filter((habits.last_on > since) & ~habits.is_delivery)
    return mine.select("customer_id", "sku", "last_on", "gap_days")


def compute_awaited(
    run_outs: ir.Table, habits: ir.Table, cycles: ir.Table, products: ir.Table
) -> ir.Table:
    """One row per row of `run_outs` (`features.cycles`) with what its next purchase is told from.

    Further columns: gap_days (as in `habits`), intervals and cycle_days of the product (0 and NULL
    without any), days_supply (NULL unknown).
    """
    several = habits.filter(habits.gap_days.notnull()).select("customer_id", "sku", "gap_days")
    rows = run_outs.left_join(several, ["customer_id", "sku"]).select(*run_outs.columns, "gap_days")
    known = cycles.select("sku", "intervals", "cycle_days")
    rows = rows.left_join(known, "sku").drop("sku_right")
    rows = rows.left_join(products.select("sku", "days_supply"), "sku").drop("sku_right")
    return rows.mutate(intervals=rows.intervals.fill_null(0))
