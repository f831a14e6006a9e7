"""The difference between two arms: interval, what could have been seen, verdict, fairness of the split.

Statistics see sums, never rows. Every function answers for any sample size: where nothing can be
said, the answer is "too few", not an error.
"""

import math
from dataclasses import dataclass

from scipy import stats

from okaeri.measure.domain.sums import Sums
from okaeri.measure.types import SplitCheck

LEVEL = 0.95
POWER = 0.8
# Below so many buyers in both arms together, the shape of single baskets decides, not the treatment.
FEWEST_BUYERS = 10
# From so many buyers in each arm Welch's interval holds what it says for skewed baskets (measured).
ENOUGH_BUYERS = 200
# A split this unlikely by chance means that something is wrong with the assignment or the data.
SPLIT_ALARM = 0.001


@dataclass(frozen=True, slots=True)
class Interval:
    """Where the true difference lies, at a level of confidence (0..1)."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """Treated minus held out per person, its standard error and Welch's degrees of freedom.

    `error` is None where nothing can be said about it.
    """

    value: float
    error: float | None
    freedom: float

    def interval(self, level: float) -> Interval | None:
        """Give Student's interval at `level`, None where the error is unknown."""
        if self.error is None:
            return None
        reach = float(stats.t.ppf((1 + level) / 2, self.freedom)) * self.error
        return Interval(self.value - reach, self.value + reach)

    @property
    def p_value(self) -> float | None:
        """Give the two-sided probability of a difference at least this large without an effect."""
        if self.error is None:
            return None
        return float(2 * stats.t.sf(abs(self.value) / self.error, self.freedom))


def compute_difference(treated: Sums, holdout: Sums, *, fewest_buyers: int) -> Difference:
    """Compare two arms (Welch 1947; degrees of freedom by Welch and Satterthwaite).

    `fewest_buyers` counts the buyers of the arm that has fewer. Below ENOUGH_BUYERS a small arm
    without a large basket underrates its own spread: with one customer in ten held out, Welch alone
    called a missing effect a rise in 11 of 100 simulated experiments instead of 2.5. There, the wider of
    Welch's and the pooled error counts, which covers the truth at least as often as it says.
    """
    value = treated.mean - holdout.mean
    if treated.count < 2 or holdout.count < 2 or not (treated.squares or holdout.squares):
        return Difference(value, None, 0.0)
    pooled = Difference(value, pooled_error(treated, holdout), treated.count + holdout.count - 2)
    if not (treated.squares and holdout.squares):
        return pooled
    welch = _welch(value, treated, holdout)
    if fewest_buyers < ENOUGH_BUYERS and (pooled.error or 0) > (welch.error or 0):
        return pooled
    return welch


def _welch(value: float, treated: Sums, holdout: Sums) -> Difference:
    first, second = treated.variance / treated.count, holdout.variance / holdout.count
    freedom = (first + second) ** 2 / (
        first**2 / (treated.count - 1) + second**2 / (holdout.count - 1)
    )
    return Difference(value, math.sqrt(first + second), freedom)


def pooled_error(treated: Sums, holdout: Sums) -> float:
    """Give the standard error of the difference if both arms share one spread."""
    variance = (treated.squares + holdout.squares) / (treated.count + holdout.count - 2)
    return math.sqrt(variance * (1 / treated.count + 1 / holdout.count))


def claim_level(family_size: int) -> float:
    """Give the level one claim needs so that all claims of a family together err in 5 % (Bonferroni)."""
    return 1 - (1 - LEVEL) / max(family_size, 1)


def smallest_effect(treated: Sums, holdout: Sums, level: float = LEVEL) -> float | None:
    """Give the true difference that a test at `level` shows in 80 of 100 experiments of this size.

    (z of the level + z of the power) x pooled standard error; 1.96 + 0.8416 at 95 %.
    """
    if treated.count < 2 or holdout.count < 2 or not (treated.squares or holdout.squares):
        return None
    reach = float(stats.norm.ppf((1 + level) / 2) + stats.norm.ppf(POWER))
    return reach * pooled_error(treated, holdout)


def decide_verdict(interval: Interval | None, buyers: int) -> str:
    """Say "up", "down", "none_seen" or "too_few" from the interval at the level of the claim."""
    if interval is None or buyers < FEWEST_BUYERS:
        return "too_few"
    if interval.low > 0:
        return "up"
    return "down" if interval.high < 0 else "none_seen"


def check_split(treated: int, holdout: int, holdout_share: float) -> SplitCheck:
    """Compare the arms' sizes with the sizes that were meant (chi-square, one degree of freedom)."""
    p_value = _split_p_value(treated, holdout, holdout_share)
    return SplitCheck(
        expected_holdout_share=holdout_share,
        holdout=holdout,
        treated=treated,
        p_value=p_value,
        is_fair=p_value >= SPLIT_ALARM,
    )


def _split_p_value(treated: int, holdout: int, holdout_share: float) -> float:
    people = treated + holdout
    meant_holdout = people * holdout_share
    meant_treated = people - meant_holdout
    if not people:
        return 1.0
    if not meant_holdout or not meant_treated:
        # Nobody was meant to be in one arm: a single person there is proof of a fault.
        return 1.0 if (holdout, treated) == (meant_holdout, meant_treated) else 0.0
    chi_square = (holdout - meant_holdout) ** 2 * (1 / meant_holdout + 1 / meant_treated)
    return float(stats.chi2.sf(chi_square, df=1))
