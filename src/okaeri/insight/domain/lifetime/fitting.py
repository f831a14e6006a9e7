"""Find the parameters that fit best, and how sure they are. All parameters are positive: we work on logs."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy import optimize, special
from threadpoolctl import ThreadpoolController

from okaeri.insight.domain.lifetime.histories import Floats

# Gives the log-likelihood and its gradient with respect to the parameters themselves.
Likelihood = Callable[[Floats], tuple[float, Floats]]
# Logs outside are no shop: they only make sums overflow.
_BOUND = 14.0
_STEP = 1e-4


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed before any data: each log parameter normal around `log(centre)`, width `spread`.

    A spread of 1 says: most likely within a factor of 2.7 of the centre. It weighs about as much as two
    or three people: with a hundred customers only the data speak of what they know, and it goes on speaking
    where they know little, however many they are (a and b of a shop nobody leaves, `lifetime.forecast`).
    """

    centre: tuple[float, ...]
    spread: float = 1.0

    def log_density(self, logs: Floats) -> tuple[float, Floats]:
        """Give log density (without its constant) and gradient at the logs of the parameters."""
        off = (logs - np.log(self.centre)) / self.spread
        return float(-0.5 * off @ off), -off / self.spread


@dataclass(frozen=True, slots=True)
class Fit:
    """Parameters, the covariance of their logs, the log-likelihood of the data, and whether all went well."""

    values: Floats
    log_covariance: Floats
    log_likelihood: float
    has_converged: bool

    @property
    def standard_errors(self) -> Floats:
        """Standard errors of the parameters themselves (delta method)."""
        return np.asarray(self.values * np.sqrt(np.diag(self.log_covariance)))

    def draws(self, count: int) -> Floats:
        """Give `count` plausible parameter vectors (rows), the same ones each time.

        Evenly spread points (the additive sequence of powers of the generalised golden ratio; scipy's
        own take half a second to import) through the normal approximation around the best fit.
        """
        size = len(self.values)
        golden = 1.5
        for _ in range(30):
            golden = (1.0 + golden) ** (1.0 / (size + 1))
        even = (0.5 + np.outer(np.arange(1, count + 1), golden ** -np.arange(1, size + 1))) % 1.0
        steps = special.ndtri(np.clip(even, 1e-6, 1 - 1e-6))
        values, vectors = np.linalg.eigh(self.log_covariance)
        spread = vectors * np.sqrt(np.maximum(values, 0.0))
        logs = np.log(self.values) + steps @ spread.T
        return np.asarray(np.exp(np.clip(logs, -_BOUND, _BOUND)))


def fit(likelihood: Likelihood, start: Floats, prior: Prior | None = None) -> Fit:
    """Maximise the likelihood (times the prior, where there is one) from `start`."""

    def loss(logs: Floats) -> tuple[float, Floats]:
        values = np.exp(logs)
        height, slope = likelihood(values)
        total, gradient = height, slope * values
        if prior is not None:
            believed, pull = prior.log_density(logs)
            total, gradient = total + believed, gradient + pull
        return -total, -gradient

    # Vectors of some thousand numbers: threads would only wait for each other on a busy machine.
    with _controller().limit(limits=1, user_api="blas"):
        found = optimize.minimize(
            loss,
            np.log(start),
            jac=True,
            method="L-BFGS-B",
            bounds=[(-_BOUND, _BOUND)] * len(start),
            options={"maxiter": 1000, "ftol": 1e-13, "gtol": 1e-6},
        )
        values = np.exp(found.x)
        return Fit(
            values=values,
            log_covariance=_covariance(lambda logs: loss(logs)[1], found.x),
            log_likelihood=likelihood(values)[0],
            has_converged=bool(np.isfinite(found.fun) and (found.success or found.status == 2)),
        )


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


def _covariance(gradient: Callable[[Floats], Floats], at: Floats) -> Floats:
    """Invert the curvature at the optimum; a direction the data say nothing of gets a wide, finite width."""
    steps = np.eye(len(at)) * _STEP
    curvature = np.array([(gradient(at + s) - gradient(at - s)) / (2 * _STEP) for s in steps])
    values, vectors = np.linalg.eigh((curvature + curvature.T) / 2)
    # A log parameter that is unknown by more than e^3 is unknown.
    inverse = 1 / np.maximum(values, 1 / 9)
    return np.asarray((vectors * inverse) @ vectors.T)
