"""How far customers, trial takers and contracts come, and what the next step is worth."""

from datetime import date

import ibis
import ibis.expr.types as ir

from okaeri.insight.features.facets import FACETS
from okaeri.insight.features.gone import TRIAL
from okaeri.insight.types import LifecycleRules

# Whoever bought more often stands in the last step.
DEEPEST = 11


def compute_survival(gone: ir.Table, faceted: ir.Table, ripe: ir.Table) -> ir.Table:
    """One row per facets, number of purchases and of ripe ones (at most 11 each) with a customer.

    Columns: the facets, purchase_count, ripe, customers, gone. `gone` as of `features.gone.compute_gone`,
    `ripe` as of `compute_ripe_purchases`.
    """
    rows = gone.select("customer_id", "purchase_count", "is_gone")
    rows = rows.join(faceted.select("customer_id", *FACETS), "customer_id")
    rows = rows.left_join(ripe, "customer_id").drop("customer_id_right")
    rows = rows.mutate(
        purchase_count=ibis.least(rows.purchase_count, DEEPEST).cast("int64"),
        ripe=ibis.least(rows.ripe.fill_null(0), DEEPEST).cast("int64"),
    )
    return rows.group_by(*FACETS, "purchase_count", "ripe").agg(
        customers=rows.count(), gone=rows.is_gone.ifelse(1, 0).sum()
    )


def compute_ripe_purchases(purchases: ir.Table, *, until: date) -> ir.Table:
    """One row per buyer of then: customer_id, ripe (purchases up to and on `until`).

    Of a ripe one it is known whether another followed: there was time enough for it.
    """
    rows = purchases.filter(purchases.ordered_on <= ibis.date(until))
    return rows.group_by("customer_id").agg(ripe=rows.n.max())


def compute_purchase_gaps(purchases: ir.Table) -> ir.Table:
    """One row per number of days between two purchases of a customer: gap_days, times."""
    rows = purchases.filter(purchases.starts_purchase & purchases.previous_on.notnull())
    gap_days = rows.ordered_on.delta(rows.previous_on, unit="day")
    return rows.group_by(gap_days=gap_days).agg(times=rows.count())


def compute_delivery_gaps(counted: ir.Table) -> ir.Table:
    """One row per number of days between two deliveries of a contract: gap_days, times."""
    rows = counted.filter(counted.subscription_no != "")
    days = rows.select("source", "subscription_no", "ordered_on").distinct()
    life = ibis.window(group_by=["source", "subscription_no"], order_by="ordered_on")
    days = days.mutate(gap_days=days.ordered_on.delta(days.ordered_on.lag().over(life), unit="day"))
    again = days.filter(days.gap_days.notnull())
    return again.group_by("gap_days").agg(times=again.count())


def compute_ripe_deliveries(counted: ir.Table, *, until: date) -> ir.Table:
    """One row per contract of then: source, subscription_no, ripe (deliveries up to and on `until`)."""
    rows = counted.filter(
        (counted.subscription_no != "") & (counted.ordered_on <= ibis.date(until))
    )
    return rows.group_by("source", "subscription_no").agg(
        ripe=ibis.greatest(rows.count(), rows.delivery_no.max().fill_null(0))
    )


def compute_purchase_values(purchases: ir.Table) -> ir.Table:
    """One row per number of a purchase (at most 11): n, customers who made it, net_minor of all."""
    rows = purchases.mutate(n=ibis.least(purchases.n, DEEPEST).cast("int64"))
    return rows.group_by("n").agg(
        purchases=rows.starts_purchase.ifelse(1, 0).sum(), net_minor=rows.net_minor.sum()
    )


def compute_trials(purchases: ir.Table, gone: ir.Table) -> ir.Table:
    """One row: trials (people who began with one), went_on (bought anything but a trial), lost.

    Lost: gone (`features.gone.compute_gone`) without anything but trials.
    """
    began = purchases.filter((purchases.n == 1) & (purchases.kind == TRIAL))
    rows = gone.semi_join(began, "customer_id")
    went_on = rows.kind != TRIAL
    return rows.aggregate(
        trials=rows.count(),
        went_on=went_on.ifelse(1, 0).sum(),
        lost=(~went_on & rows.is_gone).ifelse(1, 0).sum(),
    )


def compute_full_orders(purchases: ir.Table) -> ir.Table:
    """One row: orders that were no trial, and their net_minor."""
    rows = purchases.filter(purchases.kind != "trial")
    return rows.aggregate(orders=rows.count(), net_minor=rows.net_minor.sum())


def compute_contracts(
    counted: ir.Table, ended: ir.Table, *, as_of: date, rules: LifecycleRules
) -> ir.Table:
    """One row per contract with a delivery: source, subscription_no, customer_id, deliveries, orders,
    net_minor, first_on, last_on, is_over, ended_on (NULL while it runs).

    `counted`: orders of the warehouse that count. `ended`: source, subscription_no and ended_on (NULL
    unknown: the last delivery serves) of cancelled contracts. A contract without a delivery for as long
    as a customer counts as lapsed is over too. Only orders up to that day count (§1.3 #25), and skipped
    deliveries are no orders. deliveries: by the number the shop gave the last of them, where that is
    more than the orders known of (orders, net_minor): whose first months were never imported.
    """
    known = ended.mutate(is_ended=ibis.literal(True))
    rows = counted.filter(counted.subscription_no != "")
    rows = rows.left_join(known, ["source", "subscription_no"])
    rows = rows.filter(rows.ended_on.isnull() | (rows.ordered_on <= rows.ended_on))
    found = rows.group_by("source", "subscription_no").agg(
        customer_id=rows.customer_id.max(),
        deliveries=ibis.greatest(rows.count(), rows.delivery_no.max().fill_null(0)),
        orders=rows.count(),
        net_minor=rows.net_minor.sum(),
        first_on=rows.ordered_on.min(),
        last_on=rows.ordered_on.max(),
        is_ended=rows.is_ended.fill_null(ibis.literal(False)).ifelse(1, 0).max() == 1,
        told_on=rows.ended_on.max(),
    )
    silent_on = given_up_on(found.last_on, as_of=as_of, lapse_days=rules.lapse_days)
    told_on = ibis.coalesce(found.told_on, found.last_on)
    told = found.mutate(
        is_over=found.is_ended | silent_on.notnull(),
        ended_on=found.is_ended.ifelse(told_on, silent_on),
    )
    return told.drop("is_ended", "told_on")


def given_up_on(last_on: ir.Value, *, as_of: date, lapse_days: int) -> ir.Value:
    """Give the day a contract nobody ended is over: so long after its last delivery; NULL before that."""
    is_silent = ibis.date(as_of).delta(last_on, unit="day") >= lapse_days
    # A date plus days is a timestamp to DuckDB, and a date to Ibis, which drops a cast to one.
    over_on = (last_on.cast("timestamp") + ibis.interval(days=lapse_days)).cast("date")
    return is_silent.ifelse(over_on, ibis.null("date"))


def compute_deliveries(contracts: ir.Table, ripe: ir.Table) -> ir.Table:
    """One row per unit ("contract", "customer"), number of deliveries and of ripe ones (at most 11 each).

    Columns: unit, deliveries, ripe, units, over (of them), orders (known of all), net_minor. A customer
    reached the most deliveries of any of his contracts and is over when all of them are. `ripe` as of
    `compute_ripe_deliveries`.
    """
    contracts = contracts.left_join(ripe, ["source", "subscription_no"])
    # What came after the end is no delivery of it.
    contracts = contracts.mutate(ripe=ibis.least(contracts.ripe.fill_null(0), contracts.deliveries))
    people = contracts.group_by("customer_id").agg(
        deliveries=contracts.deliveries.max(),
        ripe=contracts.ripe.max(),
        is_over=contracts.is_over.ifelse(1, 0).min() == 1,
        orders=contracts.orders.sum(),
        net_minor=contracts.net_minor.sum(),
    )
    parts = [
        rows.select(
            "is_over",
            "orders",
            "net_minor",
            unit=ibis.literal(unit),
            deliveries=ibis.least(rows.deliveries, DEEPEST).cast("int64"),
            ripe=ibis.least(rows.ripe, DEEPEST).cast("int64"),
        )
        for unit, rows in (("contract", contracts), ("customer", people))
    ]
    both = ibis.union(*parts, distinct=False)
    return both.group_by("unit", "deliveries", "ripe").agg(
        units=both.count(),
        over=both.is_over.ifelse(1, 0).sum(),
        orders=both.orders.sum(),
        net_minor=both.net_minor.sum(),
    )
