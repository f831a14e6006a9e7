"""What the figures of the KPI catalogue (domain reference §2.3) are counted from, day by day.

How many people bought in any span of days follows from sums by day: of those who ever bought, all but who
is silent since, or was just then and came back (`domain.reports.kpis`). So one walk over the purchases
serves today, a year ago and every month between.
"""

from collections.abc import Collection, Sequence
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from okaeri.insight.features.gone import TRIAL
from okaeri.insight.features.months import month_number

# Later purchases are one more.
DEEPEST = 6


def compute_day_flows(purchases: ir.Table) -> ir.Table:
    """One row per shop day and number of the purchase (at most 6): ordered_on, n, and what came that day.

    Columns: orders; purchases; net_minor; discounted (orders with a discount); gap_days (since the order
    before, summed).
    """
    gap = purchases.ordered_on.delta(purchases.previous_on, unit="day")
    rows = purchases.select(
        "ordered_on",
        "net_minor",
        gap=gap,
        n=ibis.least(purchases.n, DEEPEST).cast("int64"),
        starts=purchases.starts_purchase.ifelse(1, 0),
        discounted=(purchases.discount_minor > 0).ifelse(1, 0),
    )
    return rows.group_by("ordered_on", "n").agg(
        orders=rows.count(),
        purchases=rows.starts.sum(),
        net_minor=rows.net_minor.sum(),
        discounted=rows.discounted.sum(),
        gap_days=rows.gap.sum(),
    )


def compute_buyer_sums(purchases: ir.Table, customers: ir.Table, *, since: date) -> ir.Table:
    """One row: sums over the people who bought after `since`, and over everybody who ever did.

    people; orders, purchases and net (minor) of those people, and the sums of their squares and
    products, named by both (net_net, net_orders, ...); everybody, and span_days (from the first to the
    last purchase) of everybody with its span_squares. Squares are floats.
    """
    rows = purchases.filter(purchases.ordered_on > ibis.date(since))
    people = rows.group_by("customer_id").agg(
        orders=rows.count(),
        purchases=rows.starts_purchase.ifelse(1, 0).sum(),
        net=rows.net_minor.sum(),
    )
    names = ("net", "orders", "purchases")
    floats = {name: people[name].cast("float64") for name in names}
    pairs = {
        f"{one}_{other}": (floats[one] * floats[other]).sum()
        for place, one in enumerate(names)
        for other in names[place:]
    }
    sums = people.aggregate(
        people=people.count(), **{name: people[name].sum() for name in names}, **pairs
    )
    span = customers.last_on.delta(customers.first_on, unit="day").cast("float64")
    return sums.cross_join(
        customers.aggregate(
            everybody=customers.count(),
            span_days=span.sum(),
            span_squares=(span * span).sum(),
        )
    )


def compute_silences(purchases: ir.Table, *, spans: Collection[int]) -> ir.Table:
    """One row per shop day at either edge of long silences: edge ("left", "back"), day, over_<span>.

    Somebody left when he bought last before a silence longer than the shortest span, and is back with
    his next purchase; over_<span>: after, or before, how many purchases of that day the silence was
    longer than so many days.
    """
    gap = purchases.ordered_on.delta(purchases.previous_on, unit="day")
    rows = purchases.select("ordered_on", "previous_on", gap=gap)
    rows = rows.filter(rows.gap > min(spans))
    edges = {"left": rows.previous_on, "back": rows.ordered_on}
    over = {f"over_{span}": (rows.gap > span).ifelse(1, 0) for span in spans}
    parts = [
        rows.select(**over, edge=ibis.literal(edge), day=day)
        .group_by("edge", "day")
        .agg(**{name: ibis._[name].sum() for name in over})
        for edge, day in edges.items()
    ]
    return ibis.union(*parts, distinct=False)


def compute_last_days(customers: ir.Table) -> ir.Table:
    """One row per day of a last purchase: last_on, customers."""
    return customers.group_by("last_on").agg(customers=customers.count())


def compute_second_purchases(customers: ir.Table, *, days: Sequence[date], span: int) -> ir.Table:
    """One row: again_<yyyymmdd> per day asked for, who first bought in the `span` days up to it and
    bought a second time by it.
    """
    sums = {}
    for day in days:
        began = (customers.first_on > day - timedelta(days=span)) & (customers.first_on <= day)
        again = (began & (customers.second_on <= day)).fill_null(False)
        sums[f"again_{day:%Y%m%d}"] = again.ifelse(1, 0).sum()
    return customers.aggregate(**sums)


def compute_month_buyers(purchases: ir.Table, *, since: date) -> ir.Table:
    """One row per calendar month from that of `since`, the first of a month: month, buyers (people)."""
    rows = purchases.filter(purchases.ordered_on >= since)
    month, before = month_number(rows.ordered_on), month_number(rows.previous_on)
    rows = rows.select(month=month, is_new=before.isnull() | (before < month))
    return rows.group_by("month").agg(buyers=rows.is_new.ifelse(1, 0).sum())


def compute_month_returns(purchases: ir.Table, *, since: date, within: int) -> ir.Table:
    """One row per calendar month: month, again (people who bought in it and once more within `within` days
    of a purchase of it; their next purchase may be of the same month).
    """
    before = purchases.previous_on
    gap = purchases.ordered_on.delta(before, unit="day")
    kept = (before >= since) & (gap <= within) & purchases.starts_purchase
    rows = purchases.filter(kept)
    people = rows.select("customer_id", month=month_number(rows.previous_on)).distinct()
    return people.group_by("month").agg(again=people.count())


def compute_month_intervals(purchases: ir.Table, *, cut: int, since: date) -> ir.Table:
    """One row per half of a month and length of interval: half, interval_days, intervals.

    half: twice the number of the month in which the interval ended (`months.month_number`), one more after
    day `cut` of it; all before `since` are one. Orders of one day that are one purchase have none.
    """
    rows = purchases.filter(purchases.previous_on.notnull() & purchases.starts_purchase)
    day = ibis.greatest(rows.ordered_on, ibis.date(since))
    half = month_number(day) * 2 + (day.day() > cut).ifelse(1, 0)
    rows = rows.select(half=half, interval_days=rows.ordered_on.delta(rows.previous_on, unit="day"))
    return rows.group_by("half", "interval_days").agg(intervals=rows.count())


def compute_trial_takers(purchases: ir.Table, *, within: int) -> ir.Table:
    """One row per day on which somebody began with a trial: first_on, takers, went_on.

    went_on: who bought anything but a trial within so many days of it.
    """
    began = purchases.filter((purchases.n == 1) & (purchases.kind == TRIAL))
    rows = purchases.semi_join(began, "customer_id")
    since = rows.ordered_on.delta(rows.first_on, unit="day")
    went_on = (rows.kind != TRIAL) & (since <= within)
    people = rows.group_by("customer_id").agg(
        first_on=rows.first_on.min(), went_on=went_on.ifelse(1, 0).max()
    )
    return people.group_by("first_on").agg(takers=people.count(), went_on=people.went_on.sum())


def compute_churn(contracts: ir.Table, *, days: Sequence[date], span: int) -> ir.Table:
    """One row: contracts, their deliveries and delivery_squares (their sum), and per day asked for
    running_<yyyymmdd>, contracts that ran `span` days before it, and ended_<yyyymmdd>, those of them
    that ended since.

    `contracts` as of `features.survival.compute_contracts`.
    """
    many = contracts.deliveries.cast("float64")
    sums = {
        "contracts": contracts.count(),
        "deliveries": contracts.deliveries.sum(),
        "delivery_squares": (many * many).sum(),
    }
    for day in days:
        start = ibis.date(day - timedelta(days=span))
        ended_on = contracts.ended_on
        ran = (contracts.first_on <= start) & (ended_on.isnull() | (ended_on > start))
        ended = (ran & (ended_on <= day)).fill_null(False)
        sums[f"running_{day:%Y%m%d}"] = ran.ifelse(1, 0).sum()
        sums[f"ended_{day:%Y%m%d}"] = ended.ifelse(1, 0).sum()
    return contracts.aggregate(**sums)
