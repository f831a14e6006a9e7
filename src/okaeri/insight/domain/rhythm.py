"""How often people buy: each one's usual interval, shrunk to the shop's where he has few of his own."""

from dataclasses import dataclass

import numpy as np

from okaeri.insight.domain.cycle import DEFAULT_CYCLE_DAYS
from okaeri.insight.domain.lifetime.histories import Floats

# What a shop's rhythm is thought to be before it has one, worth so many intervals.
_PRIOR_GAPS = 4.0
_PRIOR_MEAN = float(np.log(DEFAULT_CYCLE_DAYS))
_PRIOR_WITHIN, _PRIOR_BETWEEN = 0.7, 0.5


@dataclass(frozen=True, slots=True)
class Rhythms:
    """One entry per person: intervals, the sums of their logs (days) and squares."""

    gaps: Floats
    log_gaps: Floats
    log_gaps_squared: Floats


@dataclass(frozen=True, slots=True)
class GapModel:
    """Mean log interval (days) of the shop, its variance within a person and between people."""

    mean: float
    within: float
    between: float


def fit_gaps(people: Rhythms) -> GapModel:
    """Find the shop's rhythm (analysis of variance), shrunk to the prior where intervals are few."""
    n, sums, squares = people.gaps, people.log_gaps, people.log_gaps_squared
    has = n > 0
    total = float(n.sum())
    mean = (float(sums.sum()) + _PRIOR_GAPS * _PRIOR_MEAN) / (total + _PRIOR_GAPS)
    own = sums[has] / n[has]
    scatter = float(np.maximum(squares[has] - n[has] * own**2, 0.0).sum())
    freedom = float((n[has] - 1).sum())
    within = (scatter + _PRIOR_GAPS * _PRIOR_WITHIN) / (freedom + _PRIOR_GAPS)
    groups = float(has.sum())
    between = _PRIOR_BETWEEN
    if groups > 1:
        effective = (total - float((n[has] ** 2).sum()) / total) / (groups - 1)
        apart = float((n[has] * (own - mean) ** 2).sum()) / (groups - 1)
        found = max((apart - within) / max(effective, 1e-9), 0.01)
        between = (groups * found + _PRIOR_GAPS * _PRIOR_BETWEEN) / (groups + _PRIOR_GAPS)
    return GapModel(mean, within, between)


def own_rhythm(model: GapModel, people: Rhythms) -> tuple[Floats, Floats]:
    """Give each person's mean log interval and the width (of the log) of his next one."""
    knowing = people.gaps / model.within + 1.0 / model.between
    centre = (people.log_gaps / model.within + model.mean / model.between) / knowing
    return centre, np.sqrt(model.within + 1.0 / knowing)
