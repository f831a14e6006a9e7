"""A complaint that comes after a sales message was asked for, and before it leaves."""

import re
from datetime import timedelta

import pytest
from django.conf import settings

from okaeri.deliver import api as deliver
from okaeri.deliver.types import MessageView
from okaeri.foundation.work.loop import WorkLoop
from okaeri.intake import api as intake
from okaeri.intake.types import PartyIn, SubscriptionIn
from okaeri.listen import api as listen
from okaeri.plan import api as plan
from okaeri.plan.duties import duties as plan_duties
from okaeri.project import wiring
from tests.plan.conftest import NOON, Shop, know
from tests.plan.journeys_for_tests import source_of

pytestmark = pytest.mark.django_db
OFFER = """
  - {id: until_20, wait: {day: 20}}
  - {id: offer, send: {template: know_us_reorder}}
  - {id: news, send: {template: know_us_maker}}
  - {id: end, exit: {}}
"""


def test_an_offer_already_in_the_outbox_does_not_leave_after_a_complaint(shop: Shop) -> None:
    key = plan.save_definition(source_of(OFFER), now=NOON).key
    plan.activate(key, now=NOON, holdout_share=0.0)
    unhappy, helped, content = (shop.order(name) for name in ("unhappy", "helped", "content"))
    for customer_id in (unhappy, helped, content):
        know(customer_id, NOON.date())
    only_plan = WorkLoop(plan_duties())
    only_plan.run_until_idle()
    shop.pass_days(20)
    only_plan.run_until_idle()
    assert {message_of(person, "offer").status for person in (unhappy, helped)} == {"planned"}

    complain(unhappy, shop)
    complain(helped, shop)
    [low] = listen.answers_of(helped)
    listen.mark_handled(low.id, by="店長", note="お電話しました", at=shop.now)
    loop = wiring.build_loop()
    for _ in range(3):
        loop.run_until_idle()
        shop.pass_days(1)

    stopped = message_of(unhappy, "offer")
    assert stopped.status == "suppressed"
    assert "苦情" in stopped.why.ja
    assert "対応がまだ済んでいないため、販促は送りません。" in stopped.why.ja
    assert message_of(unhappy, "news").status == "accepted"
    assert message_of(helped, "offer").status == "accepted"
    assert message_of(content, "offer").status == "accepted"
    counts = deliver.audience()
    assert counts.pop("audience") == sum(counts.values()) == 6


def test_nothing_is_planned_to_sell_while_a_cancellation_waits(shop: Shop) -> None:
    key = plan.save_definition(source_of(OFFER), now=NOON).key
    plan.activate(key, now=NOON, holdout_share=0.0)
    leaving, staying = (shop.order(name) for name in ("leaving", "staying"))
    for customer_id in (leaving, staying):
        know(customer_id, NOON.date())
    contract = SubscriptionIn(
        "cart", "T-1", "active", NOON, PartyIn(email="leaving@example.invalid"), sku="LOTION"
    )
    intake.record_subscriptions([contract])
    shop.resolve()
    found = intake.list_subscriptions_after(0, 1)[0]
    plan.ask_of_subscription(
        leaving, found.id, "cancel", came_from="preferences", language="ja", now=NOON
    )
    only_plan = WorkLoop(plan_duties())
    only_plan.run_until_idle()
    shop.pass_days(20)
    only_plan.run_until_idle()
    planned = {one.source_part for one in deliver.messages_of(leaving)}
    assert planned == {"open", "news"}
    skipped = [one for one in plan.decisions_of(leaving) if one.action == "skipped"]
    assert ["解約や休止" in one.why.ja for one in skipped] == [True]
    assert message_of(staying, "offer").status == "planned"


def complain(customer_id: int, shop: Shop) -> None:
    link = listen.question_link(
        customer_id, "satisfaction", "https://s.example", settings.SECRET_KEY
    )
    found = re.search(r"/q/([^/]+)/", link)
    assert found
    listen.record_answer(found[1], 1, "ひりひりします", shop.now + timedelta(minutes=1))


def message_of(customer_id: int, part: str) -> MessageView:
    [found] = [one for one in deliver.messages_of(customer_id) if one.source_part == part]
    return found
