"""Whoever owes for an order past its day gets no points until it is paid."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from okaeri.customers import api as customers
from okaeri.insight.models import CustomerInsight
from okaeri.intake import api as intake
from okaeri.intake.types import PaymentIn
from okaeri.plan import api as plan
from okaeri.rewards import api as rewards
from tests.plan.conftest import NOON, Run, Shop, know
from tests.plan.journeys_for_tests import source_of

pytestmark = pytest.mark.django_db
GIFT = """
  - {id: gift, grant: {points: 100, reason: thanks}}
  - {id: end, exit: {}}
"""


def pay(order_no: str, status: str, days: int = 0) -> None:
    due_on = NOON.date() - timedelta(days=1)
    at = NOON + timedelta(days=days)
    intake.record_payments([PaymentIn("test", order_no, status, at, due_on=due_on)])


def test_no_points_for_who_owes_and_the_reason_says_so(shop: Shop, run_plan: Run) -> None:
    key = plan.save_definition(source_of(GIFT), now=NOON).key
    plan.activate(key, now=NOON, holdout_share=0.0)
    owes, paid, plain = (shop.order(name, order_no=name) for name in ("owes", "paid", "plain"))
    pay("owes", "open")
    pay("paid", "paid")
    assert customers.owing([owes, paid, plain], NOON.date()) == {owes}
    assert customers.owing([owes], NOON.date() - timedelta(days=1)) == set()
    run_plan()
    assert [rewards.balance_of(who) for who in (owes, paid, plain)] == [0, 100, 100]
    said = [one.why.ja for one in plan.decisions_of(owes)]
    assert "お支払いの期日を過ぎた注文があるため、ポイントは贈りませんでした" in said
    pay("owes", "paid", days=1)
    assert customers.owing([owes], NOON.date()) == set()


VIP = """
  - id: best
    branch: {when: [{field: is_vip, op: "=", value: true}], then: gift, otherwise: end}
  - {id: gift, grant: {points: 500, reason: VIP}}
  - {id: end, exit: {}}
"""


@pytest.mark.covers("Q-21")
def test_who_owes_gets_no_points_and_is_no_vip_until_it_is_paid(
    shop: Shop, run_plan: Run, client: Client
) -> None:
    client.force_login(User.objects.create_superuser("mika", password="a-long-word-of-mine"))
    key = plan.save_definition(source_of(VIP), now=NOON).key
    plan.activate(key, now=NOON, holdout_share=0.0)
    names = ("owes", "paid", "plain", "lately", "long")
    owes, paid, plain, lately, long = (shop.order(name, order_no=name) for name in names)
    for who in (owes, paid, plain, lately, long):
        know(who, NOON.date())
    # No longer loyal: VIP treatment stays for sixty days, today the last of them.
    for who, days in ((lately, 59), (long, 60)):
        ended = NOON.date() - timedelta(days=days)
        CustomerInsight.objects.filter(customer_id=who).update(stage="steady", prime_ended_on=ended)
    CustomerInsight.objects.filter(customer_id__in=[owes, paid]).update(stage="prime")
    pay("owes", "open")
    pay("paid", "paid")
    run_plan()
    people = (owes, paid, plain, lately, long)
    assert [rewards.balance_of(who) for who in people] == [0, 500, 0, 500, 0]
    assert "VIPの扱い" in " ".join(one.why.ja for one in plan.decisions_of(owes))

    def page(who: int) -> str:
        return client.get(f"/customers/{who}/", headers={"accept-language": "ja"}).content.decode()

    assert "入金まで、特典とVIPの扱いを止めています" in page(owes)
    assert ">VIP<" in page(paid)
    assert ">VIP<" not in page(owes)
    assert ">VIP<" not in page(plain)
    assert "優良客ではなくなりましたが、2026" in page(lately)
    assert ">VIP<" not in page(long)
    pay("owes", "paid", days=1)
    assert ">VIP<" in page(owes)
