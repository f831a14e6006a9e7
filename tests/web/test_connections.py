"""Pages of live sources and API keys: a secret is seen once, and the panel says what is old."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from okaeri.customers import api as customers
from okaeri.customers.models import DataRequest
from okaeri.foundation import clock
from okaeri.intake import api as intake
from okaeri.intake.event_types import EventIn
from okaeri.intake.models import (
    Event,
    Inquiry,
    Order,
    OrderLine,
    Party,
    Product,
    Review,
    SurveyAnswer,
)
from okaeri.web.models import ApiKey
from tests.intake.deliveries import SECRET, as_raw, shopify_headers, shopify_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief(staff: User) -> Client:
    """An administrator, who alone may touch keys and secrets."""
    User.objects.filter(pk=staff.pk).update(is_superuser=True)
    client = Client(headers={"accept-language": "ja"})
    client.force_login(User.objects.get(pk=staff.pk))
    return client


def connect(chief: Client, kind: str, **values: str) -> Any:
    return chief.post("/connections/", {"name": "本店", "kind": kind, **values})


def post(key: str, raw: bytes, headers: dict[str, str]) -> Any:
    return Client().post(f"/hooks/{key}/", raw, "application/json", headers=headers)


def test_an_order_pushed_by_the_shop_shows_on_the_page(chief: Client) -> None:
    page = connect(chief, "shopify", secret=SECRET).content.decode()
    key = intake.list_connections()[0].key
    assert f"/hooks/{key}/" in page
    assert SECRET not in page
    raw = as_raw(shopify_order())
    reply = post(key, raw, shopify_headers(raw, "orders/create", "d-1"))
    assert (reply.status_code, reply.json()) == (200, {"outcome": "done"})
    assert post(key, raw, shopify_headers(raw, "orders/create", "d-1")).json() == {
        "outcome": "duplicate"
    }
    shown = chief.get(f"/connections/{intake.list_connections()[0].id}/").content.decode()
    assert "orders/create" in shown
    assert "取り込み済み" in shown


def test_the_door_refuses_what_is_unsigned_unknown_or_too_large(chief: Client) -> None:
    connect(chief, "shopify", secret=SECRET)
    key = intake.list_connections()[0].key
    raw = as_raw(shopify_order())
    headers = shopify_headers(raw, "orders/create", "d-1")
    assert post(key, raw + b" ", headers).status_code == 401
    assert post("elsewhere", raw, headers).status_code == 404
    assert post(key, b"x" * (5 * 1024 * 1024 + 1), headers).status_code == 413
    assert Client().get(f"/hooks/{key}/").status_code == 405
    assert intake.list_connections()[0].last_error is not None


def test_a_secret_we_make_is_shown_once(chief: Client) -> None:
    page = connect(chief, "generic").content.decode()
    secret = re.search(r"whsec_[A-Za-z0-9+/=]+", page)
    assert secret is not None
    row = intake.list_connections()[0]
    assert secret[0] not in chief.get(f"/connections/{row.id}/").content.decode()
    again = chief.post(f"/connections/{row.id}/secret/").content.decode()
    assert "whsec_" in again
    assert secret[0] not in again
    assert intake.list_connections()[0].previous_secret_until is not None


def test_shopify_needs_its_own_secret_and_the_form_keeps_what_was_typed(chief: Client) -> None:
    reply = connect(chief, "shopify", secret="short")
    assert reply.status_code == 400
    page = reply.content.decode()
    assert "貼り付けてください" in page
    assert 'value="本店"' in page
    assert intake.list_connections() == []


def test_a_request_of_a_person_through_shopify_reaches_those_who_answer(chief: Client) -> None:
    connect(chief, "shopify", secret=SECRET)
    key = intake.list_connections()[0].key
    raw = as_raw(shopify_order())
    post(key, raw, shopify_headers(raw, "orders/create", "d-1"))
    customers.resolve_new_parties(clock.now())
    person = customers.search_customers("person1@example.com")[0]
    raw = as_raw({"customer": {"id": 71, "email": "Person1@example.com"}})
    assert post(key, raw, shopify_headers(raw, "customers/redact", "d-2")).status_code == 200
    assert post(key, raw, shopify_headers(raw, "customers/redact", "d-2")).status_code == 200
    found = DataRequest.objects.all()
    assert [(one.kind, one.customer_id, one.source) for one in found] == [
        ("erasure", person.id, "shopify")
    ]
    assert "example.com" not in found[0].note


def test_a_failed_delivery_is_shown_and_can_be_tried_again(chief: Client) -> None:
    connect(chief, "shopify", secret=SECRET)
    row = intake.list_connections()[0]
    raw = as_raw(shopify_order(currency="USD"))
    assert post(row.key, raw, shopify_headers(raw, "orders/create", "d-1")).status_code == 200
    page = chief.get(f"/connections/{row.id}/").content.decode()
    assert "USD" in page
    delivery = intake.list_deliveries(row.id)[0]
    tried = chief.post(f"/connections/{row.id}/retry/{delivery.id}/", follow=True)
    assert "USD" in tried.content.decode()


def test_the_panel_says_how_old_each_source_is(chief: Client) -> None:
    connect(chief, "shopify", secret=SECRET)
    key = intake.list_connections()[0].key
    now = clock.now()
    fresh = shopify_order(created_at=now.isoformat(), updated_at=now.isoformat())
    raw = as_raw(fresh)
    post(key, raw, shopify_headers(raw, "orders/create", "d-1"))
    page = chief.get("/connections/").content.decode()
    assert "データ鮮度" in page
    assert '<span class="state is-done">今日</span>' in page
    with clock.use(clock.SimulatedClock(now + timedelta(days=5))):
        assert '<span class="state is-failed">5日前</span>' in (
            chief.get("/connections/").content.decode()
        )


def test_an_empty_shop_is_told_how_to_begin(chief: Client) -> None:
    page = chief.get("/connections/").content.decode()
    assert "まだデータがありません" in page
    english = Client(headers={"accept-language": "en"})
    english.force_login(User.objects.get())
    assert "No data yet" in english.get("/connections/").content.decode()


def test_a_key_is_shown_once_and_revoked(chief: Client) -> None:
    form = {"name": "基幹", "scope": ["orders:write", "orders:read"], "life": "90"}
    page = chief.post("/settings/api-keys/", form).content.decode()
    token = re.search(r"okaeri_[a-z0-9]{8}_[A-Za-z0-9_-]{43}", page)
    assert token is not None
    assert token[0] not in chief.get("/settings/api-keys/").content.decode()
    row = ApiKey.objects.get()
    assert (row.created_by, row.scopes) == ("mika", ["orders:read", "orders:write"])
    program = Client(headers={"authorization": f"Bearer {token[0]}"})
    assert program.get("/api/v1/orders").status_code == 200
    chief.post(f"/settings/api-keys/{row.pk}/revoke/")
    assert program.get("/api/v1/orders").status_code == 401
    assert "無効" in chief.get("/settings/api-keys/").content.decode()


def test_a_key_without_a_name_or_scope_is_not_made(chief: Client) -> None:
    assert chief.post("/settings/api-keys/", {"name": "x"}).status_code == 400
    assert chief.post("/settings/api-keys/", {"scope": "orders:read"}).status_code == 400
    assert chief.post("/settings/api-keys/", {"name": "x", "scope": "all"}).status_code == 400
    assert not ApiKey.objects.exists()


def test_the_reference_shows_every_address_without_a_script_from_elsewhere(chief: Client) -> None:
    page = chief.get("/settings/api/").content.decode()
    assert "/api/v1/subscriptions" in page
    assert "OrderBody" in page
    assert "//cdn" not in page


def test_whoever_is_no_administrator_touches_no_key(db: None) -> None:
    browser_of_staff = Client()
    browser_of_staff.force_login(User.objects.create_user("rin", is_staff=True))
    assert browser_of_staff.post("/settings/api-keys/", {"name": "x"}).status_code == 403
    assert browser_of_staff.post("/connections/", {"name": "x"}).status_code == 403
    assert not ApiKey.objects.exists()


_FILES = {
    "orders": "注文番号,注文日時,商品コード,商品名,数量,単価(税込),顧客ID\r\n"
    "A-1,{day} 10:00,LOTION,化粧水,2,1500,71\r\nA-1,{day} 10:00,SOAP,石けん,1,500,71\r\n",
    "customers": "顧客ID,メールアドレス,メール許可\r\n71,hana@example.com,1\r\n",
    "products": "商品コード,商品名,原価\r\nLOTION,化粧水,400\r\n",
    "surveys": "回答日時,質問,回答,顧客ID\r\n{day} 11:00,決め手,香り,71\r\n",
    "reviews": "星の数,投稿日時,商品コード,顧客ID\r\n5,{day} 12:00,LOTION,71\r\n",
    "inquiries": "問合せ番号,受付日時,件名,顧客ID\r\nQ-1,{day} 13:00,使い方,71\r\n",
}


@pytest.mark.covers("G-01")
def test_every_kind_of_data_comes_in_and_the_panel_says_how_fresh_each_is(
    chief: Client, tmp_path: Path
) -> None:
    now = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
    for week in (0, 1):
        with clock.use(clock.SimulatedClock(now + timedelta(days=7 * week))):
            for kind, text in _FILES.items():
                path = tmp_path / f"{kind}.csv"
                path.write_text(text.format(day=f"2026/11/{20 + 7 * week}"), encoding="cp932")
                result = intake.import_file(path)
                assert (result.rows_rejected, result.error) == (0, None), kind
            event = EventIn(f"key-0000000{week}", "page_view", clock.now(), "device-0001")
            intake.record_events([event], source="web", received_at=clock.now())
    assert Order.objects.get().net_minor == 3500
    assert OrderLine.objects.count() == 2
    (person,) = Party.objects.filter(member_no="71", email="hana@example.com")
    assert person.source == "template"
    assert Product.objects.get(sku="LOTION").cost_minor == 400
    assert (Event.objects.count(), Inquiry.objects.count()) == (2, 1)
    assert (Review.objects.count(), SurveyAnswer.objects.count()) == (2, 2)
    with clock.use(clock.SimulatedClock(now + timedelta(days=22))):
        page = chief.get("/connections/").content.decode()
    panel = page[page.index("データ鮮度") : page.index("<hr>")]
    for word in ("注文", "行動", "顧客", "商品", "問い合わせ", "レビュー", "アンケート"):
        row = next(one for one in panel.split("<tr>") if f">{word}</td>" in one)
        # The second week's import was fifteen days ago, and one came every seven.
        assert "15日前" in row, word
        assert "7日" in row, word
        assert "遅れ:14日までに届くはずでした" in row, word
