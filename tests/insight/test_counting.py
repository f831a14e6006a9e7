"""Which amount and which day of an order count is the shop's word, and every analysis follows it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from okaeri.customers import api as customers
from okaeri.foundation import clock, settings
from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.insight import api
from okaeri.insight.actions.sync import COUNTING
from okaeri.insight.models import CustomerInsight, Report
from okaeri.insight.types import Depth, LifecycleRules
from okaeri.intake import api as intake
from okaeri.intake.counting_types import CountingRules, StatusRules
from okaeri.intake.types import LineIn, OrderIn
from tests.insight.golden import CASES, THRESHOLD_MINOR
from tests.insight.shops import order_of, record_shop

pytestmark = [pytest.mark.django_db, pytest.mark.engine]
TODAY = date(2026, 5, 20)
NO_TAX = {"amount_basis": "merch_net_no_tax"}
PAID = {"amount_basis": "paid_total"}
SHIPPED = {"analysis_date": "shipped"}
LEARNT = ("interests", "recommendations")


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    opened = open_warehouse(tmp_path / "warehouse")
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with clock.use(clock.SimulatedClock(datetime(2026, 5, 20, 3, tzinfo=UTC))):
        yield


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def choose(values: dict[str, Any], *rules: type) -> None:
    kinds = rules or (CountingRules,)
    settings.save({s.key: s for kind in kinds for s in settings.specs_of(kind).values()}, values)


def dressed(order: OrderIn, way: str) -> OrderIn:
    """The order whose `net` is what the case says, by one basis only."""
    (line,) = order.lines
    net = line.amount_minor
    if way == "no_tax":
        priced = LineIn(line.sku, line.product_name, 1, net + 777, net + 777)
        return replace(order, lines=(priced,), lines_tax_minor=777)
    if way == "paid":
        # Half of it is shipping, a gift and the like.
        priced = LineIn(line.sku, line.product_name, 1, net // 2, net // 2)
        return replace(order, lines=(priced,), total_minor=net)
    earlier = order.ordered_at - timedelta(days=3 + len(order.order_no) % 4)
    return replace(order, ordered_at=earlier, shipped_on=order.ordered_at.date())


@pytest.mark.parametrize(
    ("values", "way"), [(NO_TAX, "no_tax"), (PAID, "paid"), (SHIPPED, "shipped")]
)
def test_golden_cases_hold_by_every_amount_and_day(
    warehouse: Warehouse, values: dict[str, Any], way: str
) -> None:
    choose(values)
    fixed = {"cpm.unit_price_mode": "fixed", "cpm.fixed_unit_price": THRESHOLD_MINOR // 7}
    choose(fixed, LifecycleRules)
    intake.record_orders(
        [
            dressed(order_of(f"case{number}", ago(case.today - day), net), way)
            for number, case in enumerate(CASES)
            for day, net in case.bought
        ]
    )
    api.refresh(warehouse=warehouse, as_of=TODAY, depth=Depth.CLASSES)
    for number, case in enumerate(CASES):
        (found,) = customers.search_customers(f"case{number}@example.com")
        seen = api.find_insight(found.id)
        assert seen is not None
        assert (seen.stage.value, seen.is_lapsed) == case.elapsed, case.name
        assert seen.net_minor == sum(net for _, net in case.bought)


def rows(model: type, *without: str) -> list[dict[str, Any]]:
    kept = [f.name for f in model._meta.fields if f.name not in ("id", *without)]  # type: ignore[attr-defined]
    return list(model.objects.order_by(kept[0]).values(*kept))  # type: ignore[attr-defined]


def everything() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    # What is learnt of tastes is learnt once a week, whatever else is computed.
    computed = [row for row in rows(Report, "computed_at") if row["name"] not in LEARNT]
    return rows(CustomerInsight), computed


def mixed_orders() -> list[OrderIn]:
    """Taxes known and unknown, points, shipping, a refund, a return document, parcels on their way."""
    made = []
    for number in range(60):
        plain = order_of(f"p{number % 23}", ago(3 + number * 5 % 400), 2000 + 137 * number)
        made.append(
            replace(
                plain,
                order_no=f"N{number}",
                discount_minor=100 * (number % 3),
                points_minor=50 * (number % 2),
                shipping_minor=550,
                refunded_minor=300 if number % 7 == 0 else 0,
                lines_tax_minor=None if number % 4 == 0 else plain.lines[0].amount_minor // 11,
                shipped_on=None if number % 5 == 0 else plain.ordered_at.date() + timedelta(2),
            )
        )
    back = order_of("p1", ago(9), -3000, number="BACK", status="returned")
    return [*made, back]


DEFAULT = {"amount_basis": "merch_net", "analysis_date": "order"}


def test_a_night_after_a_change_of_counting_gives_what_a_new_warehouse_gives(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    intake.record_orders(mixed_orders())
    api.refresh(warehouse=warehouse, as_of=TODAY)
    by_default = everything()
    for number, values in enumerate((NO_TAX, PAID, SHIPPED, NO_TAX | SHIPPED)):
        choose(DEFAULT | values)
        api.refresh(warehouse=warehouse, as_of=TODAY, depth=Depth.DUE)
        by_night = everything()
        assert by_night[0] != by_default[0], values
        fresh = open_warehouse(tmp_path / f"fresh-{number}")
        try:
            Report.objects.all().delete()
            api.refresh(warehouse=fresh, as_of=TODAY)
            assert everything() == by_night, values
        finally:
            fresh.close()
    choose(DEFAULT)
    api.refresh(warehouse=warehouse, as_of=TODAY, depth=Depth.DUE)
    assert everything() == by_default


def test_a_sync_that_died_while_the_orders_were_dropped_drops_them_again(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_shop({"a": [(ago(50), 1100)]})
    choose(NO_TAX)
    api.sync_warehouse(warehouse)
    choose({"amount_basis": "merch_net"})

    def died(*_: object, **__: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(Warehouse, "clear", died)
        with pytest.raises(RuntimeError):
            api.sync_warehouse(warehouse)
    api.sync_warehouse(warehouse)
    assert warehouse.collect(warehouse.table("orders"))["net_minor"].to_pylist() == [1100]
    assert warehouse.has(COUNTING)


def test_amounts_of_one_order_by_each_basis(warehouse: Warehouse) -> None:
    plain = order_of("a", ago(5), 2200, number="A")
    intake.record_orders(
        [
            replace(plain, points_minor=200, shipping_minor=500, lines_tax_minor=200),
            replace(plain, order_no="B", lines=(LineIn("A", "", 1, 1080, 1080),)),
            replace(plain, order_no="C", refunded_minor=2300, shipping_minor=500),
            replace(plain, order_no="D", status="cancelled"),
            replace(
                plain, order_no="E", status="returned", lines=(LineIn("A", "", 1, -1100, -1100),)
            ),
        ]
    )

    def nets() -> dict[str, int]:
        return {order.order_no: order.net_minor for order in intake.list_orders_after(0, 10)}

    assert nets() == {"A": 2000, "B": 1080, "C": 0, "D": 0, "E": -1100}
    choose({**NO_TAX, "amount_basis.tax_rate": 8.0})
    # A states its tax: a tenth of what was paid for goods; the others are reckoned at 8 %.
    assert nets() == {"A": 1818, "B": 1000, "C": 0, "D": 0, "E": -1019}
    choose(PAID)
    assert nets() == {"A": 2500, "B": 1080, "C": 400, "D": 0, "E": -1100}
    api.sync_warehouse(warehouse)
    stored = warehouse.collect(warehouse.table("orders")).sort_by("order_id")
    assert stored["net_minor"].to_pylist() == [2500, 1080, 400, 0, -1100]


def test_every_definition_panel_says_which_amount_and_day(warehouse: Warehouse) -> None:
    assert "税込の商品代金" in api.definitions()["counting"].ja
    choose(NO_TAX | SHIPPED)
    choose({"purchase_statuses": "eccube:1=unpaid"}, StatusRules)
    said = api.definitions()
    assert said["counting"].en.endswith("Statuses of sources mean: eccube:1=unpaid.")
    assert "税抜の商品代金" in said["net_minor"].ja
    assert "10%" in said["net_minor"].en
    assert "発送日" in said["counting"].ja
    assert "day of shipping" in said["counting"].en
