"""Price and discount dependence, from orders to the report and each customer's flags."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from okaeri.customers import api as customers
from okaeri.foundation import clock, settings
from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.insight import api
from okaeri.insight.actions.follow_orders import counted_purchases
from okaeri.insight.price_types import PriceRules
from okaeri.insight.types import LifecycleRules
from okaeri.intake import api as intake
from okaeri.intake.types import LineIn, OrderIn, PartyIn, ProductIn

pytestmark = [pytest.mark.django_db, pytest.mark.engine]
TODAY = date(2026, 6, 30)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    opened = open_warehouse(tmp_path / "warehouse")
    with clock.use(clock.SimulatedClock(datetime(2026, 6, 30, 3, tzinfo=UTC))):
        intake.record_products([ProductIn(sku="A", name="化粧水", cost_minor=400)])
        yield opened
    opened.close()


def order_of(who: str, days_ago: int, price: int, discount: int = 0) -> OrderIn:
    day = TODAY - timedelta(days=days_ago)
    return OrderIn(
        source="test",
        order_no=f"{who}-{days_ago}",
        ordered_at=datetime(day.year, day.month, day.day, 3, tzinfo=UTC),
        status="accepted",
        party=PartyIn(member_no=who, email=f"{who}@example.com"),
        lines=(LineIn("A", "化粧水", 1, price, price),),
        discount_minor=discount,
    )


def report(warehouse: Warehouse) -> dict[str, Any]:
    api.refresh(warehouse=warehouse, as_of=TODAY)
    found = api.find_report("prices")
    assert found is not None
    return found.payload


def id_of(who: str) -> int:
    (found,) = customers.search_customers(f"{who}@example.com")
    return found.id


def low_bar() -> None:
    """Let 700 yen be the bar, so that a few orders make a trend customer."""
    known = {spec.key: spec for spec in settings.specs_of(LifecycleRules).values()}
    settings.save(known, {"cpm.unit_price_mode": "fixed", "cpm.fixed_unit_price": 100})


@pytest.mark.covers("C-08")
def test_trend_customers_are_split_by_discounts_and_everybody_keeps_share_and_margin(
    warehouse: Warehouse,
) -> None:
    low_bar()
    saving = [order_of("saver", n, 1000, 500) for n in (100, 60, 30)]
    plain = [order_of("plain", n, 1000) for n in (100, 60, 30)]
    intake.record_orders([*saving, order_of("saver", 10, 1000), *plain])
    found = report(warehouse)
    assert found["trend"]["dependent"]["customers"] == 1
    assert found["trend"]["normal"]["customers"] == 1
    assert found["trend"]["dependent"]["discount_share"] == 0.75
    saver, other = api.find_insight(id_of("saver")), api.find_insight(id_of("plain"))
    assert saver is not None
    assert other is not None
    # Net 3 x 500 + 1000 = 2500, goods cost 4 x 400.
    assert saver.discount_share == 0.75
    assert saver.margin_share == pytest.approx(900 / 2500)
    assert other.discount_share == 0.0
    assert other.margin_share == pytest.approx(0.6)
    rule = {"field": "discount_share", "op": ">=", "value": 0.5}
    assert list(api.iter_customers_where(rule)) == [id_of("saver")]


def test_points_and_refunds_raise_no_discount_rate(warehouse: Warehouse) -> None:
    paid = replace(order_of("points", 20, 10_000, 500), points_minor=4500)
    back = replace(order_of("back", 20, 10_000, 500), refunded_minor=9000)
    intake.record_orders([paid, back, order_of("back", 10, 10_000, 500)])
    rates = {row["stage"]: row["discount_rate"] for row in report(warehouse)["classes"]}
    assert (rates["first"], rates["toddler"]) == (0.05, 0.05)


def test_who_buys_four_of_five_orders_discounted_buys_in_campaigns_alone(
    warehouse: Warehouse,
) -> None:
    four_of_five = [order_of("sale", n, 1000, 200) for n in (90, 70, 50, 30)]
    three_of_four = [order_of("mixed", n, 1000, 200) for n in (90, 70, 50)]
    once = [order_of("once", 20, 1000, 200)]
    intake.record_orders(
        [
            *four_of_five,
            order_of("sale", 10, 1000),
            *three_of_four,
            order_of("mixed", 10, 1000),
            *once,
        ]
    )
    found = report(warehouse)
    assert (found["campaign"]["customers"], found["campaign"]["net_12m_minor"]) == (1, 4200)
    bands = {row["band"]: row["customers"] for row in found["bands"]}
    assert (bands[8], sum(bands.values())) == (2, 2)


@pytest.mark.covers("L-09")
def test_discounts_are_held_beside_the_policy_of_each_class_and_first_orders_are_watched(
    warehouse: Warehouse,
) -> None:
    intake.record_orders(
        [order_of(f"new{n}", 5 + n, 1000, 300 if n < 3 else 0) for n in range(4)]
        + [order_of(f"old{n}", 130 + n, 1000) for n in range(4)]
    )
    found = report(warehouse)
    first = found["classes"][0]
    assert (first["stage"], first["discount_rate"], first["limit"]) == ("first", 900 / 8000, 0.1)
    assert first["is_over"]
    assert (found["first_recent"]["discounted"], found["first_recent"]["share"]) == (3, 3 / 8)
    known = {spec.key: spec for spec in settings.specs_of(PriceRules).values()}
    settings.save(known, {"price.first_limit": 0.2})
    assert not report(warehouse)["classes"][0]["is_over"]
    assert "50%" in api.definitions()["discount_dependent"].ja


def test_a_shop_of_refunds_alone_or_without_costs_has_a_report_without_margins(
    warehouse: Warehouse,
) -> None:
    intake.record_orders([order_of("gone", 10, 0)])
    found = report(warehouse)
    assert found["classes"][0]["discount_rate"] is None
    assert found["classes"][0]["margin_share"] is None


def delivery(who: str, number: int, discount: int, **more: Any) -> OrderIn:
    """The deliveries of one contract, a month apart, the fifth ten days ago; 4,000 before the discount."""
    one = order_of(who, 10 + 30 * (5 - number), 4000, discount)
    return replace(one, **{"subscription_no": f"T-{who}", "delivery_no": number, **more})


# Discounts of five deliveries, and how many of them count.
CONTRACTS = {
    # A tenth off each time is the price; so is one yen more where the cart rounds.
    "tenth": ([400, 400, 401, 400, 400], 0),
    # Half price at first, and once a coupon on top.
    "half": ([2000, 400, 400, 900, 400], 2),
    "dearer": ([0, 400, 400, 0, 400], 0),
    "coupons": ([0, 0, 500, 500, 0], 2),
}


def test_the_own_price_of_a_contract_is_no_discount(warehouse: Warehouse) -> None:
    said = [
        delivery(who, number, off)
        for who, (offs, _) in CONTRACTS.items()
        for number, off in enumerate(offs, 1)
    ]
    line = LineIn("A", "化粧水", 2, 4000, 8000)
    said += [
        # Twice as much at the same price, and points used: nothing was let off beyond the usual.
        *(delivery("more", number, 400) for number in (1, 2, 3)),
        delivery("more", 4, 800, lines=(line,)),
        delivery("more", 5, 400, points_minor=3000),
        # So far only the first delivery is known; of the other the fourth, at its usual price.
        delivery("new", 5, 2000, delivery_no=1),
        delivery("moved", 5, 400),
        order_of("buyer", 10, 4000, 400),
    ]
    intake.record_orders(said)
    found = report(warehouse)
    assert found["campaign"]["customers"] == 0
    expected = {who: counted / 5 for who, (_, counted) in CONTRACTS.items()}
    expected |= {"more": 0.0, "new": 1.0, "moved": 0.0, "buyer": 1.0}
    assert shares(expected) == expected
    assert ever_discounted(warehouse) == {
        id_of("buyer"),
        id_of("half"),
        id_of("coupons"),
        id_of("new"),
    }
    # What follows an order at once tells the same as the night.
    with clock.use(clock.SimulatedClock(datetime(2026, 6, 30, 6, tzinfo=UTC))):
        histories = customers.purchase_history([id_of(who) for who in expected])
        for who, share in expected.items():
            counted = counted_purchases(histories[id_of(who)], TODAY, LifecycleRules())
            assert sum(one.discount_minor > 0 for one in counted) / len(counted) == share, who


def shares(people: Iterable[str]) -> dict[str, float | None]:
    found = {who: api.find_insight(id_of(who)) for who in people}
    return {who: one.discount_share for who, one in found.items() if one is not None}


def ever_discounted(warehouse: Warehouse) -> set[int]:
    where = [{"field": "is_discounted", "op": "=", "value": True}]
    made = api.create_segment("s", {"did": "order", "where": where}, warehouse=warehouse)
    return set(api.segment_members(made.id))
