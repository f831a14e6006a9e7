"""Freshness bands."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from okaeri.insight.domain.shares import share_of
from okaeri.insight.types import FreshnessBand


def freshness_payload(
    rows: Iterable[Mapping[str, Any]], *, median: float | None, half_life_days: float
) -> dict[str, Any]:
    """Give {bands, median, half_life_days}; always four bands, freshest first.

    Band: band, customers, share (of all buyers). half_life_days: of whoever has neither a
    cycle of his own nor bought a product with one.
    """
    counts: Counter[str] = Counter()
    for row in rows:
        counts[row["freshness_band"]] += row["customers"]
    total = sum(counts.values())
    return {
        "bands": [
            {
                "band": band.value,
                "customers": counts[band.value],
                "share": share_of(counts[band.value], total) or 0.0,
            }
            for band in FreshnessBand
        ],
        "median": median,
        "half_life_days": half_life_days,
    }
