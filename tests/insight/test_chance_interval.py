"""The interval of a chance: what a replay missed widens it, what chance explains does not."""

from typing import Any

import numpy as np
import pytest
from scipy import special

from okaeri.insight.domain.chance_interval import Trial, chance_interval, trial_of


def _groups(people: int, off: float = 0.0) -> list[dict[str, Any]]:
    """Give ten groups that came `off` in log-odds from what they were told."""
    told = np.linspace(0.05, 0.95, 10)
    came = special.expit(special.logit(told) + off)
    return [{"people": people, "told": t, "came": c} for t, c in zip(told, came, strict=True)]


def test_without_a_replay_a_misfit_is_imagined_and_a_large_good_one_leaves_half_of_it() -> None:
    assert trial_of([]) == Trial()
    # One day that met and one imagined that missed by 0.4: √((0.4² + 0) / 2).
    assert trial_of(_groups(5_000)).misfit == pytest.approx(0.2828, abs=1e-3)
    # Of three people each group says next to nothing.
    assert trial_of(_groups(3)).misfit > 0.7 * Trial().misfit


def test_what_a_replay_missed_stays_in_the_interval() -> None:
    assert trial_of(_groups(5_000, off=1.0)).misfit == pytest.approx(1.0, abs=0.06)
    low, high = chance_interval(np.array([0.5]), np.zeros(1), trial_of(_groups(5_000, 1.0)).misfit)
    # In 80 of 100 cases normal errors stay within 1.28 of their width.
    assert special.logit(high[0]) == pytest.approx(1.28, abs=0.08)
    assert low[0] == pytest.approx(1 - high[0])


def test_one_replay_is_one_day_however_many_people_it_had() -> None:
    # Told 44.7 % on average, 51.4 % came, on the day after a replay that had missed by 0.1 only.
    low, high = chance_interval(
        np.array([0.447]), np.zeros(1), trial_of(_groups(400, off=0.1)).misfit
    )
    assert low[0] < 0.38
    assert high[0] > 0.514


def test_chance_alone_is_no_misfit() -> None:
    dice = np.random.default_rng(4)
    groups = _groups(200)
    for row in groups:
        row["came"] = dice.binomial(200, row["told"]) / 200
    assert trial_of(groups).misfit < 0.29


def test_an_interval_holds_its_chance_and_stays_between_none_and_all() -> None:
    chances = np.array([0.0, 1e-9, 0.02, 0.5, 0.98, 1.0])
    low, high = chance_interval(chances, np.full(6, 3.0), 0.4)
    assert ((low > 0) & (high < 1) & (low < high)).all()
    assert ((low[2:5] < chances[2:5]) & (chances[2:5] < high[2:5])).all()


def test_a_trained_model_is_as_sure_as_its_calibration_had_people() -> None:
    few, many = (trial_of(_groups(n)).calibration_spread(np.array([0.5])) for n in (20, 2_000))
    assert few[0] == pytest.approx(2 / 20**0.5, rel=0.1)
    assert many[0] == pytest.approx(2 / 2_000**0.5, rel=0.1)
    assert Trial().calibration_spread(np.array([0.5]))[0] == 0
