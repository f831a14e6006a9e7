"""Freshness of one person; `features.freshness` says the same in bulk (domain reference §2.6)."""

from collections.abc import Iterable
from datetime import date

from okaeri.insight.types import FreshnessBand, HalfLifeBasis

# Fewest points of each band.
FRESH_FROM, FADING_FROM, CARE_FROM = 70.0, 40.0, 15.0


def fresh_on(touches: Iterable[date | None], *, as_of: date) -> date:
    """Give the last of the days of purchase, shipping and delivery up to and on `as_of`."""
    return max(day for day in touches if day is not None and day <= as_of)


def decide_half_life(
    own_days: float | None, product_days: float | None, shop_days: float
) -> tuple[float, HalfLifeBasis]:
    """Choose the cycle freshness halves by: the person's, the product's, the shop's; at least a day."""
    if own_days is not None:
        return max(own_days, 1.0), HalfLifeBasis.OWN
    if product_days is not None:
        return max(product_days, 1.0), HalfLifeBasis.PRODUCT
    return max(shop_days, 1.0), HalfLifeBasis.SHOP


def freshness_of(days: int, half_life_days: float) -> float:
    """Give 100 · 2^(−days / half-life); a half-life under a day counts as a day."""
    return float(100.0 * 2.0 ** (-days / max(half_life_days, 1.0)))


def band_of(freshness: float) -> FreshnessBand:
    """Name the band of a value between 0 and 100."""
    if freshness >= FRESH_FROM:
        return FreshnessBand.FRESH
    if freshness >= FADING_FROM:
        return FreshnessBand.FADING
    return FreshnessBand.CARE if freshness >= CARE_FROM else FreshnessBand.LOST
