"""The shop's purchase cycle from a histogram of intervals."""

import math
from collections.abc import Mapping

# Where nothing is known of how soon people buy again (domain reference §2.6).
DEFAULT_CYCLE_DAYS = 60.0


def histogram_quantile(counts: Mapping[int, int], share: float) -> float | None:
    """Give the value below which `share` of all counted values lie (mean of the two middle ones)."""
    total = sum(counts.values())
    if total == 0:
        return None
    position = share * (total - 1)
    low, high = _value_at(counts, int(position)), _value_at(counts, math.ceil(position))
    return low + (high - low) * (position - int(position))


def _value_at(counts: Mapping[int, int], index: int) -> int:
    seen = 0
    for value in sorted(counts):
        seen += counts[value]
        if seen > index:
            return value
    return max(counts)


def suggested_lapse_days(counts: Mapping[int, int]) -> int | None:
    """Propose max(60, 95 % of intervals, rounded up to tens) as the lapse (§1.3 #9)."""
    p95 = histogram_quantile(counts, 0.95)
    return None if p95 is None else max(60, math.ceil(p95 / 10) * 10)
