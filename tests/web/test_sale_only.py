"""Who buys at a discount only: flagged, kept out of tests of the full price, kept for clearances."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from django.test import Client

from okaeri.customers import api as customers
from okaeri.customers import duties as customer_duties
from okaeri.foundation import clock
from okaeri.foundation.settings import save, specs_of
from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.foundation.work.loop import WorkLoop
from okaeri.insight import api as insight
from okaeri.insight import duties as insight_duties
from okaeri.insight.price_types import PriceRules
from okaeri.insight.types import Depth
from okaeri.intake import api as intake
from okaeri.intake.types import LineIn, OrderIn, PartyIn
from okaeri.measure.models import Assignment
from okaeri.plan import api as plan
from okaeri.plan import duties as plan_duties
from okaeri.plan.models import Enrolment

pytestmark = [pytest.mark.django_db, pytest.mark.engine]
NOON = datetime(2026, 5, 20, 3, tzinfo=UTC)
FULL_PRICE = """
key: full_price
name: {ja: 定価の試験, en: A full-price test}
purpose: {ja: 定価で買う方を知る, en: To learn who buys at full price}
hypothesis: {ja: 定価でも買う, en: They buy at full price}
trigger: {kind: purchase, number: 6}
anchor: order
window_days: 90
full_price_test: true
nodes:
  - {id: a_while, wait: {day: 30}}
  - {id: end, exit: {reason: completed}}
"""
# Who, and of his five orders how many had a discount.
PEOPLE = {"always": 5, "four": 4, "three": 3, "never": 0}


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    opened = open_warehouse(tmp_path / "warehouse")
    with clock.use(clock.SimulatedClock(NOON)):
        yield opened
    opened.close()


def buy(who: str, days_ago: int, discount: int = 0) -> None:
    at = datetime.combine(NOON.date() - timedelta(days=days_ago), time(2), UTC)
    line = LineIn("LOTION", "化粧水", 1, 3000, 3000)
    party = PartyIn(email=f"{who}@example.com", family_name="山田")
    order = OrderIn(
        "shop", f"{who}-{days_ago}", at, "accepted", party, (line,), discount_minor=discount
    )
    intake.record_orders([order])


def work() -> None:
    """What the worker does all day."""
    every = (*customer_duties.duties(), *insight_duties.duties(), *plan_duties.duties(batch=50))
    WorkLoop(every).run_until_idle()


def id_of(who: str) -> int:
    return customers.search_customers(f"{who}@example.com")[0].id


def ids(*people: str) -> set[int]:
    return {id_of(who) for who in people}


def record_people(warehouse: Warehouse) -> None:
    for who, discounted in PEOPLE.items():
        for nth in range(5):
            buy(who, 100 - nth * 20, discount=300 if nth < discounted else 0)
    # One order only tells no habit, whatever its price.
    buy("once", 10, discount=300)
    work()
    insight.refresh(warehouse=warehouse, as_of=NOON.date(), depth=Depth.CLASSES)
    work()


@pytest.mark.covers("H-11")
def test_who_buys_in_campaigns_only_is_flagged_kept_out_of_full_price_tests_and_used_for_clearance(
    browser_of_staff: Client, warehouse: Warehouse
) -> None:
    record_people(warehouse)
    everybody = ids(*PEOPLE, "once")
    assert insight.list_sale_only(everybody) == ids("always", "four")
    flag = "セール時のみ購入</span>"
    flagged = {
        who: flag in browser_of_staff.get(f"/customers/{id_of(who)}/").content.decode()
        for who in (*PEOPLE, "once")
    }
    assert flagged == {
        "always": True,
        "four": True,
        "three": False,
        "never": False,
        "once": False,
    }
    # The audience of a clearance is ready-made, and so is the segment of all of them.
    for preset in ("sale_only", "stock_clearance"):
        browser_of_staff.post(f"/analysis/segments/ready/{preset}/")
        segment = next(one for one in insight.list_segments() if one.preset == preset)
        assert set(insight.segment_members(segment.id)) == ids("always", "four")
    # A test of the full price, and everybody's sixth order.
    journey = plan.save_definition(FULL_PRICE, now=NOON)
    plan.activate("full_price", now=NOON - timedelta(hours=3), holdout_share=0.5)
    for who in PEOPLE:
        buy(who, 0, discount=0)
    work()
    assert journey.key == "full_price"
    inside = set(Enrolment.objects.values_list("customer_id", flat=True))
    # With the sixth at full price, five of six are 83 %, four of six 67 %.
    assert inside == ids("four", "three", "never")
    assert set(Assignment.objects.values_list("customer_id", flat=True)) == inside
    found = plan.get_journey("full_price")
    assert (found.entered, dict(found.kept_out)) == (3, {"sale_only": 1})
    page = browser_of_staff.get("/actions/journeys/full_price/").content.decode()
    kept_out = page.split("定価の試験から除いた")[1].split("</div>")[0]
    assert "1<" in kept_out.replace("人", "<")
    assert "理由: セール時のみ購入" in kept_out
    # Asked again he is counted once, and by hand he does not enter either.
    for _ in range(2):
        assert plan.enter_by_hand("full_price", [id_of("always")], now=NOON) == 0
    assert dict(plan.get_journey("full_price").kept_out) == {"sale_only": 1}
    # Any other journey lets him in.
    plan.save_definition(
        FULL_PRICE.replace("key: full_price", "key: other").replace(
            "full_price_test: true", "full_price_test: false"
        ),
        now=NOON,
    )
    plan.activate("other", now=NOON, holdout_share=0)
    assert plan.enter_by_hand("other", [id_of("always")], now=NOON) == 1
    assert (
        "定価の試験から除いた"
        not in browser_of_staff.get("/actions/journeys/other/").content.decode()
    )


def test_a_clearance_leaves_out_who_is_out_of_reach_and_follows_the_shops_own_bar(
    browser_of_staff: Client, warehouse: Warehouse
) -> None:
    for nth in range(3):
        buy("gone", 400 - nth * 20, discount=300)
    record_people(warehouse)
    keys = {spec.key: spec for spec in specs_of(PriceRules).values()}
    for share, expected in ((0.8, ("always", "four")), (0.9, ("always",))):
        save(keys, {"price.campaign_share": share})
        rules = {one.key: one.rule for one in insight.list_presets()}
        found = {
            key: {one.customer_id for one in insight.list_customers(rule=rules[key], limit=50).rows}
            for key in ("sale_only", "stock_clearance")
        }
        assert found["sale_only"] == ids(*expected, "gone")
        assert found["stock_clearance"] == ids(*expected)
        assert insight.list_sale_only(ids(*PEOPLE, "gone")) == found["sale_only"]


def test_an_erased_person_is_in_no_list_of_those_kept_out(
    browser_of_staff: Client, warehouse: Warehouse
) -> None:
    record_people(warehouse)
    plan.save_definition(FULL_PRICE, now=NOON)
    plan.activate("full_price", now=NOON, holdout_share=0)
    plan.enter_by_hand("full_price", [id_of("always")], now=NOON)
    (kept,) = plan.export_person([id_of("always")])["journeys_not_entered"]
    assert (kept["journey_key"], kept["reason"]) == ("full_price", "sale_only")
    plan.erase_person([id_of("always")], NOON)
    assert dict(plan.get_journey("full_price").kept_out) == {}
