"""離反: who is gone by the rule of how he buys: trials, one-off products, or the shop's own lapse."""

from datetime import date

import ibis
import ibis.expr.types as ir

from okaeri.insight.analysis_types import ChurnRules
from okaeri.insight.features.purchases import is_delivery
from okaeri.insight.types import LifecycleRules

TRIAL, SINGLE, SUBSCRIPTION = "trial", "single", "subscription"
PRODUCT, SHOP = "product", "shop"


def compute_waits(
    habits: ir.Table, cycles: ir.Table, *, fewest_intervals: int, lapse_days: int
) -> ir.Table:
    """One row per product bought: after how many days of silence its buyer is gone (§1.3 #26).

    `habits` as of `features.cycles.compute_item_habits`, `cycles` as of `compute_product_cycles`.
    Columns: sku; intervals; basis ("product": the 90th percentile of its intervals, "shop": it has
    fewer than `fewest_intervals`); wait_days (whole, rounded up); place (0, 1, ...: which product
    decides where several were bought together, those with an own rule first, the longest of them).
    """
    known = habits.select("sku").distinct().left_join(cycles, "sku")
    rows = known.select("sku", "high_days", intervals=known.intervals.fill_null(0))
    is_sure = rows.intervals >= fewest_intervals
    # Engines differ in the last digits of a percentile: a whole day stays that day.
    own_days = is_sure.ifelse((rows.high_days - 1e-6).ceil().cast("int64"), ibis.null("int64"))
    rows = rows.mutate(own_days=own_days)
    decides = ibis.window(order_by=[ibis.desc(rows.own_days.fill_null(-1)), "sku"])
    return rows.select(
        "sku",
        "intervals",
        basis=rows.own_days.notnull().ifelse(PRODUCT, SHOP),
        wait_days=rows.own_days.fill_null(lapse_days),
        place=ibis.row_number().over(decides),
    )


def compute_kinds(counted: ir.Table) -> ir.Table:
    """One row per buyer: customer_id, kind ("trial": nothing but trials so far, "subscription": at
    least one delivery, else "single").

    `counted`: orders of the warehouse that count.
    """
    rows = counted.select(
        "customer_id",
        full=counted.is_trial.ifelse(0, 1),
        delivered=(is_delivery(counted) & ~counted.is_trial).ifelse(1, 0),
    )
    people = rows.group_by("customer_id").agg(full=rows.full.max(), delivered=rows.delivered.max())
    kind = ibis.cases(
        (people.full == 0, TRIAL), (people.delivered == 1, SUBSCRIPTION), else_=SINGLE
    )
    return people.select("customer_id", kind=kind)


def compute_with_takers(customers: ir.Table, tried: ir.Table, *, as_of: date) -> ir.Table:
    """One row per buyer, and per taker of trials whose shop does not count them as purchases (of whom
    purchase_count is 0): customer_id, last_on, recency_days, purchase_count.

    `tried`: orders of the warehouse that count, trials among them.
    """
    buyers = customers.select("customer_id", "last_on", "recency_days", "purchase_count")
    others = tried.anti_join(buyers, "customer_id")
    people = others.group_by("customer_id").agg(last_on=others.ordered_on.max())
    kinds = buyers.schema()
    takers = people.mutate(
        recency_days=ibis.date(as_of).delta(people.last_on, unit="day"),
        purchase_count=ibis.literal(0),
    )
    return buyers.union(takers.cast({name: kinds[name] for name in takers.columns}))


def compute_trial_supply(counted: ir.Table, lines: ir.Table, products: ir.Table) -> ir.Table:
    """One row per customer and day with a trial that lasts for known days: customer_id, last_on,
    days_supply (the longest).

    `lines` of the warehouse as they are: a trial may cost nothing, and be called 送料無料.
    """
    trials = counted.filter(counted.is_trial).select(
        "customer_id", "order_id", last_on="ordered_on"
    )
    lasting = products.filter(products.days_supply > 0).select("sku", "days_supply")
    sold = lines.filter(lines.quantity > 0).select("order_id", "sku")
    rows = sold.semi_join(trials, "order_id").join(lasting, "sku").join(trials, "order_id")
    return rows.group_by("customer_id", "last_on").agg(days_supply=rows.days_supply.max())


def compute_gone(
    customers: ir.Table,
    kinds: ir.Table,
    habits: ir.Table,
    waits: ir.Table,
    supply: ir.Table,
    *,
    rules: LifecycleRules,
    churn: ChurnRules,
) -> ir.Table:
    """One row per buyer: customer_id, purchase_count, kind, place, wait_days, is_gone.

    Gone is who has been silent for wait_days since his last purchase, whatever it was; so a later one
    takes the mark back. Trial: max(churn.trial_days, 2 × the longest days_supply of that day's trials:
    `supply` of `compute_trial_supply`). Single: wait_days of the product that decides among what he
    bought that day (`place` of `waits`, NULL of all others and without goods). Else, and for
    subscribers, the shop's lapse.
    """
    # Numbers instead of words, and only the last day, before anything is put together.
    known = waits.select("sku", "place")
    people = customers.select("customer_id", "last_on", "recency_days", "purchase_count")
    bought = habits.select("customer_id", "sku", "last_on")
    bought = bought.semi_join(people, ["customer_id", "last_on"]).join(known, "sku")
    last = bought.group_by("customer_id").agg(place=bought.place.min())
    rows = people.join(kinds, "customer_id").left_join(last, "customer_id")
    rows = rows.select(*people.columns, "kind", decides=rows.place)
    rows = rows.left_join(supply, ["customer_id", "last_on"])
    rows = rows.select(*people.columns, "kind", "decides", "days_supply")
    rows = rows.mutate(place=(rows.kind == SINGLE).ifelse(rows.decides, ibis.null("int64")))
    rows = rows.left_join(waits.select("place", "wait_days"), "place").drop("place_right")
    patience = ibis.greatest(
        ibis.literal(churn.trial_days), 2 * ibis.coalesce(rows.days_supply, 0)
    ).cast("int64")
    wait = (rows.kind == TRIAL).ifelse(patience, rows.wait_days.fill_null(rules.lapse_days))
    return rows.select(
        "customer_id",
        "purchase_count",
        "kind",
        "place",
        wait_days=wait,
        is_gone=rows.recency_days >= wait,
    )


def compute_gone_by(gone: ir.Table, waits: ir.Table) -> ir.Table:
    """One row per buyer: customer_id, is_gone, gone_by_sku (whose days decide; NULL where the shop's do)."""
    rows = gone.left_join(waits.select("place", gone_by_sku="sku"), "place")
    return rows.select("customer_id", "is_gone", "gone_by_sku")


def compute_gone_products(gone: ir.Table, waits: ir.Table) -> ir.Table:
    """One row per product some one-off buyer's mark goes by: columns of `waits` but place, and people.

    people: whose last purchase it decides; gone of them; once, once_gone, twice, twice_gone: those with
    one and with two purchases.
    """
    mine = gone.filter(gone.place.notnull())
    once, twice = mine.purchase_count == 1, mine.purchase_count == 2
    counts = mine.group_by("place").agg(
        people=mine.count(),
        gone=mine.is_gone.ifelse(1, 0).sum(),
        once=once.ifelse(1, 0).sum(),
        once_gone=(once & mine.is_gone).ifelse(1, 0).sum(),
        twice=twice.ifelse(1, 0).sum(),
        twice_gone=(twice & mine.is_gone).ifelse(1, 0).sum(),
    )
    return counts.join(waits, "place").drop("place")
