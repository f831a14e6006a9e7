"""How long customers wait between purchases."""

import ibis.expr.types as ir

from okaeri.insight.features.customer_history import compute_returns


def compute_interval_counts(history: ir.Table) -> ir.Table:
    """One row per length of interval: interval_days, and how many intervals of all customers.

    A histogram is enough for every quantile and small enough for pure Python to decide on.
    """
    returns = compute_returns(history)
    gaps = returns.select(interval_days=returns.day.delta(returns.before_on, unit="day"))
    return gaps.group_by("interval_days").agg(intervals=gaps.count())
