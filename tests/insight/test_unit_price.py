"""The average unit price from the cohorts' months."""

from datetime import date

import pytest

from okaeri.insight.domain.unit_price import UnitPriceSums, sum_unit_price
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
