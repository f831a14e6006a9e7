"""Numbers that break the textbook formulas, each with the place where it was reported."""

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from scipy import integrate, optimize, special

from okaeri.insight.domain.lifetime import ahead, gamma_gamma, pareto_nbd
from okaeri.insight.domain.lifetime.beta_geometric import BG_NBD, MBG_NBD, BetaGeometric, _Parts
from okaeri.insight.domain.lifetime.histories import (
    Floats,
    Histories,
    distinct_histories,
    histories_of,
)

CDNOW_BG = np.array([0.2426, 4.4136, 0.7929, 2.4259])
CDNOW_PARETO = np.array([0.5532, 10.578, 0.6063, 11.672])


def _by_counting(
    values: Floats, x: float, t_x: float, age: float, time: float, model: BetaGeometric
) -> float:
    """E[Y] straight from the story: buy k times in all, and stay after each before it."""
    r, alpha, a, b = values
    z = time / (alpha + age + time)
    staying = b + x + (1 if model.is_modified else 0)
    k = np.arange(1, 400_000, dtype=float)
    reached = special.betainc(k, r + x, z)
    stayed = np.exp(
        special.gammaln(staying + k - 1) - special.gammaln(staying)
        - special.gammaln(a + staying + k - 1) + special.gammaln(a + staying)
    )  # fmt: skip
    alive = model.probability_alive(values, histories_of([x], [t_x], [age]))[0]
    return float(alive * (reached * stayed).sum())


def test_a_one_time_buyer_with_a_plus_b_under_one_has_an_expectation() -> None:
    """Lifetimes issue 302: the hypergeometric term is negative there, its logarithm no number."""
    values = np.array([0.11, 2.24, 0.31, 0.50])
    once = histories_of([0], [0], [1])
    found = BG_NBD.expected_purchases(values, once, 30.0)[0]
    assert found == pytest.approx(_by_counting(values, 0, 0, 1, 30, BG_NBD), rel=1e-8)


@pytest.mark.parametrize("model", [BG_NBD, MBG_NBD])
@pytest.mark.parametrize("x", [150, 1_000, 20_000])
def test_a_regular_with_very_many_purchases_overflows_nothing(model: BetaGeometric, x: int) -> None:
    """Fader and Hardie, "Overcoming the BG/NBD model's #NUM! error problem" (2013): large x."""
    regular = histories_of([x], [103.9], [104.0])
    assert np.isfinite(model.log_likelihood(CDNOW_BG, regular))
    found = model.expected_purchases(CDNOW_BG, regular, 52.0)[0]
    assert found == pytest.approx(_by_counting(CDNOW_BG, x, 103.9, 104, 52, model), rel=1e-7)


def test_a_regular_who_has_been_silent_for_long_is_surely_gone_not_unknown() -> None:
    silent = histories_of([500], [10.0], [150.0])
    assert BG_NBD.probability_alive(CDNOW_BG, silent)[0] == pytest.approx(0.0, abs=1e-200)
    assert BG_NBD.expected_purchases(CDNOW_BG, silent, 52.0)[0] == pytest.approx(0.0, abs=1e-200)


@pytest.mark.parametrize("a", [1.0, 1.0 + 1e-12, 1.0 - 1e-7, 0.999, 2.0])
def test_nothing_divides_by_zero_where_the_dropout_parameter_is_one(a: float) -> None:
    """The textbook divides by a - 1."""
    values = np.array([0.25, 4.4, a, 2.4])
    found = BG_NBD.expected_purchases(values, histories_of([3], [20], [30]), 39.0)[0]
    assert found == pytest.approx(_by_counting(values, 3, 20, 30, 39, BG_NBD), rel=1e-7)


def test_subscribers_who_all_buy_alike_do_not_cancel_away() -> None:
    """With a large r the transformed series alternates: the plain sum takes over."""
    values = np.array([60.0, 60.0, 0.5, 8.0])
    found = MBG_NBD.expected_purchases(values, histories_of([40, 0], [39, 0], [40, 2]), 52.0)
    truth = [
        _by_counting(values, x, t_x, age, 52, MBG_NBD) for x, t_x, age in ((40, 39, 40), (0, 0, 2))
    ]
    assert found == pytest.approx(truth, rel=1e-8)


@pytest.mark.property
def test_a_horizon_far_beyond_what_was_seen_converges() -> None:
    values = np.array([0.5, 0.05, 0.9, 2.0])
    found = BG_NBD.expected_purchases(values, histories_of([0, 1], [0, 0.1], [0, 0.2]), 500.0)
    assert np.isfinite(found).all()
    assert (found > 0).all()
    assert found[1] == pytest.approx(_by_counting(values, 1, 0.1, 0.2, 500, BG_NBD), rel=1e-4)


def test_where_the_textbook_works_both_agree() -> None:
    rng = np.random.default_rng(7)
    x = rng.integers(0, 12, 400).astype(float)
    age = rng.uniform(5, 60, 400)
    last = np.where(x > 0, age * rng.uniform(0.05, 1, 400), 0)
    r, alpha, a, b = CDNOW_BG
    z = 39.0 / (alpha + age + 39.0)
    textbook = (
        (a + b + x - 1)
        / (a - 1)
        * (1 - special.hyp2f1(r + x, b + x, a + b + x - 1, z) * (1 - z) ** (r + x))
    )
    people = histories_of(x, last, age)
    expected = textbook * BG_NBD.probability_alive(CDNOW_BG, people)
    assert BG_NBD.expected_purchases(CDNOW_BG, people, 39.0) == pytest.approx(expected, rel=1e-9)


def _left_by_quadrature(values: Floats, x: float, t_x: float, age: float) -> float:
    """The dropout integral relative to its integrand at the last purchase."""
    r, alpha, s, beta = values

    def height(u: float) -> float:
        near = ((alpha + t_x) / (alpha + u)) ** (r + x) * ((beta + t_x) / (beta + u)) ** (s + 1)
        return float(near)

    edges = t_x + (age - t_x) * np.concatenate(([0], np.logspace(-6, 0, 40)))
    pieces = [
        integrate.quad(height, low, high, epsabs=0, epsrel=1e-10)[0]
        for low, high in itertools.pairwise(edges)
    ]
    return float(s * sum(pieces))


@pytest.mark.parametrize(
    ("values", "x", "t_x", "age"),
    [
        (CDNOW_PARETO, 26, 30.857, 31.0),
        (CDNOW_PARETO, 350, 60.0, 104.0),  # lifetimes issue 25: more than 300 purchases
        (CDNOW_PARETO, 5_000, 100.0, 104.0),
        (CDNOW_PARETO, 0, 0.0, 200.0),
        (np.array([0.3, 40.0, 2.0, 0.02]), 0, 0.0, 100.0),  # nearly everybody leaves at once
        (np.array([8.0, 0.1, 0.2, 300.0]), 60, 3.0, 80.0),
    ],
)
def test_pareto_is_right_where_hypergeometric_differences_cancel_or_overflow(
    values: Floats, x: float, t_x: float, age: float
) -> None:
    r, alpha, s, beta = values
    integral = _left_by_quadrature(values, x, t_x, age)
    scaled = ((alpha + t_x) / (alpha + age)) ** (r + x) * ((beta + t_x) / (beta + age)) ** (s + 1)
    here = scaled * (beta + age)
    alive = pareto_nbd.probability_alive(values, histories_of([x], [t_x], [age]))[0]
    assert alive == pytest.approx(here / (here + integral), rel=1e-6, abs=1e-300)
    assert np.isfinite(pareto_nbd.log_likelihood(values, histories_of([x], [t_x], [age])))


def test_pareto_knows_a_buyer_of_this_moment_is_here() -> None:
    """t_x = T: the dropout integral is empty, its logarithm minus infinity."""
    now = histories_of([5, 0], [30, 0], [30, 0])
    assert pareto_nbd.probability_alive(CDNOW_PARETO, now) == pytest.approx([1.0, 1.0])
    assert np.isfinite(pareto_nbd.log_likelihood(CDNOW_PARETO, now))


def _height(likelihood: Callable[[Floats], tuple[float, Floats]]) -> Callable[[Floats], float]:
    return lambda values: likelihood(values)[0]


def _pareto(values: Floats) -> tuple[float, Floats]:
    return pareto_nbd._likelihood(values, _mixed())


def _mixed() -> Histories:
    rng = np.random.default_rng(3)
    x = rng.integers(0, 9, 60).astype(float)
    age = rng.uniform(1, 80, 60)
    return histories_of(x, np.where(x > 0, age * rng.uniform(0, 1, 60), 0), age)


@pytest.mark.parametrize("model", [BG_NBD, MBG_NBD])
def test_the_written_gradient_is_the_slope_of_the_likelihood(model: BetaGeometric) -> None:
    parts, at = _Parts.of(_mixed(), model.is_modified), np.array([0.4, 6.0, 0.8, 2.0])
    slope = optimize.approx_fprime(at, _height(parts.likelihood), 1e-7)
    assert parts.likelihood(at)[1] == pytest.approx(slope, rel=1e-4, abs=1e-3)


def test_the_gradients_of_pareto_and_spending_are_slopes_too() -> None:
    at = np.array([0.6, 9.0, 0.7, 12.0])
    slope = optimize.approx_fprime(at, _height(_pareto), 1e-7)
    assert pareto_nbd._likelihood(at, _mixed())[1] == pytest.approx(slope, rel=1e-4, abs=1e-3)
    rng = np.random.default_rng(5)
    spending = gamma_gamma.spending_of(rng.integers(1, 9, 80).astype(float), rng.gamma(6, 5, 80))
    parts, here = gamma_gamma._Parts.of(spending), np.array([5.0, 3.0, 14.0])
    slope = optimize.approx_fprime(here, _height(parts.likelihood), 1e-7)
    assert parts.likelihood(here)[1] == pytest.approx(slope, rel=1e-4, abs=1e-3)


def test_the_distribution_of_purchases_to_come_sums_to_the_expectation() -> None:
    people, values = _mixed(), np.array([[0.6, 7.0, 0.9, 2.2]])
    chances = MBG_NBD.at_least(values, people, 52.0, until=1e-13)
    expected = MBG_NBD.expected_purchases(values[0], people, 52.0)
    assert np.sum(chances, axis=0) == pytest.approx(expected, rel=1e-8)
    assert chances[0] == pytest.approx(MBG_NBD.chance_of_purchase(values[0], people, 52.0))


def test_even_an_underflowing_start_of_the_distribution_counts_right() -> None:
    shape, z = np.array([5_000.0]), np.array([0.2])
    tails = ahead.tail_chances(shape, z, np.array([1e9]), np.array([1e-9]))
    total = sum(float(tail[0]) for tail, _ in zip(tails, range(2_000), strict=False))
    assert total == pytest.approx(5_000 * 0.2 / 0.8, rel=1e-6)


def test_sums_to_come_follow_the_distribution_the_model_tells() -> None:
    values = np.array([3.0, 4.0, 20.0])
    rng = np.random.default_rng(11)
    purchases, mean, count = 2.0, 12.0, 3
    rate = rng.gamma(values[1] + values[0] * purchases, 1 / (values[2] + purchases * mean), 200_000)
    sums = rng.gamma(values[0] * count, 1 / rate)
    scale = gamma_gamma.amount_scale(values, np.array([purchases]), np.array([mean]))[0]
    for level in (0.1, 0.5, 0.9):
        at = np.quantile(sums, level)
        told = gamma_gamma.sum_chance(values, purchases, np.array(count), np.array(at / scale))
        assert told == pytest.approx(level, abs=0.005)


def test_nonsense_times_become_possible_ones() -> None:
    found, place = distinct_histories([0, 2, 1, 0], [5, 50, -3, 0], [10, 20, -1, 10])
    assert (found.last <= found.age).all()
    assert (found.age >= 0).all()
    assert list(found.last[place]) == [0, 20, 0, 0]
    assert found.people == 4
