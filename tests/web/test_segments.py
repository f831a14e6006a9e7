"""The builder and the ready-made segments, through the pages staff use."""

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.foundation.warehouse import open_warehouse
from okaeri.insight import api as insight
from okaeri.insight.types import class_name
from okaeri.intake import api as intake
from okaeri.intake.types import (
    LineIn,
    OrderIn,
    PartyIn,
    ProductIn,
    SubscriptionEventIn,
    SubscriptionIn,
)
from okaeri.web.api import keys
from tests.insight.shops import order_of
from tests.web.filled import lived_once

pytestmark = [pytest.mark.django_db, pytest.mark.engine]
TODAY = date(2026, 5, 20)
NOW = datetime(2026, 5, 20, 3, tzinfo=UTC)
NEW = "/analysis/segments/new/"


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def order(member: str, days: int, net: int, **more: Any) -> OrderIn:
    return replace(order_of(member, ago(days), net), **more)


def contract(member: str, deliveries: int, *, is_cancelled: bool) -> SubscriptionIn:
    events = [
        SubscriptionEventIn("delivered", ago(200 - 30 * n), n) for n in range(1, deliveries + 1)
    ]
    return SubscriptionIn(
        source="test",
        subscription_no=f"S-{member}",
        status="cancelled" if is_cancelled else "active",
        changed_at=NOW,
        party=PartyIn(member_no=member, email=f"{member}@example.com"),
        started_on=ago(180),
        cancelled_on=ago(5) if is_cancelled else None,
        events=tuple(events),
    )


def line(sku: str, amount: int) -> tuple[LineIn, ...]:
    return (LineIn(sku, sku, 1, amount, amount),)


def fill_shop() -> None:
    """One person for each pattern, named after it."""
    intake.record_products(
        [
            ProductIn(sku="T", name="お試し", is_trial=True, days_supply=14),
            ProductIn(sku="T90", name="大きなお試し", is_trial=True, days_supply=90),
            ProductIn(sku="C", name="クリーム", category="care"),
        ]
    )
    orders = [
        order("stopped1", 170, 3000),
        order("stopped4", 170, 3000),
        order("third", 170, 3000),
        order("fourth", 170, 3000),
        order("tried", 61, 500, lines=line("T", 500)),
        order("trying", 59, 500, lines=line("T", 500)),
        order("tried90", 100, 900, lines=line("T90", 900)),
        order("long90", 181, 900, lines=line("T90", 900)),
        order("twice", 300, 1000),
        order("twice", 250, 1000, lines=line("C", 1000)),
        order("sales", 20, 800, discount_minor=200),
        order("sales", 10, 800, discount_minor=200),
        *(order("loyal", 10 + 30 * n, 1500) for n in range(5)),
        order("rich", 40, 900_000),
    ]
    intake.record_orders(orders)
    intake.record_subscriptions(
        [
            contract("stopped1", 1, is_cancelled=True),
            contract("stopped4", 4, is_cancelled=True),
            contract("third", 3, is_cancelled=False),
            contract("fourth", 4, is_cancelled=False),
            # A second contract goes on beside the one at its third delivery.
            replace(contract("third", 6, is_cancelled=False), subscription_no="S-other"),
        ]
    )
    customers.resolve_new_parties(NOW)
    with closing(open_warehouse(settings.OKAERI.warehouse_dir)) as warehouse:
        insight.refresh(warehouse=warehouse, as_of=TODAY)


@pytest.fixture
def shop(db: None) -> Iterator[None]:
    with clock.use(clock.SimulatedClock(NOW)):
        lived_once("segments", settings.OKAERI.warehouse_dir, fill_shop)
        yield


def names(segment_id: int) -> set[str]:
    found = customers.list_profiles(insight.segment_members(segment_id)).values()
    return {one.email.partition("@")[0] for one in found}


def _sanitized(kind: str | None, value: str) -> str:
    """Give what an input holds of the value it was given: a browser empties what is no number, no day."""
    wanted = {"number": r"-?\d+(\.\d+)?", "date": r"\d{4}-\d\d-\d\d"}.get(kind or "text")
    if wanted:
        return value if re.fullmatch(wanted, value) else ""
    return value if kind == "hidden" else re.sub(r"[\r\n]", "", value)


class _Form(HTMLParser):
    """The inputs of the builder's form as a browser without scripts would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._select, self._is_inside = "", False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "form":
            self._is_inside = said.get("id") == "builder"
        if not self._is_inside:
            return
        if tag == "input" and said.get("name"):
            self.values[str(said["name"])] = _sanitized(said.get("type"), said.get("value") or "")
        if tag == "select":
            self._select = str(said["name"])
        if tag == "option" and ("selected" in said or self._select not in self.values):
            self.values[self._select] = said.get("value") or ""


def form_of(html: str) -> dict[str, str]:
    read = _Form()
    read.feed(html)
    return read.values


def test_a_rule_is_built_nested_counted_said_saved_changed_and_removed_without_scripts(
    shop: None, browser_of_staff: Client
) -> None:
    browser = browser_of_staff
    form = form_of(browser.get(NEW).content.decode())

    def press(button: str, **changed: str) -> str:
        nonlocal form
        form = {**form, **changed, "do": button}
        html = browser.post(NEW, form).content.decode()
        form = form_of(html)
        return html

    press("add-did@r")
    press("where@r.1", **{"r.1:fact": "item"})
    html = press("add-group@r", **{"r.1:w0:field": "category"})
    html = press("redraw", **{"r.1:w0:value": "care", "r.2:kind": "none", "r.2.0:w0:value": "0"})
    assert "この条件だけなら" in html
    # Bought twice or more, something in "care", and not (not lapsed): one person.
    assert "いま 1人 います。" in html
    assert "カテゴリーが「care」" in html
    assert "離脱していない」に当てはまらない" in html
    assert "twice" in html
    counted = browser.post("/analysis/segments/count/", form).content.decode()
    assert "いま 1人 います。" in counted
    press("remove@r.2")
    assert not any(name.startswith("r.2") for name in form)
    refused = browser.post(NEW, {**form, "do": "save", "name": ""})
    assert refused.status_code == 400
    assert "名前を入力してください" in refused.content.decode()
    made = browser.post(NEW, {**form, "do": "save", "name": "ケアを二回"})
    segment = insight.list_segments()[0]
    assert made.headers["Location"] == f"/analysis/segments/{segment.id}/"
    assert names(segment.id) == {"twice"}
    edit = f"/analysis/segments/{segment.id}/edit/"
    again = form_of(browser.get(edit).content.decode())
    assert again["r.1:w0:value"] == "care"
    browser.post(edit, {**again, "do": "save", "r.0:w0:value": "3"})
    assert insight.get_segment(segment.id).size == 0
    page = f"/analysis/segments/{segment.id}/"
    browser.post(f"{page}delete/")
    assert insight.list_segments() == []
    assert "削除を取り消す" in browser.get(page).content.decode()
    browser.post(f"{page}restore/")
    assert insight.list_segments()[0].id == segment.id
    copy = browser.get(page).content.decode().split(f'href="{NEW}?rule=')[1].split('"')[0]
    copied = browser.get(f"{NEW}?rule={copy}".replace("&amp;", "&")).content.decode()
    assert "ケアを二回 のコピー" in copied
    assert form_of(copied)["r.1:w0:value"] == "care"


PRESETS = {
    "subscription_1": {"stopped1"},
    "subscription_4": {"stopped4"},
    "subscription_4_ahead": {"third"},
    "trial_gone": {"tried", "long90"},
    "single_2_gone": {"twice"},
    "loyal": {"loyal", "rich"},
    "sale_only": {"sales"},
}
IDEAS = {
    "subscription_1": ("御礼状", "サポート窓口", "お客様の声"),
    "single_2_gone": ("定期の価値", "使い切る頃", "別のお悩み"),
    "trial_gone": ("本品への引き上げ",),
    "loyal": ("特別優待", "イベント", "先行販売", "ポイント"),
    "casual": ("クーポン", "タイムセール", "買い忘れ"),
}


@pytest.mark.covers("E-07", "E-09", "H-03", "H-04", "H-05")
def test_ready_made_segments_find_their_people_and_say_what_to_do(
    shop: None, browser_of_staff: Client
) -> None:
    listed = browser_of_staff.get("/analysis/segments/").content.decode()
    for preset in insight.list_presets():
        assert preset.name.ja in listed
        said = browser_of_staff.post(f"/analysis/segments/ready/{preset.key}/")
        assert said.status_code == 302
        page = browser_of_staff.get(said.headers["Location"]).content.decode()
        segment = insight.list_segments()[0]
        if preset.key in PRESETS:
            assert PRESETS[preset.key] <= names(segment.id), preset.key
        for idea in IDEAS.get(preset.key, ()):
            assert idea in page
            assert idea in listed
        edit = browser_of_staff.get(f"/analysis/segments/{segment.id}/edit/").content.decode()
        kept = {**form_of(edit), "do": "save"}
        # What the builder shows is what is kept: saving it unchanged moves nobody.
        browser_of_staff.post(f"/analysis/segments/{segment.id}/edit/", kept)
        assert insight.get_segment(segment.id).size == segment.size, preset.key
    exact = {one.preset: names(one.id) for one in insight.list_segments()}
    assert {key: exact[key] for key in PRESETS if key != "loyal"} == {
        key: found for key, found in PRESETS.items() if key != "loyal"
    }
    assert exact["casual"] >= {"sales", "third", "rich"}
    assert not exact["casual"] & {"loyal", "twice"}
    assert "作成済み" in browser_of_staff.get("/analysis/segments/").content.decode()


@pytest.mark.covers("H-08")
def test_an_interest_is_built_from_the_shops_own_categories_and_has_no_period(
    shop: None, browser_of_staff: Client
) -> None:
    form = form_of(browser_of_staff.get(NEW).content.decode())
    html = browser_of_staff.post(NEW, {**form, "do": "remove@r.0"}).content.decode()
    html = browser_of_staff.post(NEW, {**form_of(html), "do": "add-interest@r"}).content.decode()
    form = form_of(html)
    # The only category of the shop stands chosen; "twice" alone bought of it.
    assert (form["r.0:fact"], form["r.0:w0:value"]) == ("interest", "care")
    assert ":last_days" not in "".join(form)
    assert "関心(分類が「care」)がある人です。" in html
    kept = browser_of_staff.post(NEW, {**form, "do": "save", "name": "care"})
    assert kept.status_code == 302
    (segment,) = insight.list_segments()
    assert (
        names(segment.id)
        == {"twice"}
        == {
            customers.list_profiles([who])[who].email.partition("@")[0]
            for who in insight.interest_audience("care")
        }
    )
    # Another fact chosen after a period was typed keeps nothing of it.
    html = browser_of_staff.post(NEW, {**form_of(html), "do": "add-did@r"}).content.decode()
    changed = {**form_of(html), "r.1:fact": "interest", "r.1:last_days": "30", "do": "redraw"}
    html = browser_of_staff.post(NEW, changed).content.decode()
    assert "期間や順番" not in html
    assert "r.1:last_days" not in form_of(html)


@pytest.mark.covers("H-01")
def test_frequency_amount_and_category_stand_ready_to_be_joined(
    shop: None, browser_of_staff: Client
) -> None:
    form = form_of(browser_of_staff.get(NEW).content.decode())

    def press(button: str, **changed: str) -> str:
        nonlocal form
        form = {**form, **changed, "do": button}
        html = browser_of_staff.post(NEW, form).content.decode()
        form = form_of(html)
        return html

    press("remove@r.0")
    press("add-frequency@r")
    press("add-amount@r")
    html = press("add-category@r", **{"r.0:value": "2", "r.1:w0:value": "5000"})
    for axis in ("購買頻度", "購買金額", "商品カテゴリー"):
        assert f"+ {axis}" in html
    # Bought on two days or more: loyal, twice, sales. For 5,000 and more: loyal, rich. Care: twice.
    said = {
        "all": press("redraw", **{"r.2:w0:value": "care"}),
        "any": press("redraw", **{"r:kind": "any"}),
        "none": press("redraw", **{"r:kind": "none"}),
    }
    everyone = insight.count_customers_where({"field": "customer_id", "op": ">", "value": 0})
    for joined, people in (("all", 0), ("any", 4), ("none", everyone - 4)):
        assert f"いま {people}人 います。" in said[joined], joined
    for alone in (3, 2, 1):
        assert f"この条件だけなら {alone}人" in said["any"]
    browser_of_staff.post(NEW, {**form, "r:kind": "any", "do": "save", "name": "三つの軸"})
    assert names(insight.list_segments()[0].id) == {"loyal", "twice", "sales", "rich"}


@pytest.mark.covers("H-02")
def test_loyal_customers_stand_ready_can_be_edited_and_are_seen_among_the_classes(
    shop: None, browser_of_staff: Client
) -> None:
    said = browser_of_staff.post("/analysis/segments/ready/loyal/")
    page = browser_of_staff.get(said.headers["Location"]).content.decode()
    segment = insight.list_segments()[0]
    standing = insight.list_insights(insight.segment_members(segment.id)).values()
    shares = insight.classes_of(segment.id)
    assert sum(one.inside for one in shares) == segment.size == len(standing)
    for one in shares:
        mine = [who for who in standing if (who.stage, who.is_lapsed) == (one.stage, one.is_lapsed)]
        rule = {
            "all": [
                {"field": "stage", "op": "=", "value": one.stage.value},
                {"field": "is_lapsed", "op": "=", "value": one.is_lapsed},
            ]
        }
        assert (one.inside, one.everyone) == (len(mine), insight.count_customers_where(rule))
        assert class_name(one.stage, is_lapsed=one.is_lapsed).ja in page.split("クラスとの関係")[1]
    edit = f"/analysis/segments/{segment.id}/edit/"
    kept = form_of(browser_of_staff.get(edit).content.decode())
    # Five purchases a year, or the two upper deciles; then twenty purchases and nobody's decile.
    assert (kept["r.0:value"], kept["r.1:w0:value"]) == ("5", "2")
    never = {"r.1:w0:op": "<", "r.1:w0:value": "1"}
    browser_of_staff.post(edit, {**kept, "do": "save", "r.0:value": "20", **never})
    assert insight.get_segment(segment.id).size == 0
    assert insight.classes_of(segment.id) == []


@pytest.mark.covers("H-14")
def test_a_small_group_is_warned_of_and_its_overlap_shown(
    shop: None, browser_of_staff: Client
) -> None:
    few = insight.create_segment("二回", {"field": "purchase_count", "op": "=", "value": 2})
    insight.create_segment("全員", {"field": "purchase_count", "op": ">=", "value": 1})
    for page in (f"/analysis/segments/{few.id}/", f"{NEW}?stage=first"):
        html = browser_of_staff.get(page).content.decode()
        assert "30人より少ないまとまりです" in html
        assert "重なり" in html
        assert "全員" in html
    shared = {one.name: one.both for one in insight.overlaps_of(few.id)}
    assert shared == {"全員": few.size}


def test_each_count_of_the_drop_off_leads_to_its_people(
    shop: None, browser_of_staff: Client
) -> None:
    page = browser_of_staff.get("/analysis/dropoff/").content.decode()
    cells = re.findall(rf'href="({NEW}[^"]+)">([0-9,]+)人</a>', page)
    steps = insight.find_report("dropoff")
    assert steps is not None
    shown = [
        step[name]
        for step in steps.payload["steps"]
        for name in ("reached", "went_on", "lost", "waiting")
        if step[name]
    ]
    # The waits for the second purchase stand below the steps.
    assert [int(count) for _, count in cells][: len(shown)] == shown
    assert len(shown) > 8
    for address, count in cells:
        html = browser_of_staff.get(unescape(address)).content.decode()
        assert f"いま {count}人 います。" in html, address
        assert "この顧客でセグメント作成" in html
        assert "この顧客にシナリオ" in html


def test_wrong_rules_in_an_address_are_said_and_nothing_breaks(
    shop: None, browser_of_staff: Client
) -> None:
    for rule in ('{"segment":99}', '{"field":"shoe","op":"=","value":1}', '{"did":"sleep"}'):
        page = browser_of_staff.get(NEW, {"rule": rule, "name": "x"})
        assert page.status_code == 200, rule
    assert browser_of_staff.get(NEW, {"rule": "[1]"}).status_code == 400
    assert browser_of_staff.get(NEW, {"rule": '{"all": 3}'}).status_code == 400
    assert browser_of_staff.post("/analysis/segments/ready/nothing/").status_code == 404


def test_a_program_makes_changes_and_reads_segments(shop: None) -> None:
    token = keys.create("all", keys.SCOPES, by="x", now=NOW, expires_at=None)[1]
    client = Client(headers={"authorization": f"Bearer {token}"})

    def send(path: str, body: object, key: str) -> Any:
        return client.post(
            f"/api/v1/{path}", body, "application/json", headers={"idempotency-key": key}
        )

    rule = {"did": "item", "where": [{"field": "sku", "op": "=", "value": "C"}]}
    made = send("segments", {"name": "クリーム", "rule": rule}, "1").json()
    assert (made["size"], made["rule"]) == (1, rule)
    assert "商品の購入" in made["words"]["ja"]
    members = client.get(f"/api/v1/segments/{made['id']}/members").json()["items"]
    assert members == insight.segment_members(made["id"])
    wider = {"field": "purchase_count", "op": ">=", "value": 1}
    changed = send(f"segments/{made['id']}", {"name": "全員", "rule": wider}, "2").json()
    assert changed["size"] > 1
    changes = client.get(f"/api/v1/segments/{made['id']}/changes").json()
    assert changes == {"items": [], "next_cursor": None}
    assert client.get(f"/api/v1/segments/{made['id']}").json()["name"] == "全員"
    circle = send(f"segments/{made['id']}", {"name": "x", "rule": {"segment": made["id"]}}, "3")
    assert circle.status_code == 422
    assert "全員 → 全員" in circle.json()["error"]["message_ja"]
    assert send("segments", {"name": "x", "rule": {"did": "sleep"}}, "4").status_code == 422
    insight.delete_segment(made["id"])
    for path in ("", "/members", "/changes"):
        gone = client.get(f"/api/v1/segments/{made['id']}{path}")
        assert (gone.status_code, "削除" in gone.json()["error"]["message_ja"]) == (404, True)
    assert send(f"segments/{made['id']}", {"name": "x", "rule": wider}, "5").status_code == 404
