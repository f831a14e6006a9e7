"""Freshness of one person; `features.freshness` says the same in bulk (domain reference §2.6)."""

from okaeri.insight.types import FreshnessBand

# Fewest points of each band.
FRESH_FROM, FADING_FROM, CARE_FROM = 70.0, 40.0, 15.0


def freshness_of(recency_days: int, half_life_days: float) -> float:
    """Give 100 · 2^(−days / half-life); a half-life under a day counts as a day."""
    return float(100.0 * 2.0 ** (-recency_days / max(half_life_days, 1.0)))


def band_of(freshness: float) -> FreshnessBand:
    """Name the band of a value between 0 and 100."""
    if freshness >= FRESH_FROM:
        return FreshnessBand.FRESH
    if freshness >= FADING_FROM:
        return FreshnessBand.FADING
    return FreshnessBand.CARE if freshness >= CARE_FROM else FreshnessBand.LOST
