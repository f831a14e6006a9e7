"""Freshness is at its peak with a purchase and with its parcel, and care begins from the parcel's days."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from okaeri.deliver import api as deliver
from okaeri.foundation.errors import ConfigurationError
from okaeri.foundation.settings import save, specs_of
from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.foundation.work.loop import WorkLoop
from okaeri.insight import api as insight
from okaeri.insight import duties as insight_duties
from okaeri.insight.types import CustomerInsightView, Depth
from okaeri.intake import api as intake
from okaeri.plan import api as plan
from okaeri.plan.models import Decision
from okaeri.plan.region_types import REGIONS
from okaeri.plan.types import JourneyRules
from tests.plan.conftest import NOON, Run, Shop

pytestmark = [pytest.mark.django_db, pytest.mark.engine]


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    opened = open_warehouse(tmp_path / "warehouse")
    yield opened
    opened.close()


def night(shop: Shop, warehouse: Warehouse) -> None:
    insight.refresh(warehouse=warehouse, as_of=shop.now.date(), depth=Depth.CLASSES)


def follow() -> None:
    WorkLoop(insight_duties.duties()).run_until_idle()


def standing(who: int) -> CustomerInsightView:
    found = insight.find_insight(who)
    assert found is not None
    return found


def care_day(who: int) -> date:
    (walk,) = plan.enrolments_of(who)
    assert walk.node == "until_arrival"
    return (walk.due_at + timedelta(hours=9)).date()


@pytest.mark.covers("A-07")
def test_purchase_and_parcel_make_fresh_anew_and_care_begins_from_shipping_or_arrival(
    shop: Shop, run_plan: Run, warehouse: Warehouse
) -> None:
    shop.order("early", at=NOON - timedelta(days=30))
    night(shop, warehouse)
    follow()
    plan.activate("first_follow", now=NOON, holdout_share=0.0)
    buyer = shop.order("hanako", order_no="A1")
    other = shop.order("jiro", order_no="B1")
    follow()
    assert standing(buyer).freshness == 100
    run_plan()
    # Nobody knows the parcels' days yet: a day to ship and two to deliver are guessed, then a day.
    assert (care_day(buyer), care_day(other)) == (date(2026, 4, 5), date(2026, 4, 5))
    shop.pass_days(3)
    night(shop, warehouse)
    assert standing(buyer).freshness < 100
    # Shipped: the rest is guessed from there. Fresh again, and still one purchase.
    shop.order("hanako", at=NOON, order_no="A1", shipped_on=date(2026, 4, 4))
    shop.order("jiro", at=NOON, order_no="B1", shipped_on=date(2026, 4, 7))
    follow()
    run_plan()
    assert (care_day(buyer), care_day(other)) == (date(2026, 4, 7), date(2026, 4, 10))
    assert (standing(buyer).freshness, standing(buyer).purchase_count) == (100, 1)
    # A day of shipping to come is none yet.
    assert standing(other).fresh_on == date(2026, 4, 1)
    shop.pass_days(1)
    night(shop, warehouse)
    assert standing(buyer).freshness < 100
    # Arrived sooner than guessed: fresh again, and the first step of care comes the day after.
    arrived = {"shipped_on": date(2026, 4, 4), "delivered_on": date(2026, 4, 5)}
    shop.order("hanako", at=NOON, order_no="A1", **arrived)  # type: ignore[arg-type]
    follow()
    run_plan()
    assert care_day(buyer) == date(2026, 4, 6)
    at_once = standing(buyer)
    night(shop, warehouse)
    assert standing(buyer) == at_once
    assert (at_once.freshness, at_once.purchase_count, at_once.recency_days) == (100, 1, 4)
    shop.clock.move_to(datetime(2026, 4, 6, 1, 1, tzinfo=UTC))
    run_plan()
    run_plan()
    asked = [one for one in deliver.messages_of(buyer) if one.source_part == "arrival"]
    assert [(one.due_at + timedelta(hours=9)).isoformat()[:16] for one in asked] == [
        "2026-04-06T10:00"
    ]
    sent = Decision.objects.filter(enrolment__customer_id=buyer, node="arrival", action="sent")
    assert sent.count() == 1
    assert care_day(other) == date(2026, 4, 10)


def test_a_parcel_of_unknown_day_is_expected_a_day_earlier_in_the_shops_own_region(
    shop: Shop, run_plan: Run
) -> None:
    choose = {spec.key: spec for spec in specs_of(JourneyRules).values()}
    save(choose, {"anchor.ships_from": "東京都"})
    plan.activate("first_follow", now=NOON, holdout_share=0.0)
    homes = {"near": "神奈川県", "postal": "", "english": "Tokyo", "far": "大阪府", "unknown": ""}
    buyers = {
        name: shop.order(name, prefecture=home, postal_code="330-0801" if name == "postal" else "")
        for name, home in homes.items()
    }
    run_plan()
    # A day to ship, one or two to deliver, and care begins the day after.
    near, far = date(2026, 4, 4), date(2026, 4, 5)
    wanted = {"near": near, "postal": near, "english": near, "far": far, "unknown": far}
    assert {name: care_day(who) for name, who in buyers.items()} == wanted
    # Shipped: the rest is reckoned from there, by the same rule.
    for name in ("near", "far"):
        shop.order(
            name, at=NOON, order_no=f"S{name}", prefecture=homes[name], shipped_on=date(2026, 4, 4)
        )
    save(choose, {"anchor.ships_from": ""})
    run_plan()
    assert care_day(buyers["near"]) == far, "without a prefecture every parcel takes two days"


@pytest.mark.parametrize("name", ["東京", "Tokyo", "江戸"])
def test_a_prefecture_that_does_not_exist_is_refused_in_a_sentence(name: str) -> None:
    known = {spec.key: spec for spec in specs_of(JourneyRules).values()}
    with pytest.raises(ConfigurationError, match="There is no prefecture"):
        save(known, {"anchor.ships_from": name})


def test_every_prefecture_lies_in_one_region() -> None:
    assert sorted(name for region in REGIONS for name in region) == sorted(intake.PREFECTURES)
