"""Membership cards: issued, shown on the phone, read at the till, and receipts join the person."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from okaeri.customers import api as customers
from okaeri.customers.models import Customer
from okaeri.foundation import clock
from okaeri.intake import api as intake
from okaeri.web.api import keys
from tests.web import call_shop, shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(db: None) -> int:
    return call_shop.fill()[9]


def issue(client: Client, person: int) -> str:
    assert customers.find_card(person) == ""
    client.post(f"/customers/{person}/card/")
    return customers.find_card(person)


@pytest.mark.covers("G-15")
def test_a_card_is_issued_printed_shown_on_the_phone_and_found_at_the_counter(
    person: int, browser_of_staff: Client
) -> None:
    code = issue(browser_of_staff, person)
    browser_of_staff.post(f"/customers/{person}/card/")
    assert customers.find_card(person) == code
    printed = browser_of_staff.get(f"/customers/{person}/card/").content.decode()
    assert customers.card_in_groups(code) in printed
    # Three corner marks: a full QR code (21 by 21 at least), which every scanner reads.
    box = re.search(r'viewBox="0 0 (\d+) ', printed[printed.index('class="qr"') :])
    assert box is not None
    assert int(box.group(1)) >= (21 + 8) * 6
    link = customers.card_link(person, "", settings.SECRET_KEY)
    phone = Client().get(link).content.decode()
    profile = customers.get_customer(person)
    assert customers.card_in_groups(code) in phone
    assert profile.family_name not in phone
    typed = f" {code[:7].lower()}-{code[7:]}"
    found = browser_of_staff.get("/customers/counter/", {"code": typed}).content.decode()
    assert profile.full_name in found
    unknown = browser_of_staff.get("/customers/counter/", {"code": "OKR000000010000"})
    assert unknown.status_code == 404


def test_a_link_nobody_made_and_a_card_nobody_issued_show_nothing(person: int) -> None:
    link = customers.card_link(person, "", settings.SECRET_KEY)
    assert Client().get(link).status_code == 404
    customers.issue_card(person, settings.SECRET_KEY)
    assert Client().get(link).status_code == 200
    assert Client().get(link.replace(f"/{person}-", f"/{person - 1}-")).status_code == 404


def test_a_till_asks_the_api_by_card(person: int, browser_of_staff: Client) -> None:
    code = issue(browser_of_staff, person)
    scopes = ["customers:read"]
    _, token = keys.create("till", scopes, by="mika", now=clock.now(), expires_at=None)
    till = Client(headers={"authorization": f"Bearer {token}"})
    found = till.get(f"/api/v1/members/{code}").json()
    assert (found["id"], found["points"]) == (person, 0)
    assert till.get("/api/v1/members/OKR000000010000").status_code == 404


@pytest.mark.covers("G-08")
def test_a_receipt_of_the_shop_with_the_member_code_joins_the_same_timeline(
    person: int, browser_of_staff: Client, tmp_path: Path
) -> None:
    code = issue(browser_of_staff, person)
    people = Customer.objects.count()
    path = tmp_path / "receipts.csv"
    path.write_text(
        "取引ID,取引日時,取引区分,取消区分,会員コード,会員名,商品コード,商品名,販売単価,数量,合計\n"
        f"R-1,2026-10-30 12:00:00,1,0,{code.lower()},,A1,石けん,900,1,900\n"
        "R-2,2026-10-30 12:05:00,1,0,,,A1,石けん,900,1,900\n",
        encoding="cp932",
    )
    result = intake.import_file(path, connector="smaregi")
    assert result.orders_new == 2
    shop.resolve()
    assert Customer.objects.count() == people
    orders = [one.order_no for one in customers.purchase_history([person])[person]]
    assert "R-1" in orders
    assert "R-2" not in orders
    story = browser_of_staff.get(f"/customers/{person}/").content.decode()
    assert "R-1" in story
    assert f"/customers/{person}/" in story


def test_a_card_goes_along_with_a_merge_and_comes_back_with_its_end(person: int) -> None:
    code = customers.issue_card(person, settings.SECRET_KEY)
    other = customers.search_customers("user1@example.invalid")[0].id
    Customer.objects.filter(pk=person).update(merged_into=other)
    assert customers.find_by_card(code) == other
    assert customers.find_card(other) == code
