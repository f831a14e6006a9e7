"""Trend customers who depend on discounts get no costly perks: no invitation, no points, no arm."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from django.test import Client

from okaeri.customers import api as customers
from okaeri.customers import duties as customer_duties
from okaeri.foundation import clock
from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.foundation.work.loop import WorkLoop
from okaeri.insight import api as insight
from okaeri.insight import duties as insight_duties
from okaeri.insight.types import Depth, Stage
from okaeri.intake import api as intake
from okaeri.intake.types import LineIn, OrderIn, PartyIn
from okaeri.measure.models import Assignment
from okaeri.plan import api as plan
from okaeri.plan import duties as plan_duties
from okaeri.plan.models import Enrolment
from okaeri.rewards import api as rewards

pytestmark = [pytest.mark.django_db, pytest.mark.engine]
NOON = datetime(2026, 5, 20, 3, tzinfo=UTC)
# Who; his five orders began so many days ago, and so many of them had a discount.
PEOPLE = {"dependent": (100, 3), "trend": (100, 2), "prime": (300, 5)}
POINTS = """
key: points
name: {ja: ポイント, en: Points}
purpose: {ja: お礼, en: Thanks}
hypothesis: {ja: 続く, en: They stay}
trigger: {kind: segment, preset: high_spend}
anchor: entry
window_days: 90
exit_on: []
nodes:
  - {id: thanks, grant: {points: 100, reason: お礼}}
  - {id: end, exit: {reason: completed}}
"""


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    opened = open_warehouse(tmp_path / "warehouse")
    with clock.use(clock.SimulatedClock(NOON)):
        yield opened
    opened.close()


@pytest.fixture
def people(browser_of_staff: Client, warehouse: Warehouse) -> dict[str, int]:
    for who, (began, discounted) in PEOPLE.items():
        for nth in range(5):
            at = datetime.combine(NOON.date() - timedelta(days=began - nth * 15), time(2), UTC)
            line = LineIn("LOTION", "化粧水", 1, 30_000, 30_000)
            party = PartyIn(email=f"{who}@example.com", family_name="山田")
            discount = 300 if nth < discounted else 0
            intake.record_orders(
                [OrderIn("shop", f"{who}{nth}", at, "accepted", party, (line,), discount)]
            )
    work()
    insight.refresh(warehouse=warehouse, as_of=NOON.date(), depth=Depth.CLASSES)
    work()
    for preset in insight.list_presets():
        if preset.key in ("high_spend", "prime"):
            insight.create_segment(
                preset.name.ja, preset.rule, warehouse=warehouse, preset=preset.key
            )
    return {who: customers.search_customers(f"{who}@example.com")[0].id for who in PEOPLE}


def work() -> None:
    every = (*customer_duties.duties(), *insight_duties.duties(), *plan_duties.duties(batch=50))
    WorkLoop(every).run_until_idle()


@pytest.mark.covers("C-08")
def test_a_trend_customer_who_depends_on_discounts_is_kept_out_of_the_vip_invitation(
    people: dict[str, int], browser_of_staff: Client
) -> None:
    standings = insight.list_insights(people.values())
    assert [standings[people[who]].stage for who in PEOPLE] == [
        Stage.TREND, Stage.TREND, Stage.PRIME,
    ]  # fmt: skip
    # 値引き購入率 and 粗利率 stand with each customer, and the class is split by the shop's own bar.
    assert [standings[people[who]].discount_share for who in PEOPLE] == [0.6, 0.4, 1.0]
    assert insight.list_discount_dependent(people.values()) == {people["dependent"]}
    plan.install_playbooks(now=NOON)
    plan.activate("vip_invitation", now=NOON, holdout_share=0.5)
    for _ in range(2):
        plan.enter_by_hand("vip_invitation", list(people.values()), now=NOON)
    inside = set(Enrolment.objects.values_list("customer_id", flat=True))
    assert inside == {people["trend"], people["prime"]}
    assert set(Assignment.objects.values_list("customer_id", flat=True)) == inside
    found = plan.get_journey("vip_invitation")
    assert (found.entered, dict(found.kept_out)) == (2, {"discount_dependent": 1})
    page = browser_of_staff.get("/actions/journeys/vip_invitation/").content.decode()
    kept_out = page.split("特典から除いた")[1].split("</div>")[0]
    assert "1<" in kept_out.replace("人", "<")
    assert "定価の試験から除いた" not in page
    assert plan.get_journey("vip_welcome").has_costly_perks


def test_he_gets_no_points_in_any_journey_and_the_others_do(people: dict[str, int]) -> None:
    plan.save_definition(POINTS, now=NOON)
    plan.activate("points", now=NOON, holdout_share=0)
    plan.enter_by_hand("points", list(people.values()), now=NOON)
    assert plan.get_journey("points").entered == 3
    work()
    points = {who: rewards.balance_of(number) for who, number in people.items()}
    assert points == {"dependent": 0, "trend": 100, "prime": 100}
