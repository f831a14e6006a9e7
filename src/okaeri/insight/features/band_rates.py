"""Does freshness tell who buys? Bands of a day before, and who bought after it."""

from datetime import date, timedelta

import ibis.expr.types as ir

from okaeri.insight.cycle_types import CycleRules
from okaeri.insight.features.cycles import compute_bought_cycles
from okaeri.insight.features.freshness import compute_freshness
from okaeri.insight.features.lifecycle import compute_lifecycle
from okaeri.insight.freshness_types import BandRules
from okaeri.insight.types import LifecycleRules


def compute_band_purchases(
    purchases: ir.Table,
    touches: ir.Table,
    bought: ir.Table,
    cycles: ir.Table,
    *,
    on: date,
    days: int,
    rules: LifecycleRules,
    bands: BandRules | None = None,
    prior_intervals: float = CycleRules().prior_intervals,
    day_points: ir.Table | None = None,
) -> ir.Table:
    """One row per freshness band on the day `on`: freshness_band, customers, buyers.

    buyers: those of them who bought within `days` days after it. The freshness is the product's own,
    computed as it would have been on that day, with the cycles of products as known today. `touches`
    is `compute_touches` and `day_points` `compute_day_points` as of `on`; `bought` and `cycles` as in
    `compute_bought_cycles`.
    """
    known = purchases.filter((purchases.ordered_on <= on) & purchases.starts_purchase)
    history = known.group_by("customer_id").agg(
        all_days=known.ordered_on.collect(), net_minor=known.net_minor.sum()
    )
    history = history.select("customer_id", "net_minor", purchase_days=history.all_days.sort())
    then = compute_lifecycle(history, as_of=on, rules=rules, threshold_minor=0)
    then = then.join(touches, "customer_id")
    fresh = compute_freshness(
        then,
        bought_cycles=compute_bought_cycles(bought.filter(bought.last_on <= on), cycles),
        bands=bands,
        prior_intervals=prior_intervals,
        day_points=day_points,
    )
    until = on + timedelta(days=days)
    later = purchases.filter((purchases.ordered_on > on) & (purchases.ordered_on <= until))
    came = later.select("customer_id").distinct().mutate(came=1)
    rows = fresh.select("customer_id", "freshness_band").left_join(came, "customer_id")
    return rows.group_by("freshness_band").agg(
        customers=rows.count(), buyers=rows.came.fill_null(0).sum()
    )
