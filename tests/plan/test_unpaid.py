"""Whoever owes for an order past its day gets no points until it is paid."""

from datetime import timedelta

import pytest

from okaeri.customers import api as customers
from okaeri.intake import api as intake
from okaeri.intake.types import PaymentIn
from okaeri.plan import api as plan
from okaeri.rewards import api as rewards
from tests.plan.conftest import NOON, Run, Shop
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
