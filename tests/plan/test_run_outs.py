"""Walks that begin before something runs out: on time, once, not for subscribers, over by a reorder."""

from datetime import date, timedelta

import pytest

from okaeri.foundation.warehouse import open_warehouse
from okaeri.insight import api as insight
from okaeri.insight.models import RunOut
from okaeri.insight.types import Depth
from okaeri.intake import api as intake
from okaeri.intake.types import ProductIn, SubscriptionIn
from okaeri.plan import api as plan
from okaeri.plan.models import Enrolment
from tests.plan.conftest import NOON, Run, Shop

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


def runs_out(customer_id: int, on: date, *, last_on: date, sku: str = "LOTION") -> None:
    """Let insight know a run-out, as its nightly refresh would."""
    RunOut.objects.create(
        customer_id=customer_id, sku=sku, last_on=last_on, runs_out_on=on, basis="supply"
    )


def start(key: str = "runs_out") -> None:
    plan.activate(key, now=NOON, holdout_share=0.0)


def entered() -> list[int]:
    return list(Enrolment.objects.order_by("customer_id").values_list("customer_id", flat=True))


@pytest.mark.covers("F-05")
def test_a_notice_leaves_five_days_before_the_run_out_and_stops_on_reorder(
    shop: Shop, run_plan: Run, tmp_path: object
) -> None:
    intake.record_products([ProductIn(sku="LOTION", name="化粧水", days_supply=30)])
    # Bought 20 days ago, arrives after 3, lasts 30: it runs out in 13 days.
    aiko = shop.order("aiko", at=NOON - timedelta(days=20))
    warehouse = open_warehouse(tmp_path / "warehouse")  # type: ignore[operator]
    insight.refresh(warehouse=warehouse, as_of=TODAY, depth=Depth.CLASSES)
    warehouse.close()
    start()
    run_plan()
    assert entered() == []
    shop.pass_days(7)
    run_plan()
    assert entered() == []
    shop.pass_days(1)
    run_plan()
    assert entered() == [aiko]
    (walk,) = Enrolment.objects.all()
    (decision, *_) = [d for d in plan.decisions_of(aiko) if d.action == "entered"]
    assert "使い切り予定日" in decision.why.ja
    shop.order("aiko", at=shop.now + timedelta(hours=1))
    shop.pass_days(1)
    run_plan()
    walk.refresh_from_db()
    assert (walk.state, walk.exit_reason) == ("exited", "goal")
    # The same run-out never begins a second walk.
    shop.pass_days(1)
    run_plan()
    assert entered() == [aiko]


SOAP_JOURNEY = """
key: soap_cycle
name: {ja: 石けん, en: Soap}
purpose: {ja: 石けんの周期, en: The cycle of soap}
hypothesis: {ja: 増える, en: More}
trigger: {kind: run_out, sku: SOAP, lead_days: 10}
anchor: entry
window_days: 30
nodes:
  - {id: notice, send: {template: runs_out_notice}}
  - {id: end, exit: {reason: completed}}
"""


@pytest.mark.covers("F-09")
def test_a_cycle_of_one_product_has_its_own_lead_and_leaves_subscribers_alone(
    shop: Shop, run_plan: Run
) -> None:
    bought = NOON - timedelta(days=20)
    names = ("single", "subscriber", "other", "stopped", "lotion", "untold")
    ids = {
        name: shop.order(
            name,
            at=bought,
            sku="LOTION" if name == "lotion" else "SOAP",
            # Of his contract the shop tells nothing but the number on what it delivers.
            subscription_no="S-9" if name == "untold" else "",
        )
        for name in names
    }
    for name, sku, status in (
        ("subscriber", "SOAP", "active"),
        ("other", "CREAM", "active"),
        ("stopped", "SOAP", "cancelled"),
    ):
        intake.record_subscriptions([_contract(name, sku, status)])
    shop.resolve()
    for name, number in ids.items():
        sku = "LOTION" if name == "lotion" else "SOAP"
        runs_out(number, TODAY + timedelta(days=10), last_on=bought.date(), sku=sku)
    plan.save_definition(SOAP_JOURNEY, now=NOON)
    start("soap_cycle")
    run_plan()
    assert entered() == sorted(ids[name] for name in ("single", "other", "stopped"))
    assert plan.get_journey("soap_cycle").trigger.ja == "商品 SOAP の使い切り予定日の10日前"


def _contract(name: str, sku: str, status: str) -> SubscriptionIn:
    from okaeri.intake.types import PartyIn

    return SubscriptionIn(
        source="test",
        subscription_no=f"S-{name}",
        party=PartyIn(email=f"{name}@example.invalid"),
        status=status,
        sku=sku,
        changed_at=NOON,
    )


def test_whoever_bought_it_again_since_the_analysis_does_not_enter(
    shop: Shop, run_plan: Run
) -> None:
    bought = NOON - timedelta(days=20)
    again, another = shop.order("again", at=bought), shop.order("another", at=bought)
    for number in (again, another):
        runs_out(number, TODAY + timedelta(days=5), last_on=bought.date())
    shop.order("again", at=NOON - timedelta(hours=5))
    shop.order("another", at=NOON - timedelta(hours=5), sku="SOAP")
    start()
    run_plan()
    assert entered() == [another]
