"""Gamma-Gamma: how much a person spends on a purchase (Fader and Hardie, 2013).

Amounts of one person scatter around his own mean; means scatter around the shop's. A person's expected
amount is a weighted mean of his own and the shop's, and moves to his own with every purchase.
"""

from dataclasses import dataclass

import numpy as np
from scipy import special

from okaeri.insight.domain.lifetime.fitting import Fit, Prior, fit
from okaeri.insight.domain.lifetime.histories import Floats

NAMES = ("p", "q", "gamma")


@dataclass(frozen=True, slots=True)
class Spending:
    """Purchases that were counted and their mean amount (above 0), and how many people share the row."""

    purchases: Floats
    mean: Floats
    weight: Floats


def spending_of(purchases: Floats, mean: Floats) -> Spending:
    """Keep those with a purchase and a positive mean; the model knows no others."""
    counts = (purchases > 0) & (mean > 0)
    return Spending(purchases[counts], mean[counts], np.ones(int(counts.sum())))


def fit_spending(spending: Spending, prior: Prior | None = None) -> Fit:
    """Find p, q, gamma; q stays above 1, where a mean exists. The prior is one of p, q - 1, gamma."""
    if prior is not None:
        start = np.array(prior.centre)
    else:
        start = np.array(
            [2.0, 2.0, 2.0 * float(np.average(spending.mean, weights=spending.weight))]
        )
    parts = _Parts.of(spending)

    def shifted(values: Floats) -> tuple[float, Floats]:
        return parts.likelihood(values + _Q_FROM)

    found = fit(shifted, start, prior)
    # From the log of q - 1 to the log of q.
    values = found.values + _Q_FROM
    bend = found.values / values
    covariance = found.log_covariance * np.outer(bend, bend)
    return Fit(values, covariance, found.log_likelihood, found.has_converged)


_Q_FROM = np.array([0.0, 1.0, 0.0])


def log_likelihood(values: Floats, spending: Spending) -> float:
    """Give the log-likelihood of the mean amounts."""
    return _Parts.of(spending).likelihood(values)[0]


def expected_amount(values: Floats, purchases: Floats, mean: Floats) -> Floats:
    """Give the expected amount of a person's purchases to come; 0 purchases: the shop's mean."""
    p, q, gamma = values
    spent = np.where((purchases > 0) & (mean > 0), purchases * mean, 0.0)
    counted = np.where(spent > 0, purchases, 0.0)
    return np.asarray(p * (gamma + spent) / (p * counted + q - 1.0))


def amount_scale(values: Floats, purchases: Floats, mean: Floats) -> Floats:
    """Give gamma + x m: what a sum of purchases to come is measured in (see `sum_chance`)."""
    return np.asarray(values[2] + np.where((purchases > 0) & (mean > 0), purchases * mean, 0.0))


def sum_chance(values: Floats, purchases: float, count: Floats, sums: Floats) -> Floats:
    """Give P(the next `count` purchases together stay under `sums` times `amount_scale`).

    Given the own rate nu ~ Gamma(q + p x, gamma + x m) the sum of k amounts is Gamma(p k, nu); so in
    units of the scale it is beta-prime with p k and q + p x, whatever the person spent.
    """
    p, q, _ = values
    return np.asarray(special.betainc(p * count, q + p * purchases, sums / (1.0 + sums)))


@dataclass(frozen=True, slots=True)
class _Parts:
    spending: Spending
    counts: Floats
    place: np.ndarray[tuple[int, ...], np.dtype[np.intp]]
    count_weight: Floats
    log_mean: Floats
    log_count: Floats

    @classmethod
    def of(cls, spending: Spending) -> "_Parts":
        counts, place = np.unique(spending.purchases, return_inverse=True)
        weight = np.bincount(place, weights=spending.weight, minlength=len(counts)).astype(
            np.float64
        )
        return cls(
            spending, counts, place, weight, np.log(spending.mean), np.log(spending.purchases)
        )

    def likelihood(self, values: Floats) -> tuple[float, Floats]:
        p, q, gamma = values
        k, weight, w = self.counts, self.count_weight, self.spending.weight
        people = float(w.sum())
        own, mean = self.spending.purchases, self.spending.mean
        all_in = gamma + own * mean
        log_all = np.log(all_in)
        by_count = special.gammaln(p * k + q) - special.gammaln(p * k)
        height = (
            weight @ by_count
            + people * (q * np.log(gamma) - special.gammaln(q))
            + w
            @ ((p * own - 1.0) * self.log_mean + p * own * self.log_count - (p * own + q) * log_all)
        )
        psi_both = special.psi(p * k + q)
        slope = np.array(
            [
                weight @ (k * (psi_both - special.psi(p * k)))
                + w @ (own * (self.log_mean + self.log_count - log_all)),
                weight @ psi_both + people * (np.log(gamma) - special.psi(q)) - w @ log_all,
                people * q / gamma - w @ ((p * own + q) / all_in),
            ]
        )
        return float(height), slope
