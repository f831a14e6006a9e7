"""Recommendations through the door: orders in, a refresh, products with a reason out."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.insight import api
from okaeri.intake import api as intake
from okaeri.intake.types import LineIn, OrderIn, PartyIn, ProductIn, SubscriptionIn

pytestmark = [pytest.mark.django_db, pytest.mark.engine]
TODAY = date(2026, 5, 20)
PRICES = {
    "FACE": 3000,
    "WASH": 2000,
    "CREAM": 9000,
    "SOAP": 900,
    "BAR": 1000,
    "GIFT": 0,
    "POST": 500,
}
NAMES = {"FACE": "化粧水", "WASH": "洗顔", "CREAM": "クリーム", "SOAP": "石けん", "POST": "送料"}
Bought = Sequence[tuple[int, Sequence[str]]]


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    opened = open_warehouse(tmp_path / "warehouse")
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with clock.use(clock.SimulatedClock(datetime(2026, 5, 20, 3, tzinfo=UTC))):
        yield


def record(people: Mapping[str, Bought]) -> None:
    """Record what everybody bought: (days ago, product codes)."""
    intake.record_orders(
        [
            OrderIn(
                source="test",
                order_no=f"{member}-{days}",
                ordered_at=datetime.combine(ago(days), time(3), UTC),
                status="accepted",
                party=PartyIn(member_no=member, email=f"{member}@example.com"),
                lines=tuple(
                    LineIn(sku, NAMES.get(sku, sku), 1, PRICES[sku], PRICES[sku]) for sku in skus
                ),
            )
            for member, bought in people.items()
            for days, skus in bought
        ]
    )


def id_of(member: str) -> int:
    (found,) = customers.search_customers(f"{member}@example.com")
    return found.id


def shown(member: str, **options: bool) -> list[tuple[str, str]]:
    found = api.recommend(id_of(member), n=5, on=TODAY, **options)
    return [(item.sku, item.method) for item in found]


# Whoever bought face lotion comes back for cream; soap is what most people buy.
PATTERN: dict[str, Bought] = {
    **{f"f{n}": [(300 - n, ["FACE"]), (200 - n, ["CREAM"])] for n in range(40)},
    **{f"g{n}": [(40 + n, ["FACE"]), (5, ["CREAM"])] for n in range(30)},
    **{f"s{n}": [(250 - n, ["WASH"]), (20 - n % 9, ["SOAP"])] for n in range(60)},
}


def test_who_bought_lotion_twice_is_shown_cream_because_of_it(warehouse: Warehouse) -> None:
    record({**PATTERN, "me": [(60, ["FACE"]), (30, ["FACE"])]})
    api.refresh(warehouse=warehouse, as_of=TODAY)
    report = api.find_report("recommendations")
    assert report is not None
    assert report.payload["winner"] != "popular"
    first = next(
        item for item in api.recommend(id_of("me"), n=5, on=TODAY) if item.method != "reorder"
    )
    assert first.sku == "CREAM"
    assert first.because_sku == "FACE"
    assert first.name == "クリーム"
    assert "化粧水" in first.reason.ja
    assert "化粧水" in first.reason.en


def test_what_is_owned_is_not_offered_again_but_a_refill_is_when_it_is_due(
    warehouse: Warehouse,
) -> None:
    me: Bought = [(90, ["FACE"]), (60, ["FACE"]), (30, ["FACE"]), (29, ["CREAM"])]
    record({**PATTERN, "me": me})
    api.refresh(warehouse=warehouse, as_of=TODAY)
    found = shown("me")
    assert found[0] == ("FACE", "reorder")
    assert "CREAM" not in [sku for sku, _ in found]
    assert api.recommend(id_of("me"), on=TODAY)[0].reason.ja.startswith("前回のお買い上げから30日")
    # Two days after buying nobody needs the next bottle.
    too_early = api.recommend(id_of("me"), on=ago(28))
    assert "reorder" not in [item.method for item in too_early]


def test_what_is_sold_out_free_or_postage_is_never_shown(warehouse: Warehouse) -> None:
    record({**PATTERN, **{f"p{n}": [(9, ["POST", "GIFT", "SOAP"])] for n in range(30)},
            "me": [(60, ["FACE"]), (30, ["FACE"])]})  # fmt: skip
    intake.record_products([ProductIn("CREAM", "クリーム", stock=0), ProductIn("FACE", stock=3)])
    api.refresh(warehouse=warehouse, as_of=TODAY)
    skus = {sku for sku, _ in shown("me")}
    assert "SOAP" in skus
    assert not skus & {"CREAM", "POST", "GIFT"}
    intake.record_products([ProductIn("CREAM", "クリーム", stock=1)])
    assert "CREAM" in {sku for sku, _ in shown("me")}


def test_first_time_buyers_are_sold_nothing_else_until_they_are_content(
    warehouse: Warehouse,
) -> None:
    record({**PATTERN, "me": [(20, ["FACE"])]})
    api.refresh(warehouse=warehouse, as_of=TODAY)
    assert shown("me") == []
    assert "CREAM" in {sku for sku, _ in shown("me", may_cross_sell=True)}


@pytest.mark.covers("H-07")
def test_low_spenders_are_shown_what_costs_about_what_they_pay(warehouse: Warehouse) -> None:
    small: Bought = [(60, ["SOAP"]), (30, ["SOAP"])]
    large: Bought = [*small, *[(days, ["SOAP", "CREAM", "CREAM"]) for days in (50, 40, 20)]]
    record({**PATTERN, **{f"b{n}": [(15, ["BAR"])] for n in range(25)}, "me": small, "rich": large})
    api.refresh(warehouse=warehouse, as_of=TODAY)

    def new_to(member: str) -> dict[str, int | None]:
        found = api.recommend(id_of(member), n=20, on=TODAY)
        return {item.sku: item.price_minor for item in found if item.method != "reorder"}

    # His median price is 900: 630 to 1,170 is his band.
    assert new_to("me") == {"BAR": 1000}
    assert new_to("rich").keys() >= {"BAR", "FACE"}


def test_a_shop_of_one_order_answers_with_its_whole_width(warehouse: Warehouse) -> None:
    record({"me": [(3, ["FACE"])]})
    api.refresh(warehouse=warehouse, as_of=TODAY)
    report = api.find_report("recommendations")
    assert report is not None
    assert report.payload["winner"] == "popular"
    assert {(row["low"], row["high"]) for row in report.payload["methods"]} == {(0.0, 1.0)}
    assert [item.sku for item in api.recommend_popular(n=3)] == ["FACE"]
    assert shown("me") == []


def test_an_empty_shop_recommends_nothing(warehouse: Warehouse) -> None:
    api.refresh(warehouse=warehouse, as_of=TODAY)
    assert api.recommend_popular(n=3) == []


def test_training_is_a_week_old_at_most_while_facts_are_of_today(warehouse: Warehouse) -> None:
    record(PATTERN)
    api.refresh(warehouse=warehouse, as_of=ago(6))
    record({f"n{n}": [(1, ["WASH"])] for n in range(80)})

    def learned_on() -> str:
        report = api.find_report("recommendations")
        assert report is not None
        return str(report.payload["learned_on"])

    api.refresh(warehouse=warehouse, as_of=TODAY)
    assert learned_on() == ago(6).isoformat()
    assert api.recommend_popular(n=1)[0].sku == "WASH"
    api.refresh(warehouse=warehouse, as_of=TODAY + timedelta(days=1))
    assert learned_on() == (TODAY + timedelta(days=1)).isoformat()


@pytest.mark.covers("F-09")
def test_subscribers_are_not_told_to_buy_what_their_box_brings() -> None:
    def bought(member: str, *, by: str = "") -> list[OrderIn]:
        party = PartyIn(member_no=member, email=f"{member}@example.com")
        line = LineIn("FACE", "化粧水", 1, 3000, 3000)
        when = [datetime.combine(ago(days), time(3), UTC) for days in (58, 28)]
        return [
            OrderIn("test", f"{member}{n}", at, "accepted", party, (line,), subscription_no=by)
            for n, at in enumerate(when)
        ]

    intake.record_products([ProductIn("FACE", "化粧水", days_supply=30)])
    intake.record_orders([*bought("me"), *bought("box", by="S-1"), *bought("both")])
    intake.record_subscriptions([
        SubscriptionIn("test", "S-2", "active", datetime(2026, 5, 1, tzinfo=UTC),
                       PartyIn(member_no="both", email="both@example.com"), sku="FACE")
    ])  # fmt: skip
    customers.resolve_new_parties(clock.now())
    assert shown("me") == [("FACE", "reorder")]
    assert shown("box") == []
    assert shown("both") == []
