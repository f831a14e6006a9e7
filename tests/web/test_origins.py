"""The 360 page says of each part of a profile where it comes from, and of whom nobody may write to."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from okaeri.customers import api as customers
from okaeri.intake import api as intake
from okaeri.intake.types import LineIn, OrderIn, PartyIn

pytestmark = pytest.mark.django_db
CHIP = "分析のみ・配信不可"


def _buy(source: str, order_no: str, day: int, party: PartyIn) -> int:
    at = datetime(2026, 4, day, tzinfo=UTC)
    line = LineIn("A", "A", 1, 3300, 3300)
    order = OrderIn(source, order_no, at, "accepted", party, (line,), total_minor=3300)
    intake.record_orders([order])
    customers.resolve_new_parties(at)
    (buyer,) = customers.search_customers(order_no)
    return buyer.id


def test_a_malls_buyer_is_marked_and_his_parts_are_a_partners(browser_of_staff: Client) -> None:
    him = _buy(
        "rakuten", "r1", 1, PartyIn(member_no="R-7", family_name="佐藤", prefecture="東京都")
    )
    html = browser_of_staff.get(f"/customers/{him}/").content.decode()
    assert CHIP in html
    told = html.split("どこから得た情報か")[1].split("</details>")[0]
    assert "<dt>氏名</dt><dd>楽天" in told
    assert told.count("提携先") == 2
    assert "自社" not in told


def test_what_our_own_shop_was_told_is_first_party(browser_of_staff: Client) -> None:
    her = _buy("shopify", "s1", 1, PartyIn(email="hana@example.com", family_name="鈴木"))
    html = browser_of_staff.get(f"/customers/{her}/").content.decode()
    assert CHIP not in html
    told = html.split("どこから得た情報か")[1].split("</details>")[0]
    assert "<dt>メール</dt><dd>Shopify" in told
    assert "提携先" not in told
