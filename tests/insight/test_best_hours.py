"""People's best hours on shops whose truth is known, and on real orders: better than the shop's, or told so."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from okaeri.foundation.warehouse import open_warehouse
from okaeri.insight.actions.analysis import Request, analyse_customers
from okaeri.insight.actions.best_hours import learn_best_hours
from okaeri.insight.analyses.sources import Sources
from okaeri.insight.domain.best_hour import (
    HOURS,
    SURE_FROM,
    choose_weight,
    replay,
    shop_hours,
    tell_hours,
)
from okaeri.insight.rank_types import RankRules
from okaeri.insight.types import LifecycleRules
from tests.insight.real_orders import CLEAN, online_retail, online_retail_path

PEOPLE = 4_000


def _curve(peak: float) -> np.ndarray:
    away = np.abs(np.arange(HOURS) - peak)
    shares = np.exp(-0.5 * (np.minimum(away, HOURS - away) / 1.5) ** 2)
    return np.asarray(shares / shares.sum())


def _shop(truth: np.ndarray, seed: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Orders of each person by hour before and after a day, and the shop's hours before it."""
    random = np.random.default_rng(seed)
    before = random.multinomial(random.integers(1, 16, len(truth)), truth).astype(float)
    after = random.multinomial(random.integers(1, 6, len(truth)), truth).astype(float)
    shop = shop_hours(before.sum(axis=0))
    assert shop is not None
    return before, after, shop


def test_where_people_have_hours_of_their_own_they_are_found_and_beat_the_shops() -> None:
    kinds = np.array([_curve(9), _curve(13), _curve(19)])
    kind = np.random.default_rng(1).choice(3, PEOPLE, p=[0.25, 0.25, 0.5])
    before, after, shop = _shop(kinds[kind])
    weight = choose_weight(before, after, shop)
    # People of habit: a few orders say more than everybody does.
    assert weight <= 5
    found = replay(before, after, shop, weight)
    assert found["shop_hour"] in (18, 19, 20)
    assert found["own_hits"] > found["shop_hits"] + 0.15
    assert found["own_loss"] < found["shop_loss"] - 0.2
    assert found["sure_hits"] > found["own_hits"]
    told = tell_hours(before, shop, weight)
    near = np.abs(told.hour - np.array([9, 13, 19])[kind]) <= 1
    sure = told.chance >= SURE_FROM
    # Sure of at least as many as it says, and of many; the more orders, the surer.
    assert near[sure].mean() >= SURE_FROM
    assert near[sure].mean() > near[~sure].mean()
    assert sure.mean() > 0.3
    orders = before.sum(axis=1)
    assert told.chance[orders > 10].mean() > told.chance[orders < 4].mean() + 0.1


def test_where_nobody_has_an_hour_of_his_own_everybody_keeps_the_shops() -> None:
    mixed = 0.5 * _curve(12) + 0.5 * _curve(19)
    before, after, shop = _shop(np.tile(mixed, (PEOPLE, 1)))
    weight = choose_weight(before, after, shop)
    assert weight >= 50
    found = replay(before, after, shop, weight)
    assert found["own_loss"] == pytest.approx(found["shop_loss"], abs=0.02)
    assert found["own_hits"] == pytest.approx(found["shop_hits"], abs=0.03)


def test_of_a_stranger_nothing_is_sure_where_the_day_has_two_good_times() -> None:
    shop = shop_hours(1000 * (_curve(10) + _curve(19)))
    assert shop is not None
    stranger = tell_hours(np.zeros((1, HOURS)), shop)
    assert stranger.chance[0] < SURE_FROM
    at_nine = np.zeros((1, HOURS))
    at_nine[0, 19] = 12
    regular = tell_hours(at_nine, shop)
    assert (regular.hour[0], regular.chance[0] >= SURE_FROM) == (19, True)


@pytest.mark.engine
def test_on_real_orders_the_own_hour_is_checked_against_the_shops(
    shared_data: Path, tmp_path: Path
) -> None:
    as_of = date(2011, 12, 9)
    warehouse = open_warehouse(tmp_path)
    orders = warehouse.upload(online_retail(online_retail_path(shared_data), CLEAN))
    request = Request(as_of, LifecycleRules(), RankRules())
    found = analyse_customers(warehouse, orders, request)
    sources = Sources(warehouse, orders, found.customers, as_of=as_of, rules=request.rules)
    held = learn_best_hours(sources)["replay"]
    warehouse.close()
    print(held)
    assert held["orders"] > 3_000
    assert held["own_loss"] < held["shop_loss"]
    assert held["own_hits"] >= held["shop_hits"]
    assert held["sure_hits"] > held["own_hits"]
