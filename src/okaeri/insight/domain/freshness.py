"""Freshness of one person; `features.freshness` says the same in bulk (domain reference §2.6)."""

from collections.abc import Iterable
from datetime import date

from okaeri.insight.freshness_types import BandRules
from okaeri.insight.types import FreshnessBand, HalfLifeBasis


def fresh_on(touches: Iterable[date | None], *, as_of: date) -> date:
    """Give the last of the days of purchase, shipping and delivery up to and on `as_of`."""
    return max(day for day in touches if day is not None and day <= as_of)


def decide_half_life(
    own_days: float | None,
    own_intervals: int,
    product_days: float | None,
    *,
    bands: BandRules,
    prior_intervals: float,
) -> tuple[float, HalfLifeBasis]:
    """Choose the cycle freshness halves by: the person's, the product's, the shop's setting.

    `own_days` is the median of `own_intervals` and is drawn towards the product's (§2.4). At least the
    shortest cycle of the shop, times its factor; never under a day.
    """
    basis, cycle = HalfLifeBasis.SHOP, bands.usual_days
    if own_days is not None:
        basis = HalfLifeBasis.OWN
        cycle = drawn_cycle(own_days, own_intervals, product_days, prior_intervals)
    elif product_days is not None:
        basis, cycle = HalfLifeBasis.PRODUCT, product_days
    return max(max(cycle, bands.shortest_days) * bands.cycle_factor, 1.0), basis


def drawn_cycle(
    own_days: float, own_intervals: int, product_days: float | None, prior_intervals: float
) -> float:
    """Give the mean of a person's cycle and his products', weighed by his intervals and the prior.

    Without a product's cycle his own stands. `features.cycles.drawn_cycle` says the same in bulk.
    """
    if product_days is None:
        return own_days
    weighed = own_intervals * own_days + prior_intervals * product_days
    return weighed / (own_intervals + prior_intervals)


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
