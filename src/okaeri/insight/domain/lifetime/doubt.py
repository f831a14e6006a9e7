"""How sure the chances of the order model are: the spread of their log-odds, by the delta method.

A chance is a function of the four parameters, which are known only as well as the fit knows them
(`Fit.log_covariance`: the inverse of the observed information, prior included). The slopes of its
log-odds by the logarithms of the parameters have closed forms, so a million people cost four sums each.
"""

import numpy as np

from okaeri.insight.domain.lifetime.beta_geometric import BetaGeometric
from okaeri.insight.domain.lifetime.fitting import Fit
from okaeri.insight.domain.lifetime.histories import Floats, Histories


def alive_spread(model: BetaGeometric, fit: Fit, histories: Histories) -> Floats:
    """Give the standard error of the log-odds of being a customer still, one per history."""
    return _spread(_alive_slopes(model, fit.values, histories), fit.log_covariance)


def purchase_spread(model: BetaGeometric, fit: Fit, histories: Histories, time: float) -> Floats:
    """Give the standard error of the log-odds of buying at least once within `time`."""
    alive = model.probability_alive(fit.values, histories)
    chance = model.chance_of_purchase(fit.values, histories, time)
    # The chance is alive x c, c = 1 - exp(-waits): its log moves as the logs of both.
    r, alpha, _, _ = fit.values
    shape, now = r + histories.repeats, alpha + histories.age
    grown = np.log1p(time / now)
    waits = np.maximum(shape * grown, 1e-12)
    slopes = _alive_slopes(model, fit.values, histories) * (1.0 - alive)
    slopes[0] += r * grown / np.expm1(waits)
    slopes[1] += alpha * shape * (1.0 / (now + time) - 1.0 / now) / np.expm1(waits)
    return _spread(slopes / np.maximum(1.0 - chance, 1e-12), fit.log_covariance)


def _alive_slopes(model: BetaGeometric, values: Floats, histories: Histories) -> Floats:
    """Give how the log-odds of being there move with log r, log alpha, log a, log b: a row each."""
    r, alpha, _, b = values
    shape, last, now = r + histories.repeats, alpha + histories.last, alpha + histories.age
    left_after = b + histories.repeats - (0.0 if model.is_modified else 1.0)
    slopes = np.stack(
        [
            -r * np.log(now / last),
            alpha * shape * (1.0 / last - 1.0 / now),
            np.full(len(now), -1.0),
            b / np.maximum(left_after, 1e-300),
        ]
    )
    # Under the BG/NBD who bought once is there for ever: nothing moves that.
    return slopes if model.is_modified else np.where(histories.repeats > 0, slopes, 0.0)


def _spread(slopes: Floats, covariance: Floats) -> Floats:
    return np.asarray(np.sqrt(np.maximum(np.einsum("in,ij,jn->n", slopes, covariance, slopes), 0)))
