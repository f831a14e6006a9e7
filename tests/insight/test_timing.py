"""When people buy, from orders to the report."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from okaeri.foundation import clock
from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.insight import api
from okaeri.insight.domain.reports.timing import is_after_payday
from okaeri.insight.timing_types import TimingRules
from okaeri.intake import api as intake
from okaeri.intake.types import LineIn, OrderIn, PartyIn

TODAY = date(2026, 6, 30)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    opened = open_warehouse(tmp_path / "warehouse")
    with clock.use(clock.SimulatedClock(datetime(2026, 6, 30, 3, tzinfo=UTC))):
        yield opened
    opened.close()


def order_at(at: datetime, number: int) -> OrderIn:
    return OrderIn(
        source="test",
        order_no=f"{at:%Y%m%d%H}-{number}",
        ordered_at=at,
        status="accepted",
        party=PartyIn(member_no=f"m{number}", email=f"m{number}@example.com"),
        lines=(LineIn("A", "化粧水", 1, 1000, 1000),),
    )


def report(warehouse: Warehouse) -> dict[str, Any]:
    api.refresh(warehouse=warehouse, as_of=TODAY)
    found = api.find_report("timing")
    assert found is not None
    return found.payload


@pytest.mark.django_db
@pytest.mark.engine
def test_orders_stand_at_weekday_and_hour_of_the_shops_clock_and_payday_is_measured(
    warehouse: Warehouse,
) -> None:
    orders = []
    day = date(2026, 1, 1)
    while day <= TODAY:
        # 12:00 UTC is 21 o'clock in Tokyo; three orders a day after payday, else one.
        at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        orders += [order_at(at, n) for n in range(3 if 25 <= day.day <= 29 else 1)]
        day += timedelta(days=1)
    # A Sunday in Tokyo that is still Saturday in London.
    orders += [order_at(datetime(2026, 3, 14, 22, tzinfo=UTC), n) for n in range(40)]
    # The cart's own: later deliveries, all at 5 in the morning, say nothing about people.
    night = datetime(2026, 3, 10, 20, tzinfo=UTC)
    later = [replace(order_at(night, n), subscription_no=f"s{n}", delivery_no=2) for n in range(60)]
    intake.record_orders([*orders, *later])
    found = report(warehouse)
    assert found["orders"] == len(orders)
    assert (found["peak"]["weekday"], found["peak"]["hour"], found["has_hours"]) == (6, 7, True)
    sunday = next(c for c in found["cells"] if (c["weekday"], c["hour"]) == (6, 7))
    assert sunday["orders"] == 40
    assert sum(cell["orders"] for cell in found["cells"]) == len(orders)
    payday = found["payday"]
    # In February the five days end on 1 March, a day of one order.
    assert payday["per_day_in"] == pytest.approx((29 * 3 + 1) / 30)
    assert payday["low"] < payday["ratio"] < payday["high"]
    march = found["months"][2]
    assert march["strength"] == max(m["strength"] for m in found["months"] if m["strength"])
    # No day of October has been yet: unknown, not zero.
    assert found["months"][9]["strength"] is None
    assert [season["days"] > 0 for season in found["seasons"]] == [True, True, False, True]


@pytest.mark.django_db
@pytest.mark.engine
def test_one_day_of_history_and_orders_without_a_time_say_so(warehouse: Warehouse) -> None:
    intake.record_orders([order_at(datetime(2026, 6, 29, 15, tzinfo=UTC), n) for n in range(5)])
    found = report(warehouse)
    assert (found["days"], found["payday"]["ratio"], found["has_hours"]) == (1, None, False)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 2, 24), False),
        (date(2026, 2, 25), True),
        (date(2026, 3, 1), True),
        (date(2026, 3, 2), False),
    ],
)
def test_the_days_after_payday_reach_into_the_next_month(day: date, expected: bool) -> None:
    assert is_after_payday(day, TimingRules()) is expected


def test_a_month_without_the_payday_pays_on_its_last_day() -> None:
    rules = TimingRules(payday=31, payday_days=1)
    assert is_after_payday(date(2026, 2, 28), rules)
    assert not is_after_payday(date(2026, 3, 30), rules)
