"""The interval of a mean amount holds what it says, from one person on, and pages show it."""

from datetime import UTC, date, datetime, timedelta
from math import log
from pathlib import Path

import numpy as np
import pytest
from django.test import Client

from okaeri.foundation import clock
from okaeri.foundation.warehouse import open_warehouse
from okaeri.insight import api
from okaeri.insight.domain.mean_interval import mean_interval
from tests.insight.mixed_shop import order, record
from tests.web.conftest import browser_of_staff, in_english, staff  # noqa: F401 - fixtures

TODAY = date(2026, 5, 20)


def test_one_person_gives_a_quarter_to_forty_times_his_amount() -> None:
    # An exponential amount x has its mean within x / −ln(0.025) and x / −ln(0.975) in 95 of 100 cases.
    low, high = mean_interval(11_400, 11_400**2, 1)
    assert low == pytest.approx(11_400 / -log(0.025))
    assert high == pytest.approx(11_400 / -log(0.975))


def test_nothing_known_has_no_interval_and_a_loss_may_be_below_zero() -> None:
    assert mean_interval(0, 0, 0) == mean_interval(0, 0, 1) == (None, None)
    low, high = mean_interval(-300, 50_000, 3)
    assert low is not None
    assert high is not None
    assert low < -100 < high


@pytest.mark.parametrize(("people", "fewest"), [(1, 0.9), (4, 0.88), (15, 0.9), (200, 0.92)])
def test_of_many_shops_nearly_all_have_their_mean_inside(people: int, fewest: float) -> None:
    dice = np.random.default_rng(5)
    held = 0
    for _ in range(2000):
        amounts = dice.gamma(1.5, 4000, people)
        low, high = mean_interval(amounts.sum(), (amounts**2).sum(), people)
        held += low is not None and high is not None and low <= 6000 <= high
    assert fewest <= held / 2000 <= 0.995


def test_many_people_give_the_usual_interval() -> None:
    dice = np.random.default_rng(6)
    amounts = dice.gamma(1.5, 4000, 20_000)
    low, high = mean_interval(amounts.sum(), (amounts**2).sum(), 20_000)
    half = 1.96 * amounts.std() / 20_000**0.5
    assert (low, high) == pytest.approx((amounts.mean() - half, amounts.mean() + half), rel=1e-3)


@pytest.mark.django_db
@pytest.mark.engine
def test_the_ltv_of_one_person_is_told_with_how_little_is_known(
    tmp_path: Path,
    browser_of_staff: Client,  # noqa: F811 - the fixture
    in_english: Client,  # noqa: F811 - the fixture
) -> None:
    clock.set_clock(clock.SimulatedClock(datetime(2026, 5, 20, 3, tzinfo=UTC)))
    record(
        order("only", TODAY - timedelta(days=120), quantity=2),
        order("only", TODAY - timedelta(days=60)),
    )
    warehouse = open_warehouse(tmp_path / "warehouse")
    api.refresh(warehouse=warehouse, as_of=TODAY)
    warehouse.close()
    html = browser_of_staff.get("/analysis/ltv/").content.decode()
    assert "平均11,400円(区間 3,090円〜450,276円)です(1人)" in html
    assert "人数が少ないため、区間はとても広い目安です" in html
    assert "区間 3,090円〜450,276円" in html.split('class="figures"')[1]
    assert "the interval is very wide" in in_english.get("/analysis/ltv/").content.decode()
    text = b"".join(browser_of_staff.get("/analysis/ltv/?csv=utf-8")).decode("utf-8-sig")
    head = "value,days,customers,ltv_minor,low_minor,high_minor,margin_minor,is_ripe"
    assert text.splitlines()[0] == head
    assert ",90,1,11400,3090,450276," in text
