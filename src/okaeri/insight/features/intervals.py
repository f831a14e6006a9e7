"""How long customers wait between purchases."""

import ibis.expr.types as ir

from okaeri.insight.features.customer_history import gaps_before


def compute_interval_counts(history: ir.Table) -> ir.Table:
    """One row per length of interval: interval_days, and how many intervals of all customers.

    A histogram is enough for every quantile and small enough for pure Python to decide on.
    """
    repeaters = history.filter(history.purchase_days.length() > 1)
    between = gaps_before(repeaters.purchase_days).filter(lambda _gap, nth: nth > 0)
    gaps = repeaters.select(interval_days=between.unnest())
    return gaps.group_by("interval_days").agg(intervals=gaps.count())
