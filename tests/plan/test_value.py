"""Who doubts the price hears what a day costs and how to pay less for waste, and gets no discount."""

from datetime import timedelta
from pathlib import Path

import pytest

from okaeri.customers import api as customers
from okaeri.intake import api as intake
from okaeri.intake.types import ProductIn
from okaeri.plan import api as plan
from okaeri.plan.types import DefinitionError
from okaeri.rewards import api as rewards
from tests.intake.forms_for_tests import name_the_shop
from tests.plan.conftest import NOON, Shop
from tests.plan.test_form_trigger import Office

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(shop: Shop, tmp_path: Path) -> Office:
    made = Office(shop.clock)
    made.start(tmp_path / "mailbox.db")
    name_the_shop()
    return made


def third_order(office: Office, name: str) -> int:
    for days in (80, 40):
        office.order(name, at=NOON - timedelta(days=days))
    return office.order(name, at=office.now)


@pytest.mark.covers("E-16")
def test_who_doubts_the_price_gets_value_a_plan_and_points_and_no_discount(office: Office) -> None:
    # One bottle of 5,000 yen lasts fifty days.
    intake.record_products([ProductIn("LOTION", "化粧水", days_supply=50)])
    customers.save_attribute(customers.SUGGESTED_ATTRIBUTES[-1])
    plan.activate("value_for_money", now=NOON, holdout_share=0.0)
    doubts, content = third_order(office, "doubts"), third_order(office, "content")
    customers.record_attribute(doubts, "motivation", "cost", source="staff", at=NOON)
    office.work()
    for _ in range(40):
        office.pass_days(1)
        office.work()
    mine = [mail for mail in office.mails() if mail[0] == "doubts@example.invalid"]
    assert [subject for _, subject, _ in mine] == [
        "化粧水、1日あたりにすると",
        "お届けの間隔や量を、変えることもできます",
    ]
    assert "1日およそ100円" in mine[0][2]
    assert "お届けの間隔を延ばす" in mine[1][2]
    for _, subject, text in mine:
        assert not any(word in subject + text for word in ("クーポン", "割引", "値引き", "OFF"))
    assert (rewards.balance_of(doubts), rewards.balance_of(content)) == (100, 0)
    assert [mail for mail in office.mails() if mail[0] == "content@example.invalid"] == []


def test_where_nobody_knows_how_long_it_lasts_no_number_is_made_up(office: Office) -> None:
    intake.record_products([ProductIn("LOTION", "化粧水")])
    who = third_order(office, "doubts")
    words = plan.preview("value_daily", who).body_text
    assert "何日でなくなるか" in words
    assert "1日およそ" not in words


def test_without_the_attribute_the_journey_is_there_and_says_what_it_lacks(office: Office) -> None:
    with pytest.raises(DefinitionError) as refused:
        plan.activate("value_for_money", now=NOON)
    assert "motivation" in refused.value.message.en
