"""Purchase cycles: the days between two purchases of a product, and when it is used up."""

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from okaeri.insight.cycle_types import KEPT_AHEAD, KEPT_BEHIND
from okaeri.insight.features.interests import warmth_of

BIN_DAYS = 10
LAST_BIN = 36
# What was bought longer ago than this is waited for no more.
OLDEST_DAYS = 730
_LAST_INTERVALS = 5
# From the shipping to the door, where the shop tells no arrival.
DAYS_TO_DELIVER = 2


def compute_item_gaps(item_days: ir.Table) -> ir.Table:
    """One row per repeat purchase of a product: customer_id, sku, ordered_on, gap_days.

    Deliveries of subscriptions follow their contract and say nothing of a cycle.
    """
    again = item_days.filter(item_days.previous_on.notnull() & ~item_days.is_delivery)
    return again.select(
        "customer_id",
        "sku",
        "ordered_on",
        gap_days=again.ordered_on.delta(again.previous_on, unit="day"),
    )


def compute_product_cycles(gaps: ir.Table) -> ir.Table:
    """One row per product somebody came back for: sku, intervals, customers, cycle_days (median),
    low_days and high_days (between them lie 80 % of the intervals).
    """
    return gaps.group_by("sku").agg(
        intervals=gaps.count(),
        customers=gaps.customer_id.nunique(),
        cycle_days=gaps.gap_days.median().cast("float64"),
        low_days=gaps.gap_days.quantile(0.1).cast("float64"),
        high_days=gaps.gap_days.quantile(0.9).cast("float64"),
    )


def compute_bought_cycles(bought: ir.Table, cycles: ir.Table) -> ir.Table:
    """One row per customer and day on which he bought something with a cycle: customer_id, last_on,
    product_cycle_days (the median over the products of that day, §2.6).

    `bought` has customer_id, sku, last_on, once each; `cycles` sku and cycle_days of products to be
    trusted.
    """
    rows = bought.select("customer_id", "sku", "last_on").join(
        cycles.select("sku", "cycle_days"), "sku"
    )
    middle = rows.cycle_days.median().cast("float64")
    return rows.group_by("customer_id", "last_on").agg(product_cycle_days=middle)


def drawn_cycle(
    own_days: ir.FloatingValue,
    own_intervals: ir.IntegerValue,
    product_days: ir.FloatingValue,
    prior_intervals: float,
) -> ir.FloatingValue:
    """Draw a person's cycle towards the product's (`domain.freshness.drawn_cycle`), NULL without his."""
    towards = ibis.coalesce(product_days, own_days)
    weighed = own_intervals * own_days + prior_intervals * towards
    return weighed / (own_intervals + prior_intervals)


def compute_gap_bins(gaps: ir.Table) -> ir.Table:
    """One row per product and bin of ten days (0 is days 0 to 9, 36 is 360 and more): intervals."""
    number = ibis.least(gaps.gap_days // BIN_DAYS, LAST_BIN).cast("int64")
    rows = gaps.mutate(bin=number)
    return rows.group_by("sku", "bin").agg(intervals=rows.count())


def compute_item_habits(item_days: ir.Table, gaps: ir.Table, *, is_warm: bool = False) -> ir.Table:
    """One row per customer and product: how he buys it, whatever day it is asked on.

    Columns: customer_id; sku; last_on; quantity and is_delivery of that day; own_intervals (of his last
    five) and own_days (their median), NULL with fewer than two; warmth (`features.interests.warmth_of`
    summed over his days; NULL unless `is_warm`); gap_days (all his intervals, rising; NULL without any).
    """
    latest = item_days.filter(item_days.is_last).select(
        "customer_id", "sku", "quantity", "is_delivery", last_on=item_days.ordered_on
    )
    latest = _with_warmth(latest, item_days if is_warm else None)
    every = gaps.group_by("customer_id", "sku").agg(gap_days=gaps.gap_days.collect().sort())
    rows = latest.left_join(_own_cycles(gaps), ["customer_id", "sku"]).select(
        *latest.columns, "own_intervals", "own_days"
    )
    return rows.left_join(every, ["customer_id", "sku"]).select(*rows.columns, "gap_days")


def _with_warmth(latest: ir.Table, item_days: ir.Table | None) -> ir.Table:
    if item_days is None:
        return latest.mutate(warmth=ibis.null("float64"))
    warm = item_days.select("customer_id", "sku", warmth=warmth_of(item_days.ordered_on))
    sums = warm.group_by("customer_id", "sku").agg(warmth=warm.warmth.sum())
    return latest.join(sums, ["customer_id", "sku"]).select(*latest.columns, "warmth")


def compute_kept_gaps(habits: ir.Table) -> ir.Table:
    """One row per interval of `habits`: customer_id, sku, gap_days."""
    return habits.select("customer_id", "sku", gap_days=habits.gap_days.unnest())


def compute_arrivals(counted: ir.Table, *, as_of: date) -> ir.Table:
    """One row per customer and day of two years whose parcel is known of: customer_id, last_on (the
    day of the order), arrive_days (from it until the parcel came, the last of several).

    `counted`: orders of the warehouse that count. Where only the shipping is known, it came
    DAYS_TO_DELIVER after it (§1.3 #15).
    """
    came_on = ibis.coalesce(
        counted.delivered_on,
        (counted.shipped_on + ibis.interval(days=DAYS_TO_DELIVER)).cast("date"),
    )
    rows = counted.mutate(came_on=came_on)
    rows = rows.filter(rows.came_on.notnull() & (rows.ordered_on > as_of - timedelta(OLDEST_DAYS)))
    days = ibis.greatest(rows.came_on.delta(rows.ordered_on, unit="day"), 0)
    return rows.group_by("customer_id", last_on=rows.ordered_on).agg(arrive_days=days.max())


def compute_parcels_then(counted: ir.Table, *, cutoff: date) -> ir.Table:
    """One row per order up to and on `cutoff`, its parcel as known then: later days are NULL."""
    rows = counted.filter(counted.ordered_on <= cutoff)
    days = {name: rows[name] for name in ("shipped_on", "delivered_on")}
    then = {name: (day <= cutoff).ifelse(day, ibis.null("date")) for name, day in days.items()}
    return rows.select("customer_id", "ordered_on", **then)


def compute_run_outs(
    habits: ir.Table,
    cycles: ir.Table,
    products: ir.Table,
    arrivals: ir.Table | None,
    *,
    as_of: date,
    days_to_arrive: int,
    prior_intervals: float,
) -> ir.Table:
    """One row per customer and product bought by himself in two years whose use can be told.

    Trials and samples are left out: nobody reorders one, and what follows it has journeys of its own.
    `habits` as of `compute_item_habits`; `cycles`: sku and cycle_days of products to be trusted;
    `arrivals` as of `compute_arrivals`, of other days (None: of all) `days_to_arrive` holds. Columns:
    customer_id; sku; last_on; since_days (to `as_of`); use_days (from the purchase until it is used up);
    due_in (days from `as_of` until then, rounded, negative when past); basis.
    Use: arrival + quantity × days of use, else the median of the person's last five intervals (from
    two on) drawn towards the product's median, else that median (§2.4).
    """
    since = as_of - timedelta(days=OLDEST_DAYS)
    latest = habits.filter((habits.last_on > since) & ~habits.is_delivery).select(
        "customer_id", "sku", "quantity", "last_on", "own_intervals", "own_days"
    )
    known = latest.left_join(cycles.select("sku", "cycle_days"), "sku").drop("sku_right")
    known = known.anti_join(_trials(products), "sku")
    supply = products.select("sku", "days_supply")
    known = known.left_join(supply, "sku").drop("sku_right")
    if arrivals is None:
        known = known.mutate(arrive_days=ibis.null("int64"))
    else:
        known = known.left_join(arrivals, ["customer_id", "last_on"]).select(
            *known.columns, "arrive_days"
        )
    return _with_use(known, as_of, days_to_arrive, prior_intervals)


def _trials(products: ir.Table) -> ir.Table:
    none = ibis.literal(False)
    is_tried = products.is_trial.fill_null(none) | products.is_sample.fill_null(none)
    return products.filter(is_tried).select("sku")


def _own_cycles(gaps: ir.Table) -> ir.Table:
    place = ibis.window(group_by=["customer_id", "sku"], order_by=ibis.desc("ordered_on"))
    ranked = gaps.mutate(place=ibis.row_number().over(place))
    last = ranked.filter(ranked.place < _LAST_INTERVALS)
    own = last.group_by("customer_id", "sku").agg(
        own_intervals=last.count(), own_days=last.gap_days.median().cast("float64")
    )
    return own.filter(own.own_intervals > 1)


def _with_use(known: ir.Table, as_of: date, days_to_arrive: int, prior: float) -> ir.Table:
    supplied = known.days_supply > 0
    mine = known.own_days.notnull()
    drawn = drawn_cycle(known.own_days, known.own_intervals, known.cycle_days, prior)
    lasting = lasting_days(known, days_to_arrive)
    rows = known.mutate(
        since_days=ibis.date(as_of).delta(known.last_on, unit="day"),
        use_days=ibis.cases((supplied, lasting), (mine, drawn), else_=known.cycle_days),
        basis=ibis.cases((supplied, "supply"), (mine, "own"), else_="product"),
    )
    rows = rows.filter(rows.use_days > 0)
    return rows.select(
        "customer_id",
        "sku",
        "last_on",
        "since_days",
        "use_days",
        "basis",
        due_in=((rows.use_days + 0.5).floor().cast("int64") - rows.since_days).cast("int64"),
    )


def lasting_days(known: ir.Table, days_to_arrive: int) -> ir.FloatingValue:
    """Give the days from the order until what was bought is used up: arrival + quantity × days of use.

    `known` has quantity, days_supply (NULL unknown) and arrive_days (NULL: `days_to_arrive`).
    """
    arrive = known.arrive_days.fill_null(days_to_arrive)
    return (known.quantity * known.days_supply + arrive).cast("float64")


def compute_run_out_counts(
    run_outs: ir.Table, *, soon_days: int, overdue_ratio: float, at_risk_ratio: float
) -> ir.Table:
    """One row per product: people for whom it runs out within `soon_days`, overdue, at_risk."""
    ratio = run_outs.since_days / run_outs.use_days
    is_soon = (run_outs.due_in >= 0) & (run_outs.due_in <= soon_days)
    is_overdue = (ratio > overdue_ratio) & (ratio <= at_risk_ratio)
    return run_outs.group_by("sku").agg(
        soon=is_soon.ifelse(1, 0).sum(),
        overdue=is_overdue.ifelse(1, 0).sum(),
        at_risk=(ratio > at_risk_ratio).ifelse(1, 0).sum(),
    )


def compute_overdue(
    run_outs: ir.Table,
    customers: ir.Table,
    *,
    overdue_ratio: float,
    at_risk_ratio: float,
    most: int,
) -> ir.Table:
    """One row per overdue product of a customer, those who spent most first, at most `most`.

    Columns: customer_id, sku, last_on, since_days, use_days, net_minor (all he ever spent).
    """
    ratio = run_outs.since_days / run_outs.use_days
    late = run_outs.filter((ratio > overdue_ratio) & (ratio <= at_risk_ratio))
    rows = late.join(customers.select("customer_id", "net_minor"), "customer_id")
    rows = rows.select("customer_id", "sku", "last_on", "since_days", "use_days", "net_minor")
    return rows.order_by(ibis.desc("net_minor"), "customer_id", "sku").limit(most)


def is_near(run_outs: ir.Table) -> ir.BooleanValue:
    """Tell what runs out in the weeks journeys look at."""
    return (run_outs.due_in >= -KEPT_BEHIND) & (run_outs.due_in <= KEPT_AHEAD)


def is_waited_for(run_outs: ir.Table, *, at_risk_ratio: float) -> ir.BooleanValue:
    """Tell for what a customer may still come back: `at_risk_ratio` times its use is not over yet."""
    return run_outs.since_days <= run_outs.use_days * at_risk_ratio


def compute_next_run_outs(run_outs: ir.Table, *, as_of: date, at_risk_ratio: float) -> ir.Table:
    """One row per customer who still waits for something: customer_id, runs_out_on of the first of it."""
    waiting = run_outs.filter(is_waited_for(run_outs, at_risk_ratio=at_risk_ratio))
    first = waiting.group_by("customer_id").agg(due_in=waiting.due_in.min())
    # A date and an interval make a timestamp in DuckDB, whatever Ibis says.
    until = ibis.date(as_of).cast("timestamp") + first.due_in.as_interval("D")
    return first.select("customer_id", runs_out_on=until.date())
