"""Every time people's data leaves the house there is a line: what, whose, to whom, when and why."""

import csv
import io
import json
import zipfile

import pytest
from django.test import Client

from okaeri.customers import api as customers
from okaeri.customers.access_types import ProvisionBasis
from okaeri.customers.models import AccessEntry, Customer
from okaeri.foundation import clock
from okaeri.foundation.errors import InputError
from okaeri.web.access import Role
from okaeri.web.api import keys
from okaeri.web.records import KINDS
from tests.web.test_roles import Enter, enter

__all__ = ["enter"]
pytestmark = pytest.mark.django_db
READ = [scope for scope in keys.SCOPES if scope.endswith(":read")]
# What programs read people's data from.
PATHS = (
    *("customers", "customers/{id}", "orders", "answers", "messages", "points"),
    "coupons",
)


def program(recipient: str = "", basis: ProvisionBasis = ProvisionBasis.OWN) -> Client:
    now = clock.now()
    _, token = keys.create(
        "bi", READ, by="mika", now=now, expires_at=None, recipient=recipient, basis=basis
    )
    return Client(headers={"authorization": f"Bearer {token}"})


def test_what_a_key_reads_is_given_to_whose_key_it_is(living_shop: None) -> None:
    who = Customer.objects.order_by("id")[0].pk
    agency = program("分析会社", ProvisionBasis.ENTRUSTED)
    for path in PATHS:
        before = AccessEntry.objects.count()
        reply = agency.get(f"/api/v1/{path.format(id=who)}?limit=500")
        assert reply.status_code == 200, path
        written = list(AccessEntry.objects.order_by("id")[before:])
        people = {
            one["customer_id"] for one in reply.json().get("items", []) if "customer_id" in one
        }
        # One line however many people, and none where nobody's data left.
        assert len(written) == (path.startswith("customers") or bool(people - {None})), path
        assert {(one.recipient, one.basis) for one in written} <= {("分析会社", "entrusted")}
        if people - {None}:
            assert written[0].people == len(people - {None})
    (given,) = customers.summarize_provisions([who])
    assert (given.recipient, given.basis) == ("分析会社", "entrusted")
    assert {"name", "email", "orders"} <= set(given.fields)


def test_the_shops_own_program_is_noted_as_the_shop(living_shop: None) -> None:
    program().get("/api/v1/customers?limit=500")
    entry = AccessEntry.objects.get()
    assert (entry.recipient, entry.basis) == ("", "own")


@pytest.mark.parametrize(
    ("recipient", "basis"), [("", ProvisionBasis.CONSENT), ("分析会社", ProvisionBasis.OWN)]
)
def test_a_key_names_recipient_and_basis_or_neither(recipient: str, basis: ProvisionBasis) -> None:
    with pytest.raises(InputError):
        program(recipient, basis)


def test_the_form_of_a_key_asks_whose_it_is(browser_of_staff: Client) -> None:
    said = {"name": "BI", "scope": "orders:read", "basis": "entrusted", "recipient": "分析会社"}
    page = browser_of_staff.post("/settings/api-keys/", said).content.decode()
    assert "分析会社 (業務の委託)" in page
    refused = browser_of_staff.post("/settings/api-keys/", {**said, "recipient": ""})
    assert refused.status_code == 400


@pytest.mark.parametrize(
    "address", ["/customers/", *(f"/settings/exports/{key}/" for key in KINDS)]
)
def test_every_download_of_people_is_noted_with_its_recipient(
    address: str, living_shop: None, browser_of_staff: Client
) -> None:
    mine = b"".join(browser_of_staff.get(f"{address}?csv=utf-8"))
    theirs = b"".join(
        browser_of_staff.get(f"{address}?csv=utf-8&given_to=配送会社&given_on=consent")
    )
    assert mine == theirs
    lines = AccessEntry.objects.filter(action="export").order_by("id")
    has_people = mine.count(b"\n") > 1
    expected = [("", "own"), ("配送会社", "consent")] if has_people else []
    assert list(lines.values_list("recipient", "basis")) == expected


def test_masked_rows_for_the_shop_itself_are_no_provision(living_shop: None, enter: Enter) -> None:
    marketer = enter(Role.MARKETER)
    b"".join(marketer.get("/customers/?csv=utf-8"))
    b"".join(marketer.get("/customers/?csv=utf-8&given_to=代理店&given_on=entrusted"))
    lines = AccessEntry.objects.filter(action="export").order_by("id")
    assert list(lines.values_list("recipient", "basis")) == [("", ""), ("代理店", "entrusted")]


def test_the_page_of_downloads_hands_the_recipient_on(
    living_shop: None, browser_of_staff: Client
) -> None:
    page = browser_of_staff.get("/settings/exports/?given_to=A%26B社&given_on=law").content.decode()
    assert "「A&amp;B社」への提供(法令)" in page
    assert "csv=utf-8&amp;given_to=A%26B%E7%A4%BE&amp;given_on=law" in page
    plain = browser_of_staff.get("/settings/exports/?given_to=A社&given_on=own").content.decode()
    assert "csv=utf-8&amp;given" not in plain


def test_the_record_is_read_narrowed_and_taken_along(
    living_shop: None, browser_of_staff: Client
) -> None:
    one, other = Customer.objects.order_by("id")[:2]
    program("分析会社", ProvisionBasis.SHARED).get(f"/api/v1/customers/{one.pk}")
    browser_of_staff.get(f"/customers/{one.pk}/export.zip")
    address = "/settings/privacy/provisions/"
    page = browser_of_staff.get(address).content.decode()
    assert "2件の提供" in page
    assert "共同利用" in page
    assert "ご本人への開示" in page
    for query, found in (
        ("recipient=分析会社", 1),
        ("basis=person", 1),
        (f"customer={one.pk}", 2),
        (f"customer={other.pk}", 0),
        ("until=2000-01-01", 0),
    ):
        page = browser_of_staff.get(f"{address}?{query}").content.decode()
        assert page.count("/api/v1/customers/") + page.count("export.zip") == found, query
    said = b"".join(browser_of_staff.get(f"{address}?csv=utf-8&recipient=分析会社"))
    rows = list(csv.DictReader(io.StringIO(said.decode("utf-8-sig"))))
    assert [(row["渡した相手"], row["根拠"]) for row in rows] == [("分析会社", "共同利用")]


def test_a_person_sees_who_was_given_his_data(living_shop: None, browser_of_staff: Client) -> None:
    person = Customer.objects.order_by("id")[0]
    page = browser_of_staff.get(f"/customers/{person.pk}/privacy/").content.decode()
    assert "だれにも渡していません。" in page
    program("分析会社", ProvisionBasis.ENTRUSTED).get("/api/v1/customers?limit=500")
    page = browser_of_staff.get(f"/customers/{person.pk}/privacy/").content.decode()
    assert "分析会社" in page
    archive = zipfile.ZipFile(
        io.BytesIO(browser_of_staff.get(f"/customers/{person.pk}/export.zip").content)
    )
    (given,) = json.loads(archive.read("person.json"))["provisions"]
    assert (given["recipient"], given["basis"]) == ("分析会社", "entrusted")


def test_only_who_may_see_the_log_sees_the_record(enter: Enter) -> None:
    assert enter(Role.MARKETER).get("/settings/privacy/provisions/").status_code == 403
