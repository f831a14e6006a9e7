"""Freshness of one person; `features.freshness` says the same in bulk (domain reference §2.6)."""

from collections.abc import Iterable
from datetime import date

from okaeri.insight.freshness_types import BandRules
from okaeri.insight.types import FreshnessBand, HalfLifeBasis


def fresh_on(touches: Iterable[date | None], *, as_of: date) -> date:
    """Give the last of the days of purchase, shipping and delivery up to and on `as_of`."""
    return max(day for day in touches if day is not None and day <= as_of)


def decide_half_life(
    own_days: float | None, product_days: float | None, shop_days: float, *, bands: BandRules
) -> tuple[float, HalfLifeBasis]:
    """Choose the cycle freshness halves by: the person's, the product's, the shop's.

    Times the shop's factor; at least a day.
    """
    factor = bands.cycle_factor
    if own_days is not None:
        return max(own_days * factor, 1.0), HalfLifeBasis.OWN
    if product_days is not None:
        return max(product_days * factor, 1.0), HalfLifeBasis.PRODUCT
    return max(shop_days * factor, 1.0), HalfLifeBasis.SHOP


def freshness_of(days: int, half_life_days: float) -> float:
    """Give 100 · 2^(−days / half-life); a half-life under a day counts as a day."""
    return float(100.0 * 2.0 ** (-days / max(half_life_days, 1.0)))


def band_of(freshness: float, bands: BandRules) -> FreshnessBand:
    """Name the band of a value between 0 and 100."""
    if freshness >= bands.fresh_from:
        return FreshnessBand.FRESH
    if freshness >= bands.fading_from:
        return FreshnessBand.FADING
    return FreshnessBand.CARE if freshness >= bands.care_from else FreshnessBand.LOST
