"""顧客鮮度: how fresh the memory of the shop still is, 0 to 100, halved once per purchase cycle."""

from datetime import date

import ibis
import ibis.expr.types as ir

from okaeri.insight.cycle_types import CycleRules
from okaeri.insight.domain.lifecycle import LAST_INTERVALS
from okaeri.insight.features.bumps import compute_lifted
from okaeri.insight.features.cycles import drawn_cycle
from okaeri.insight.freshness_types import BandRules
from okaeri.insight.types import FreshnessBand, HalfLifeBasis

# What makes an order felt again after it was placed, where its source tells of it.
_FELT = ("shipped_on", "delivered_on")


def touched_on(orders: ir.Table, *, as_of: date) -> ir.DateValue:
    """Give the last day up to and on `as_of` an order was felt: placed, shipped or delivered.

    `orders` has ordered_on, of nobody later than `as_of`, and perhaps shipped_on and delivered_on.
    """
    days = [orders[name] for name in _FELT if name in orders.columns]
    known = [(day <= as_of).ifelse(day, orders.ordered_on) for day in days]
    return ibis.greatest(orders.ordered_on, *known) if known else orders.ordered_on


def compute_touches(orders: ir.Table, *, as_of: date) -> ir.Table:
    """One row per customer with an order up to and on `as_of`: customer_id, fresh_on (`touched_on`)."""
    rows = orders.filter(orders.ordered_on <= as_of)
    rows = rows.select("customer_id", day=touched_on(rows, as_of=as_of))
    return rows.group_by("customer_id").agg(fresh_on=rows.day.max())


def compute_freshness(
    customers: ir.Table,
    *,
    bought_cycles: ir.Table | None = None,
    bands: BandRules | None = None,
    prior_intervals: float = CycleRules().prior_intervals,
    day_points: ir.Table | None = None,
) -> ir.Table:
    """One row per customer: the columns of `customers` with freshness (0..100), freshness_band,
    half_life_days and half_life_basis (`HalfLifeBasis`).

    F = 100 · 2^(−days / h): days since `fresh_on` (the last purchase, shipping or delivery sets 100);
    h is the personal cycle, drawn towards that of what he bought last by `prior_intervals` (§2.4), else
    that of what he bought last (`bought_cycles`, see `features.cycles.compute_bought_cycles`), else the
    shop's usual one; at least its shortest, times its factor, never under a day. `day_points`
    (`features.bumps.compute_day_points`) lift it. Source: §2.6.
    """
    bands = bands or BandRules()
    rows = _with_half_life(_with_bought_cycle(customers, bought_cycles), bands, prior_intervals)
    # `fresh_on` is counted from the last purchase, so that no day of analysis is asked for.
    days = rows.recency_days - rows.fresh_on.delta(rows.last_on, unit="day")
    halvings = days.cast("float64") / rows.half_life_days
    rows = rows.mutate(freshness=ibis.literal(2.0).pow(-halvings) * ibis.literal(100.0))
    if day_points is not None:
        rows = _lifted(rows, day_points)
    return rows.mutate(
        freshness_band=ibis.cases(
            (rows.freshness >= bands.fresh_from, FreshnessBand.FRESH.value),
            (rows.freshness >= bands.fading_from, FreshnessBand.FADING.value),
            (rows.freshness >= bands.care_from, FreshnessBand.CARE.value),
            else_=FreshnessBand.LOST.value,
        )
    )


def _lifted(rows: ir.Table, day_points: ir.Table) -> ir.Table:
    lifted = compute_lifted(rows, day_points)
    joined = rows.left_join(lifted, "customer_id").drop("customer_id_right")
    return joined.mutate(freshness=ibis.coalesce(joined.lifted, joined.freshness)).drop("lifted")


def _with_bought_cycle(customers: ir.Table, bought_cycles: ir.Table | None) -> ir.Table:
    if bought_cycles is None:
        return customers.mutate(product_cycle_days=ibis.null("float64"))
    rows = customers.left_join(bought_cycles, ["customer_id", "last_on"])
    return rows.select(*customers.columns, "product_cycle_days")


def _with_half_life(rows: ir.Table, bands: BandRules, prior_intervals: float) -> ir.Table:
    intervals = ibis.least(rows.purchase_count - 1, LAST_INTERVALS)
    own = drawn_cycle(rows.cycle_days, intervals, rows.product_cycle_days, prior_intervals)
    cycle = ibis.coalesce(own, rows.product_cycle_days, ibis.literal(bands.usual_days))
    cycle = ibis.greatest(cycle, ibis.literal(bands.shortest_days))
    half_life = cycle * ibis.literal(bands.cycle_factor)
    return rows.mutate(
        half_life_days=ibis.greatest(half_life, ibis.literal(1.0)),
        half_life_basis=ibis.cases(
            (rows.cycle_days.notnull(), HalfLifeBasis.OWN.value),
            (rows.product_cycle_days.notnull(), HalfLifeBasis.PRODUCT.value),
            else_=HalfLifeBasis.SHOP.value,
        ),
    ).drop("product_cycle_days")
