"""How sure the chances of the order model are: exact slopes, and intervals that hold what they say."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy import special

from okaeri.insight.domain.chance_interval import chance_interval
from okaeri.insight.domain.lifetime.beta_geometric import BG_NBD, MBG_NBD
from okaeri.insight.domain.lifetime.doubt import alive_spread, purchase_spread
from okaeri.insight.domain.lifetime.fitting import Fit
from okaeri.insight.domain.lifetime.forecast import PRIOR_ORDERS
from okaeri.insight.domain.lifetime.histories import Floats, Histories, histories_of

VALUES = np.array([0.6, 5.0, 0.8, 2.4])
QUARTER = 13.0


def _histories() -> Histories:
    return histories_of([0, 0, 1, 3, 40], [0, 0, 4.5, 20, 76], [1, 90, 50, 30, 80])


def _moved(of: Callable[[Floats], Floats]) -> Floats:
    """Give the slopes of the log-odds by each log parameter, from differences."""
    steps = np.eye(4) * 1e-5
    ends = [[special.logit(of(VALUES * np.exp(s))) for s in (step, -step)] for step in steps]
    return np.array([(up - down) / 2e-5 for up, down in ends])


def _known(covariance: Floats) -> Fit:
    return Fit(VALUES, covariance, 0.0, has_converged=True)


def test_the_spread_is_what_the_slopes_make_of_the_covariance() -> None:
    root = np.random.default_rng(3).normal(size=(4, 4))
    fit, histories = _known(root @ root.T / 10), _histories()
    for of, spread in (
        (lambda v: MBG_NBD.probability_alive(v, histories), alive_spread(MBG_NBD, fit, histories)),
        (
            lambda v: MBG_NBD.chance_of_purchase(v, histories, QUARTER),
            purchase_spread(MBG_NBD, fit, histories, QUARTER),
        ),
    ):
        slopes = _moved(of)
        variance = np.einsum("in,ij,jn->n", slopes, fit.log_covariance, slopes)
        np.testing.assert_allclose(spread, np.sqrt(variance), rtol=1e-5)


def test_under_the_bg_nbd_a_one_time_buyer_is_there_without_doubt() -> None:
    spread = alive_spread(BG_NBD, _known(np.eye(4)), _histories())
    assert (spread[:2] == 0).all()
    assert (spread[2:] > 0).all()


@pytest.mark.property
@pytest.mark.parametrize(("people", "shops"), [(3, 150), (60, 80)])
def test_in_eight_of_ten_cases_the_true_chance_lies_in_its_interval(
    people: int, shops: int
) -> None:
    """Shops drawn from the prior itself; the parameters alone, without what a replay missed."""
    dice = np.random.default_rng(people)
    held: dict[str, list[float]] = {"alive": [], "comes": []}
    widths = []
    for _ in range(shops):
        true = np.array(PRIOR_ORDERS.centre) * np.exp(dice.normal(size=4))
        histories = _live(dice, true, people)
        fit = MBG_NBD.fit(histories, PRIOR_ORDERS)
        for name, told, truth, spread in (
            (
                "alive",
                MBG_NBD.probability_alive(fit.values, histories),
                MBG_NBD.probability_alive(true, histories),
                alive_spread(MBG_NBD, fit, histories),
            ),
            (
                "comes",
                MBG_NBD.chance_of_purchase(fit.values, histories, QUARTER),
                MBG_NBD.chance_of_purchase(true, histories, QUARTER),
                purchase_spread(MBG_NBD, fit, histories, QUARTER),
            ),
        ):
            low, high = chance_interval(told, spread, misfit=0.0)
            held[name].append(float(((truth >= low) & (truth <= high)).mean()))
            if name == "alive":
                widths.append(float((high - low).mean()))
    assert 0.72 <= np.mean(held["alive"]) <= 0.88
    assert 0.72 <= np.mean(held["comes"]) <= 0.88
    # Three people say next to nothing.
    assert (np.mean(widths) > 0.5) == (people == 3)


def _live(dice: np.random.Generator, values: Floats, people: int) -> Histories:
    """Let people buy and stay away as the MBG/NBD tells it, watched for up to two years."""
    r, alpha, a, b = values
    rate, leaves = dice.gamma(r, 1 / alpha, people), dice.beta(a, b, people)
    age = dice.uniform(4, 104, people)
    repeats, last = np.zeros(people), np.zeros(people)
    for one in range(people):
        at = 0.0
        while dice.random() >= leaves[one] and repeats[one] < 500:
            at += dice.exponential(1 / max(rate[one], 1e-12))
            if at > age[one]:
                break
            repeats[one] += 1
            last[one] = at
    return histories_of(repeats, last, age)
