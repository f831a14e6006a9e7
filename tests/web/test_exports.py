"""Everything can be taken out, by programs and as CSV, and what was gathered once serves everywhere."""

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from okaeri.customers.models import AccessEntry, Customer
from okaeri.deliver.models import Message
from okaeri.foundation import clock
from okaeri.foundation.text import Text
from okaeri.foundation.warehouse import open_warehouse
from okaeri.insight import api as insight
from okaeri.insight.types import Depth
from okaeri.intake import api as intake
from okaeri.intake.event_types import EventIn
from okaeri.intake.models import Event, Order
from okaeri.intake.types import PartyIn
from okaeri.listen.models import Answer, AnswerGiven
from okaeri.plan import api as plan
from okaeri.project.wiring import answers_for_segments
from okaeri.rewards import api as rewards
from okaeri.rewards.coupon_types import CouponFor, OfferIn
from okaeri.rewards.models import Account, Coupon, Entry
from okaeri.web.access import Role, give_role
from okaeri.web.api import keys
from okaeri.web.records import KINDS
from tests.web import shop

pytestmark = pytest.mark.django_db
# Kind → how many rows the product holds of it.
COUNTS = {
    "orders": lambda: Order.objects.count(),
    "answers": lambda: AnswerGiven.objects.count(),
    "messages": lambda: Message.objects.count(),
    "points": lambda: Entry.objects.filter(account__kind=Account.Kind.CUSTOMER).count(),
    "coupons": lambda: Coupon.objects.count(),
    "events": lambda: Event.objects.count(),
}


@pytest.fixture
def full_shop(living_shop: None) -> int:
    """A shop with some of everything; gives the customer who visited its pages and got a coupon."""
    who = Customer.objects.get(email="user3@example.invalid").pk
    now = clock.now()
    seen = [
        EventIn(f"e{n}", "product_view", now, f"device-{n % 2}", url="https://shop.example/a", sku="LOTION")
        for n in range(3)
    ]  # fmt: skip
    party = PartyIn(member_no="M00003", email="user3@example.invalid")
    seen.append(EventIn("e9", "search", now, party=party, query="化粧水"))
    intake.record_events(seen, source="web", received_at=now)
    shop.resolve()
    rewards.create_offer(OfferIn("next10", Text("次回10%引き", "10% off")), now=now)
    rewards.issue_coupons("next10", [CouponFor(who, "k1")], at=now)
    for given in AnswerGiven.objects.select_related("answer"):
        own = Customer.objects.get(pk=given.answer.customer_id)
        given.comment = f"{own.family_name}です。{own.email} に電話ください"
        given.save()
    return who


def program(*scopes: str) -> Client:
    token = keys.create("bi", scopes, by="mika", now=clock.now(), expires_at=None)[1]
    return Client(headers={"authorization": f"Bearer {token}"})


def pages_of(client: Client, path: str, limit: int) -> list[Any]:
    items, cursor = [], ""
    while True:
        said = client.get(f"/api/v1/{path}?limit={limit}&cursor={cursor}")
        assert said.status_code == 200, (path, said.content)
        page = said.json()
        if isinstance(page, list):
            return page
        items += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return items


def staff_of(role: Role) -> Client:
    user = User.objects.create_user(f"{role}-person", password="-", is_staff=True)
    give_role(user, role)
    client = Client(headers={"accept-language": "ja"})
    client.force_login(user)
    return client


def table_of(client: Client, address: str) -> list[list[str]]:
    body = b"".join(client.get(address)).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(body, newline="")))


@pytest.mark.covers("B-07")
def test_a_program_reads_every_kind_page_by_page_with_its_own_scope(full_shop: int) -> None:
    readable = {one.partition(":")[0] for one in keys.SCOPES if one.endswith(":read")}
    assert set(KINDS) | {"customers", "segments", "products", "subscriptions"} <= readable
    for name in sorted(readable):
        client = program(f"{name}:read")
        everything = pages_of(client, name, 500)
        if name in COUNTS:
            assert len(everything) == COUNTS[name]() > 0, name
            few = pages_of(client, name, 7 if len(everything) > 50 else 1)
            assert few == everything, name
        other = program("products:read" if name != "products" else "orders:read")
        assert other.get(f"/api/v1/{name}").status_code == 403, name
        if set(everything[0] if everything and isinstance(everything[0], dict) else ()) & {
            "address",
            "comment",
        }:
            key = AccessEntry.objects.filter(where__startswith=f"/api/v1/{name}", action="export")
            assert key.exists(), name
    people = pages_of(program("customers:read"), "customers", 100)
    assert {one["stage"] for one in people} >= {"first", "steady"}
    events = pages_of(program("events:read"), "events", 100)
    assert [one["customer_id"] for one in events] == [None, None, None, full_shop]
    coupon = pages_of(program("coupons:read"), "coupons", 100)[0]
    assert (coupon["customer_id"], coupon["offer"]) == (full_shop, "next10")
    assert "code" not in coupon


@pytest.mark.covers("B-07")
def test_every_kind_is_a_csv_and_masked_for_who_may_not_see_names(full_shop: int) -> None:
    chief, marketer = staff_of(Role.ADMIN), staff_of(Role.MARKETER)
    listed = chief.get("/settings/exports/").content.decode()
    for key, kind in KINDS.items():
        assert f'href="/settings/exports/{key}/?csv=utf-8"' in listed
        open_rows = table_of(chief, f"/settings/exports/{key}/?csv=utf-8")
        assert open_rows[0] == [name.ja for name in kind.columns.values()]
        assert len(open_rows) == COUNTS[key]() + 1, key
        veiled = table_of(marketer, f"/settings/exports/{key}/?csv=utf-8")
        assert [row[0] for row in veiled] == [row[0] for row in open_rows]
        said = "".join("".join(row) for row in veiled)
        assert not re.search(r"user\d+@", said), key
        for name in kind.personal:
            place = list(kind.columns).index(name)
            if name == "address":
                assert any("@" in row[place] for row in open_rows[1:])
        assert AccessEntry.objects.filter(
            where=f"/settings/exports/{key}/", action="export", actor="marketer-person"
        ).exists(), key
    assert staff_of(Role.VIEWER).get("/settings/exports/").status_code == 403
    assert staff_of(Role.WAREHOUSE).get("/settings/exports/orders/").status_code == 403
    assert chief.get("/settings/exports/nothing/").status_code == 404


@pytest.mark.covers("B-07")
def test_an_answer_given_once_serves_segments_journeys_exports_and_programs(
    full_shop: int, tmp_path: Path, browser_of_staff: Client
) -> None:
    unhappy = Answer.objects.get(score=2).customer_id
    warehouse = open_warehouse(tmp_path / "warehouse")
    insight.refresh(
        warehouse=warehouse,
        as_of=clock.now().date(),
        depth=Depth.CLASSES,
        answers=answers_for_segments,
    )
    low = {"field": "score", "op": "<=", "value": 2}
    rule = {
        "did": "answer",
        "where": [{"field": "question", "op": "=", "value": "satisfaction"}, low],
    }
    made = insight.create_segment("満足度の低い方", rule, warehouse=warehouse)
    warehouse.close()
    assert list(insight.segment_members(made.id)) == [unhappy]
    members = pages_of(program("segments:read"), f"segments/{made.id}/members", 10)
    assert members == [unhappy]
    rows = table_of(browser_of_staff, f"/customers/?segment={made.id}&csv=utf-8")
    assert [row[0] for row in rows[1:]] == [str(unhappy)]
    assert (
        f"?segment={made.id}&amp;csv=utf-8"
        in browser_of_staff.get("/settings/exports/").content.decode()
    )
    browser_of_staff.post(f"/analysis/segments/{made.id}/journey/", {"base": "win_back"})
    assert plan.get_journey(f"win_back_s{made.id}").status == "draft"
