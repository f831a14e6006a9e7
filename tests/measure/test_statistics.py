"""Intervals hold what they say, on simulated shops whose truth is known."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from okaeri.measure.domain import statistics
from okaeri.measure.domain.sums import NOBODY, Sums, sums_of

amounts = st.lists(st.integers(-1_000_000, 10_000_000), max_size=30)


def sums(values: np.ndarray) -> Sums:
    return Sums(len(values), float(values.mean()), float(((values - values.mean()) ** 2).sum()))


def baskets(rng: np.random.Generator, people: int, rate: float, lift: float = 0) -> np.ndarray:
    """Most people buy nothing, some a little, a few a lot."""
    buys = rng.random(people) < rate
    return np.where(buys, rng.lognormal(8.3, 0.8, people) + lift, 0.0)


def simulate(
    people: tuple[int, int], rate: float, *, lift: float = 0, draws: int = 800
) -> tuple[float, Counter[str]]:
    """Give how often the 95 % interval holds the truth, and the verdicts."""
    rng = np.random.default_rng(20_261_122)
    held, verdicts = 0, Counter[str]()
    for _ in range(draws):
        treated, holdout = baskets(rng, people[0], rate, lift), baskets(rng, people[1], rate)
        buyers = (int((treated > 0).sum()), int((holdout > 0).sum()))
        found = statistics.compute_difference(
            sums(treated), sums(holdout), fewest_buyers=min(buyers)
        )
        interval = found.interval(statistics.LEVEL)
        held += interval is None or interval.low <= lift * rate <= interval.high
        verdicts[statistics.decide_verdict(interval, sum(buyers))] += 1
    return held / draws, verdicts


def test_the_difference_is_welchs() -> None:
    rng = np.random.default_rng(1)
    first, second = rng.exponential(3, 400), rng.exponential(5, 90)
    ours = statistics.compute_difference(sums(first), sums(second), fewest_buyers=1_000)
    theirs = stats.ttest_ind(first, second, equal_var=False)
    interval = ours.interval(0.95)
    assert interval is not None
    assert ours.p_value == pytest.approx(theirs.pvalue)
    assert interval.low == pytest.approx(theirs.confidence_interval(0.95).low)
    assert interval.high == pytest.approx(theirs.confidence_interval(0.95).high)


def test_the_smallest_effect_is_2_8_pooled_errors_at_95_percent() -> None:
    arms = sums(np.array([0.0, 10.0] * 50)), sums(np.array([0.0, 10.0] * 50))
    error = statistics.pooled_error(*arms)
    assert statistics.smallest_effect(*arms) == pytest.approx((1.959964 + 0.841621) * error)


@pytest.mark.property
def test_an_effect_of_the_smallest_size_is_seen_in_80_of_100_experiments() -> None:
    rng = np.random.default_rng(3)
    # The true spread, from many people: that of one draw of skewed baskets may lie a tenth off.
    many = sums(baskets(rng, 2_000_000, 0.3))
    arm = Sums(4_000, many.mean, many.variance * 3_999)
    smallest = statistics.smallest_effect(arm, arm)
    assert smallest is not None
    seen = 0
    for _ in range(400):
        treated, holdout = baskets(rng, 4_000, 0.3) + smallest, baskets(rng, 4_000, 0.3)
        found = statistics.compute_difference(sums(treated), sums(holdout), fewest_buyers=1_000)
        interval = found.interval(0.95)
        seen += interval is not None and interval.low > 0
    assert 0.75 < seen / 400 < 0.85


@pytest.mark.property
@pytest.mark.parametrize(
    ("people", "rate", "lift"),
    [((2_000, 2_000), 0.1, 0), ((9_000, 1_000), 0.25, 0), ((9_000, 1_000), 0.25, 3_000)],
)
def test_the_interval_covers_the_truth_as_often_as_it_says(
    people: tuple[int, int], rate: float, lift: float
) -> None:
    covered, _ = simulate(people, rate, lift=lift)
    assert 0.93 <= covered <= 0.97


@pytest.mark.property
@pytest.mark.parametrize("people", [(90, 10), (450, 50), (900, 100), (1_800, 200)])
def test_a_small_holdout_never_makes_up_an_effect(people: tuple[int, int]) -> None:
    covered, verdicts = simulate(people, 0.1)
    assert covered >= 0.95
    assert verdicts["up"] / 800 <= 0.025
    assert verdicts["down"] / 800 <= 0.025


@pytest.mark.property
def test_two_equal_treatments_differ_in_five_of_a_hundred_experiments() -> None:
    _, verdicts = simulate((2_000, 2_000), 0.1, draws=1_000)
    assert 0.03 <= (verdicts["up"] + verdicts["down"]) / 1_000 <= 0.07


@pytest.mark.property
def test_a_family_of_ten_claims_errs_as_rarely_as_one() -> None:
    rng = np.random.default_rng(5)
    level = statistics.claim_level(10)
    families_in_error = 0
    for _ in range(150):
        intervals = [
            statistics.compute_difference(
                sums(baskets(rng, 1_000, 0.4)), sums(baskets(rng, 1_000, 0.4)), fewest_buyers=400
            ).interval(level)
            for _ in range(10)
        ]
        families_in_error += any(i is not None and not i.low <= 0 <= i.high for i in intervals)
    assert families_in_error / 150 < 0.1


@pytest.mark.parametrize(
    ("treated", "holdout"),
    [(NOBODY, NOBODY), (sums_of([5]), NOBODY), (sums_of([5]), sums_of([1, 2])),
     (sums_of([0, 0, 0]), sums_of([0, 0]))],
)  # fmt: skip
def test_where_nothing_can_be_said_nothing_is_said(treated: Sums, holdout: Sums) -> None:
    found = statistics.compute_difference(treated, holdout, fewest_buyers=0)
    assert found.interval(0.95) is None
    assert found.p_value is None
    assert statistics.smallest_effect(treated, holdout) is None
    assert statistics.decide_verdict(None, 1_000) == "too_few"


def test_tiny_samples_get_a_wide_interval_and_no_verdict() -> None:
    found = statistics.compute_difference(
        sums_of([0, 5_000]), sums_of([0, 0, 300]), fewest_buyers=1
    )
    interval = found.interval(0.95)
    assert interval is not None
    assert interval.low < -10_000 < 10_000 < interval.high
    assert statistics.decide_verdict(interval, 2) == "too_few"


def test_a_holdout_without_a_single_buyer_is_no_proof_by_itself() -> None:
    treated, holdout = sums_of([1_000] * 12 + [0] * 78), sums_of([0] * 10)
    interval = statistics.compute_difference(treated, holdout, fewest_buyers=0).interval(0.95)
    assert interval is not None
    assert statistics.decide_verdict(interval, 12) == "none_seen"


@given(amounts, amounts, amounts)
def test_parts_merge_into_the_whole_in_any_order(a: list[int], b: list[int], c: list[int]) -> None:
    whole = sums_of([*a, *b, *c])
    for merged in (sums_of(a) + sums_of(b) + sums_of(c), sums_of(c) + (sums_of(a) + sums_of(b))):
        assert merged.count == whole.count
        assert merged.mean == pytest.approx(whole.mean, abs=1e-6)
        assert merged.squares == pytest.approx(whole.squares, rel=1e-9, abs=1e-3)


def test_a_small_spread_of_large_amounts_survives() -> None:
    merged = sums_of([1e12, 1e12 + 1]) + sums_of([1e12 + 2, 1e12 + 3])
    assert merged.variance == pytest.approx(5 / 3)


@pytest.mark.parametrize(
    ("treated", "holdout", "share", "fair"),
    [
        (900, 100, 0.1, True), (860, 140, 0.1, False), (880, 120, 0.1, True),
        (9_000, 1_101, 0.1, True), (900_000, 101_500, 0.1, False), (0, 0, 0.1, True), (3, 0, 0.5, True),
        (50, 0, 0.0, True), (50, 1, 0.0, False),
    ],
)  # fmt: skip
def test_a_split_that_chance_hardly_makes_raises_the_alarm(
    treated: int, holdout: int, share: float, fair: bool
) -> None:
    assert statistics.check_split(treated, holdout, share).is_fair is fair


def test_the_split_check_is_scipys_chi_square() -> None:
    ours = statistics.check_split(8_900, 1_100, 0.1)
    assert ours.p_value == pytest.approx(stats.chisquare([1_100, 8_900], [1_000, 9_000]).pvalue)
