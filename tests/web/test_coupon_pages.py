"""Staff make coupons with the house's terms, see what became of them, and stop them."""

import csv
import io

import pytest
from django.test import Client

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.rewards import api as rewards
from okaeri.rewards.coupon_types import CouponFor, CouponKind
from tests.web import call_shop

pytestmark = pytest.mark.django_db
LIST, NEW = "/actions/coupons/", "/actions/coupons/new/"
FORM = {
    "key": "next10", "ja": "次回のお買い物に", "en": "For your next order", "kind": "percent",
    "value": "10", "minimum": "0", "days": "30", "terms_ja": "セール品は対象外です。",
    "terms_en": "Sale items are excluded.",
}  # fmt: skip


def test_the_form_begins_with_the_terms_of_the_house_and_keeps_them(
    browser_of_staff: Client,
) -> None:
    assert "まだクーポンがありません" in browser_of_staff.get(LIST).content.decode()
    page = browser_of_staff.get(NEW).content.decode()
    for value in ('value="10"', 'value="30"', 'value="セール品は対象外です。"'):
        assert value in page
    assert browser_of_staff.post(NEW, FORM).status_code == 302
    (offer,) = rewards.list_offers()
    assert (offer.kind, offer.value, offer.valid_days) == (CouponKind.PERCENT, 10, 30)
    again = browser_of_staff.post(NEW, FORM | {"ja": "別の名前"})
    assert again.status_code == 400
    assert "使われています" in again.content.decode()
    assert 'value="別の名前"' in again.content.decode()


@pytest.mark.parametrize(
    "wrong", [{"value": "x"}, {"value": "101"}, {"kind": "gift"}, {"days": ""}, {"key": "A b"}]
)
def test_terms_nobody_can_keep_are_refused(browser_of_staff: Client, wrong: dict[str, str]) -> None:
    answer = browser_of_staff.post(NEW, FORM | wrong)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()
    assert rewards.list_offers() == []


def test_what_became_of_a_coupon_is_on_the_page_and_in_the_file(browser_of_staff: Client) -> None:
    browser_of_staff.post(NEW, FORM)
    people = [CouponFor(number, f"k{number}") for number in (1, 2, 3)]
    rewards.issue_coupons("next10", people, at=clock.now())
    code = rewards.coupons_of(1)[0].code
    rewards.redeem_coupon(code, key="k", reference="", amount_minor=5_000, at=clock.now())
    assert "500円" in browser_of_staff.get(LIST).content.decode()
    browser_of_staff.post(f"{LIST}next10/stop/")
    assert rewards.coupons_of(2)[0].is_usable
    browser_of_staff.post(f"{LIST}next10/withdraw/")
    assert not rewards.coupons_of(2)[0].is_usable
    body = b"".join(browser_of_staff.get(f"{LIST}?csv=utf-8")).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(body)))
    assert rows[1][5:] == ["取り消し", "3", "1", "0", "2", "500"]
    assert browser_of_staff.post(f"{LIST}nothing/stop/").status_code == 404


def test_staff_end_the_links_to_a_page(browser_of_staff: Client) -> None:
    person = call_shop.fill()[9]
    browser_of_staff.post(NEW, FORM)
    rewards.issue_coupons("next10", [CouponFor(person, "k")], at=clock.now())
    address = rewards.my_page_links([person], "")[person]
    assert Client().get(address).status_code == 200
    end = f"/customers/{person}/page-links/end/"
    assert end in browser_of_staff.get(f"/customers/{person}/").content.decode()
    browser_of_staff.post(end)
    assert Client().get(address).status_code == 404
    assert customers.get_customer(person).id == person
