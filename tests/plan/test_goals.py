"""Goals: one for each journey, checked in its definition, counted on its page."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from okaeri.customers import api as customers
from okaeri.intake import api as intake
from okaeri.intake.models import Form, FormEntry
from okaeri.intake.types import InquiryIn, LineIn, OrderIn, PartyIn, SubscriptionIn
from okaeri.plan import api as plan
from okaeri.plan.models import Enrolment
from okaeri.plan.types import GOAL_NAMES, Goal
from tests.plan.conftest import Run, Shop

SOURCE = """
key: aim
name: {ja: 目的の試し, en: A try}
purpose: {ja: 試し, en: try}
hypothesis: {ja: 試し, en: try}
trigger: {kind: purchase, number: 1}
GOAL
anchor: order
window_days: 30
exit_on: []
nodes:
  - {id: rest, wait: {day: 60}}
  - {id: end, exit: {reason: completed}}
"""
WHO = PartyIn(email="hana@example.invalid")


def definition(goal: str) -> str:
    return SOURCE.replace("GOAL", goal)


@pytest.mark.django_db
def test_a_definition_names_exactly_one_known_goal() -> None:
    for goal in Goal:
        assert plan.check_definition(definition(f"goal: {goal.value}")) == []
    assert plan.check_definition(definition("")) == []
    for wrong in ("goal: fame", "goal: [purchase, visit]", "goal: {purchase: 1}", "goal:"):
        problems = plan.check_definition(definition(wrong))
        assert len(problems) == 1, wrong
        assert "goal" in problems[0].ja


def do(goal: Goal, shop: Shop, person: int) -> None:
    """Let a person do what a journey is for."""
    at = shop.now
    if goal in (Goal.PURCHASE, Goal.FULL_PRODUCT, Goal.VISIT):
        source = "smaregi" if goal is Goal.VISIT else "test"
        line = LineIn("SOAP", "石けん", 1, 900, 900)
        order = OrderIn(source, "N-1", at, "accepted", WHO, (line,), total_minor=900)
        intake.record_orders([order])
    elif goal is Goal.SUBSCRIPTION:
        given = SubscriptionIn("test", "S-1", "active", at, WHO, started_on=at.date())
        intake.record_subscriptions([given])
    elif goal is Goal.INQUIRY:
        intake.record_inquiries([InquiryIn("t", "1", "mail", "question", "open", at, at, WHO)])
    elif goal is Goal.SIGNUP:
        form = Form.objects.create(
            key="join", kind="signup", definition={}, created_at=at, changed_at=at
        )
        FormEntry.objects.create(
            form=form,
            form_version=1,
            token="t",
            status="confirmed",
            party_id=customers.parties_of([person])[person][0],
            created_at=at,
            confirmed_at=at,
            expires_at=at,
            change_no=1,
            answers={},
        )
    elif goal is Goal.LINE:
        customers.record_consent(
            person, channel="line", action="granted", basis="opt_in", source="form", occurred_at=at
        )
    shop.resolve()


@pytest.mark.covers("B-16")
@pytest.mark.django_db
@pytest.mark.parametrize("goal", list(Goal))
def test_what_a_journey_is_for_is_counted_on_its_page(
    goal: Goal, shop: Shop, run_plan: Run
) -> None:
    plan.save_definition(definition(f"goal: {goal.value}"), now=shop.now)
    plan.activate("aim", now=shop.now, holdout_share=0)
    shop.pass_days(1)
    hana = shop.order("hana")
    shop.order("taro")
    run_plan()
    assert Enrolment.objects.filter(journey__key="aim").count() == 2
    staff = User.objects.create_superuser("mika", password="a-long-word")
    client = Client(headers={"accept-language": "ja"})
    client.force_login(staff)
    count = plan.count_goal("aim")
    assert (count.treated, count.treated_reached) == (2, 0)
    shop.pass_days(3)
    do(goal, shop, hana)
    count = plan.count_goal("aim")
    assert (count.treated_reached, count.left_out) == (1, 0)
    html = client.get("/actions/journeys/aim/").content.decode()
    assert f"目的「{GOAL_NAMES[goal].ja}」の達成" in html
    assert "50.0%" in html
    assert GOAL_NAMES[goal].ja in client.get("/actions/journeys/").content.decode()


@pytest.mark.django_db
def test_what_comes_after_the_window_or_with_the_trigger_does_not_count(
    shop: Shop, run_plan: Run
) -> None:
    plan.save_definition(definition("goal: purchase"), now=shop.now)
    plan.activate("aim", now=shop.now, holdout_share=0)
    shop.pass_days(1)
    hana = shop.order("hana")
    shop.order("hana")
    run_plan()
    assert plan.count_goal("aim").treated_reached == 0
    shop.pass_days(31)
    do(Goal.PURCHASE, shop, hana)
    assert plan.count_goal("aim").treated_reached == 0
    assert timedelta(days=30).days == plan.count_goal("aim").window_days
