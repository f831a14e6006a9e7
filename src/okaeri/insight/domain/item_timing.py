"""When a person buys one product again, if he does within the horizon, with an 80 % interval.

The two ways of `domain.next_purchase` (own intervals, own rate), for every product of every person. What is
usual is the product's: the median of its intervals, drawn towards arrival + days of use where the shop says
how long a piece lasts, else towards the shop's mean interval. Half as much of a product as of another
neither lasts as long nor is bought as rarely: the usual interval moves both ways.
"""

from dataclasses import dataclass

import numpy as np

from okaeri.insight.domain.lifetime.beta_geometric import MBG_NBD
from okaeri.insight.domain.lifetime.forecast import PRIOR_ORDERS, WEEK, People, fold
from okaeri.insight.domain.lifetime.histories import Floats
from okaeri.insight.domain.next_purchase import Timing
from okaeri.insight.domain.rhythm import GapModel, Rhythms, fit_gaps, own_rhythm

# What is usual without looking at a product weighs as much as so many of its intervals.
_PRIOR_INTERVALS = 10.0


@dataclass(frozen=True, slots=True)
class Pairs:
    """One entry per product of a person, as known on a day.

    gaps, log_gaps, log_gaps_squared: his intervals of it, the sums of their logs (days) and squares;
    age_days and silent_days: since he first and last bought it; came_in_days: until he did again, NaN.
    intervals and cycle_log: of the product, everybody's (0 and NaN without any). use_days and
    one_use_days: from the order until what he bought is used up, and one piece of it; NaN unknown.
    """

    gaps: Floats
    log_gaps: Floats
    log_gaps_squared: Floats
    age_days: Floats
    silent_days: Floats
    came_in_days: Floats
    intervals: Floats
    cycle_log: Floats
    use_days: Floats
    one_use_days: Floats

    def __len__(self) -> int:
        return len(self.gaps)


@dataclass(frozen=True, slots=True)
class ItemFit:
    """The shop's rhythm of single products, and how rates of buying one differ (r, and alpha in days)."""

    gaps: GapModel
    r: float
    alpha_days: float


def fit_items(pairs: Pairs) -> ItemFit:
    """Fit both ways to products of people; none at all gives the prior."""
    size = len(pairs)
    people = People(
        pairs.gaps + 1.0, pairs.age_days - pairs.silent_days, pairs.age_days, np.ones(size)
    )
    r, alpha = MBG_NBD.fit(fold(people)[0], PRIOR_ORDERS).values[:2]
    rhythms = Rhythms(pairs.gaps, pairs.log_gaps, pairs.log_gaps_squared)
    return ItemFit(fit_gaps(rhythms), float(r), float(alpha) * WEEK)


def item_timing(fit: ItemFit, pairs: Pairs, horizon_days: int) -> Timing:
    """Give both ways for each product of each person."""
    off = _usual_log(fit.gaps.mean, pairs) - fit.gaps.mean
    # Around the product's usual interval as others are around the shop's.
    moved = Rhythms(pairs.gaps, pairs.log_gaps - pairs.gaps * off, pairs.log_gaps_squared)
    centre, width = own_rhythm(fit.gaps, moved)
    return Timing(
        silent_days=pairs.silent_days,
        came_in_days=pairs.came_in_days,
        centre=centre + off,
        width=width,
        shape=pairs.gaps + fit.r,
        scale=fit.alpha_days * np.exp(off) + pairs.age_days,
        gaps=fit.gaps,
        horizon_days=horizon_days,
    )


def _usual_log(shop: float, pairs: Pairs) -> Floats:
    """Give the log of each product's usual interval, in days, for so much of it as was bought."""
    is_told = np.isfinite(pairs.use_days)
    one = np.where(is_told, np.log(np.maximum(pairs.one_use_days, 1.0)), shop)
    known = pairs.intervals * np.nan_to_num(pairs.cycle_log)
    usual = (known + _PRIOR_INTERVALS * one) / (pairs.intervals + _PRIOR_INTERVALS)
    longer = np.log(np.maximum(pairs.use_days, 1.0)) - one
    return np.asarray(usual + np.where(is_told, longer, 0.0))
