"""Pareto/NBD: buying at a person's own rate until he stays away at any moment (Schmittlein et al., 1987).

The likelihood is the chance of being here now plus that of having left some time since the last purchase.
The textbook writes the second as a difference of two hypergeometric functions, which overflow for
regular buyers and cancel where the last purchase was near. It is a plain positive integral,

    s * int_{t_x}^{T} (alpha + u)^-(r + x) (beta + u)^-(s + 1) du,

taken here by Gauss-Legendre points on a logarithmic scale of the time since the last purchase.
"""

from dataclasses import dataclass

import numpy as np
from scipy import special

from okaeri.insight.domain.lifetime.fitting import Fit, Prior, fit
from okaeri.insight.domain.lifetime.histories import Floats, Histories

NAMES = ("r", "alpha", "s", "beta")
_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(40)
_POINTS, _WEIGHTS = (_POINTS + 1.0) / 2.0, _WEIGHTS / 2.0


@dataclass(frozen=True, slots=True)
class _Sides:
    """Logs of the two parts of the likelihood of each history, and of when one left."""

    here: Floats
    gone: Floats
    # Share of the integral at each point, per history; and the points themselves.
    share: Floats
    moment: Floats


def fit_pareto(histories: Histories, prior: Prior | None = None) -> Fit:
    """Find r, alpha, s, beta. Time is in the unit of the histories."""
    third = histories.mean_age / 3.0
    start = np.array(prior.centre if prior else (0.7, third, 0.7, third))
    return fit(lambda values: _likelihood(values, histories), start, prior)


def log_likelihood(values: Floats, histories: Histories) -> float:
    """Give the log-likelihood of the histories."""
    return _likelihood(values, histories)[0]


def probability_alive(values: Floats, histories: Histories) -> Floats:
    """Give the chance that each is still a customer."""
    sides = _sides(values, histories)
    return np.asarray(special.expit(sides.here - sides.gone))


def expected_purchases(values: Floats, histories: Histories, time: float) -> Floats:
    """Give how many purchases each is expected to make within `time` from now."""
    r, alpha, s, beta = values
    now = histories.age
    grown = np.log1p(time / (beta + now))
    # (1 - y^(s-1)) / (s-1) stays finite at s = 1.
    staying = -np.expm1(-(s - 1.0) * grown) / (s - 1.0) if abs(s - 1.0) > 1e-9 else grown
    rate = (r + histories.repeats) * (beta + now) / (alpha + now)
    return np.asarray(probability_alive(values, histories) * rate * staying)


def _sides(values: Floats, histories: Histories) -> _Sides:
    r, alpha, s, beta = values
    shape = r + histories.repeats
    last, now = histories.last, histories.age
    here = -shape * np.log(alpha + now) - s * np.log(beta + now)
    # The integrand falls within this time of the last purchase; points are dense there.
    near = 1.0 / (shape / (alpha + last) + (s + 1.0) / (beta + last))
    span = np.log1p((now - last) / near)
    grown = np.exp(span[:, None] * _POINTS)
    moment = last[:, None] + near[:, None] * (grown - 1.0)
    logs = (
        -shape[:, None] * np.log((alpha + moment) / (alpha + last)[:, None])
        - (s + 1.0) * np.log((beta + moment) / (beta + last)[:, None])
        + span[:, None] * _POINTS
    )
    pieces = np.exp(logs) * _WEIGHTS
    whole = pieces.sum(axis=1)
    with np.errstate(divide="ignore"):
        gone = (
            np.log(s * near * span * whole)
            - shape * np.log(alpha + last)
            - (s + 1.0) * np.log(beta + last)
        )
    return _Sides(here, gone, pieces / whole[:, None], moment)


def _likelihood(values: Floats, histories: Histories) -> tuple[float, Floats]:
    r, alpha, s, beta = values
    x, w, now = histories.repeats, histories.weight, histories.age
    sides = _sides(values, histories)
    both = np.logaddexp(sides.here, sides.gone)
    people = histories.people
    height = w @ (special.gammaln(r + x) + both) + people * (
        r * np.log(alpha) + s * np.log(beta) - special.gammaln(r)
    )
    alive = w * np.exp(sides.here - both)
    left = w - alive

    def mean(of: Floats) -> Floats:
        return np.asarray((sides.share * of).sum(axis=1))

    slope = np.array(
        [
            w @ special.psi(r + x)
            + people * (np.log(alpha) - special.psi(r))
            - alive @ np.log(alpha + now)
            - left @ mean(np.log(alpha + sides.moment)),
            people * r / alpha
            - alive @ ((r + x) / (alpha + now))
            - left @ ((r + x) * mean(1.0 / (alpha + sides.moment))),
            people * np.log(beta)
            - alive @ np.log(beta + now)
            + left @ (1.0 / s - mean(np.log(beta + sides.moment))),
            people * s / beta
            - alive @ (s / (beta + now))
            - left @ ((s + 1.0) * mean(1.0 / (beta + sides.moment))),
        ]
    )
    return float(height), slope
