"""BG/NBD and MBG/NBD: buying at a person's own rate until, after some purchase, he stays away.

BG/NBD: Fader, Hardie and Lee, "Counting your customers the easy way" (2005). MBG/NBD: Batislam, Denizel
and Filiztekin (2007): one may also stay away right after the first purchase. The two differ in one
place, the beta's second parameter after x repeats: b + x against b + x + 1, and whether a one-time buyer
can be gone.
"""

from dataclasses import dataclass

import numpy as np
from scipy import special

from okaeri.insight.domain.lifetime import ahead
from okaeri.insight.domain.lifetime.fitting import Fit, Prior, fit
from okaeri.insight.domain.lifetime.histories import Floats, Histories

NAMES = ("r", "alpha", "a", "b")


@dataclass(frozen=True, slots=True)
class BetaGeometric:
    """One of the two models; `is_modified` is the MBG/NBD. Parameters: r, alpha, a, b."""

    is_modified: bool

    def fit(self, histories: Histories, prior: Prior | None = None) -> Fit:
        """Find the parameters. Time is in the unit of the histories."""
        start = np.array(prior.centre if prior else (0.5, histories.mean_age / 3.0, 1.0, 2.0))
        parts = _Parts.of(histories, self.is_modified)
        return fit(parts.likelihood, start, prior)

    def log_likelihood(self, values: Floats, histories: Histories) -> float:
        return _Parts.of(histories, self.is_modified).likelihood(values)[0]

    def probability_alive(self, values: Floats, histories: Histories) -> Floats:
        """Give the chance that each is still a customer."""
        r, alpha, a, b = values
        x = histories.repeats
        shift = 0.0 if self.is_modified else 1.0
        log_odds = (
            np.log(a)
            - np.log(np.maximum(b + x - shift, 1e-300))
            + (r + x) * (np.log(alpha + histories.age) - np.log(alpha + histories.last))
        )
        alive = special.expit(-log_odds)
        return np.asarray(alive if self.is_modified else np.where(x > 0, alive, 1.0))

    def expected_purchases(self, values: Floats, histories: Histories, time: float) -> Floats:
        """Give how many purchases each is expected to make within `time` from now."""
        shape, z, staying = self._ahead(values, histories, time)
        counted = ahead.expected_purchases(
            shape, z, staying, rate_shape=float(values[0]), leaving=float(values[2])
        )
        return self.probability_alive(values, histories) * counted

    def chance_of_purchase(self, values: Floats, histories: Histories, time: float) -> Floats:
        """Give the chance that each buys at least once within `time` from now."""
        shape, z, _ = self._ahead(values, histories, time)
        return np.asarray(
            -self.probability_alive(values, histories) * np.expm1(shape * np.log1p(-z))
        )

    def at_least(
        self, draws: Floats, histories: Histories, time: float, *, until: float, most: int = 100_000
    ) -> list[Floats]:
        """Give P(Y >= k) for k = 1, 2, ... until all chances are under `until`, or k is `most`.

        `draws` holds one parameter vector per row; the chances are means over them, so what is unknown
        of the parameters widens the distribution as it should.
        """
        alive = np.stack([self.probability_alive(values, histories) for values in draws])
        parts = [self._ahead(values, histories, time) for values in draws]
        shape, z, staying = (np.stack(columns) for columns in zip(*parts, strict=True))
        leaving = np.broadcast_to(draws[:, 2:3], z.shape)
        found: list[Floats] = []
        for tail in ahead.tail_chances(shape, z, staying, leaving):
            found.append(np.asarray((alive * tail).mean(axis=0)))
            if len(found) >= most or not (found[-1] > until).any():
                break
        return found

    def _ahead(
        self, values: Floats, histories: Histories, time: float
    ) -> tuple[Floats, Floats, Floats]:
        r, alpha, _, b = values
        staying = histories.repeats + b + (1.0 if self.is_modified else 0.0)
        return histories.repeats + r, time / (alpha + histories.age + time), staying


BG_NBD = BetaGeometric(is_modified=False)
MBG_NBD = BetaGeometric(is_modified=True)


@dataclass(frozen=True, slots=True)
class _Parts:
    """What the likelihood needs again and again; gamma functions are asked once per count of repeats."""

    histories: Histories
    counts: Floats
    place: np.ndarray[tuple[int, ...], np.dtype[np.intp]]
    count_weight: Floats
    shift: float
    can_be_gone: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]

    @classmethod
    def of(cls, histories: Histories, is_modified: bool) -> "_Parts":
        counts, place = np.unique(histories.repeats, return_inverse=True)
        weight = np.bincount(place, weights=histories.weight, minlength=len(counts)).astype(
            np.float64
        )
        gone = np.ones(len(place), bool) if is_modified else histories.repeats > 0
        return cls(histories, counts, place, weight, 1.0 if is_modified else 0.0, gone)

    def likelihood(self, values: Floats) -> tuple[float, Floats]:
        """Give the log-likelihood and its gradient with respect to r, alpha, a, b."""
        r, alpha, a, b = values
        x, weight, people = self.counts, self.count_weight, self.histories.people
        stay = b + x + self.shift
        by_count = special.gammaln(stay) - special.gammaln(a + stay) + special.gammaln(r + x)
        constant = (
            special.gammaln(a + b) - special.gammaln(b) - special.gammaln(r) + r * np.log(alpha)
        )

        own, now, last = self.histories.repeats, self.histories.age, self.histories.last
        log_now, log_last = np.log(alpha + now), np.log(alpha + last)
        before = stay - 1.0  # of which the dropout took one
        log_gone = np.where(before > 0, np.log(a) - np.log(np.maximum(before, 1e-300)), -np.inf)
        here = -(r + own) * log_now
        gone = np.where(self.can_be_gone, log_gone[self.place] - (r + own) * log_last, -np.inf)
        both = np.logaddexp(here, gone)
        height = float(weight @ by_count + people * constant + self.histories.weight @ both)

        alive = self.histories.weight * np.exp(here - both)
        left = self.histories.weight - alive
        left_by_count = np.bincount(self.place, weights=left, minlength=len(x))
        psi_stay, psi_all = special.psi(stay), special.psi(a + stay)
        slope = np.array(
            [
                weight @ special.psi(r + x)
                + people * (np.log(alpha) - special.psi(r))
                - alive @ log_now
                - left @ log_last,
                people * r / alpha
                - ((r + own) * (alive / (alpha + now) + left / (alpha + last))).sum(),
                people * special.psi(a + b) - weight @ psi_all + left.sum() / a,
                people * (special.psi(a + b) - special.psi(b))
                + weight @ (psi_stay - psi_all)
                - (left_by_count[before > 0] / before[before > 0]).sum(),
            ]
        )
        return height, slope
