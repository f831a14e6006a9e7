"""The average unit price from the cohorts' months."""

from datetime import date

import pytest

from okaeri.insight.domain.rule_version import rule_version
from okaeri.insight.domain.unit_price import UnitPriceSums, decide_unit_price, sum_unit_price
from okaeri.insight.rank_types import RankRules
from okaeri.insight.types import LifecycleRules

AS_OF = date(2026, 5, 20)


def month(year: int, number: int) -> int:
    return year * 12 + number - 1


SIZES = [
    {"cohort_month": month(2025, 4), "buyers": 3},
    {"cohort_month": month(2026, 4), "buyers": 2},
    {"cohort_month": month(2026, 5), "buyers": 7},
]
SALES = [
    {"month": month(2025, 4), "orders": 4, "net_minor": 4000},
    {"month": month(2025, 5), "orders": 1, "net_minor": 900},
    {"month": month(2026, 4), "orders": 2, "net_minor": 3000},
    {"month": month(2026, 5), "orders": 9, "net_minor": 90_000},
]


@pytest.mark.parametrize(
    ("mode", "orders", "net_minor"),
    [("aov_all", 7, 7900), ("per_customer", 7, 7900), ("aov_12m", 3, 3900)],
)
def test_the_month_of_today_never_enters_and_twelve_months_are_whole(
    mode: str, orders: int, net_minor: int
) -> None:
    rules = LifecycleRules(unit_price_mode=mode)
    sums = sum_unit_price(SIZES, SALES, as_of=AS_OF, rules=rules)
    assert sums == UnitPriceSums(orders=orders, customers=5, net_minor=net_minor)


def test_the_bar_is_frozen_for_the_month_unless_it_follows_every_night() -> None:
    days = (date(2026, 5, 1), date(2026, 5, 31))
    monthly = [sum_unit_price(SIZES, SALES, as_of=day, rules=LifecycleRules()) for day in days]
    assert monthly[0] == monthly[1] == UnitPriceSums(orders=7, customers=5, net_minor=7900)
    nightly = LifecycleRules(threshold_refresh="nightly")
    assert sum_unit_price(SIZES, SALES, as_of=AS_OF, rules=nightly) == UnitPriceSums(16, 12, 97_900)
    year = LifecycleRules(threshold_refresh="nightly", unit_price_mode="aov_12m")
    # May of last year to April, and this May so far.
    assert sum_unit_price(SIZES, SALES, as_of=AS_OF, rules=year).orders == 12


def test_under_a_hundred_orders_the_fixed_price_makes_the_bar() -> None:
    sums, rules = UnitPriceSums(orders=99, customers=50, net_minor=396_000), LifecycleRules()
    assert decide_unit_price(sums, rules).threshold_minor == 70_000
    enough = UnitPriceSums(orders=100, customers=50, net_minor=400_000)
    assert decide_unit_price(enough, rules).threshold_minor == 28_000


def test_a_setting_that_came_later_makes_no_second_series_of_old_numbers() -> None:
    # What shops of before the setting have beside their month-end snapshots.
    assert rule_version(LifecycleRules(), RankRules()) == "5b907bfe8163"
    changed = LifecycleRules(threshold_refresh="nightly")
    assert rule_version(changed, RankRules()) != "5b907bfe8163"
