"""顧客鮮度: how fresh the memory of the shop still is, 0 to 100, halved once per purchase cycle."""

import ibis
import ibis.expr.types as ir

from okaeri.insight.domain.freshness import CARE_FROM, FADING_FROM, FRESH_FROM
from okaeri.insight.types import FreshnessBand


def compute_freshness(customers: ir.Table, *, shop_cycle_days: float) -> ir.Table:
    """One row per customer: the columns of `customers` with freshness (0..100) and freshness_band.

    F = 100 · 2^(−recency_days / h); h is the personal cycle, else `shop_cycle_days`, at least a day.
    A purchase sets 100; other events are not counted yet. Source: §2.6.
    """
    half_life = ibis.greatest(customers.cycle_days.fill_null(shop_cycle_days), ibis.literal(1.0))
    halvings = customers.recency_days.cast("float64") / half_life
    rows = customers.mutate(freshness=ibis.literal(2.0).pow(-halvings) * ibis.literal(100.0))
    return rows.mutate(
        freshness_band=ibis.cases(
            (rows.freshness >= FRESH_FROM, FreshnessBand.FRESH.value),
            (rows.freshness >= FADING_FROM, FreshnessBand.FADING.value),
            (rows.freshness >= CARE_FROM, FreshnessBand.CARE.value),
            else_=FreshnessBand.LOST.value,
        )
    )
