"""Contents by segment on pages: drafted without YAML, previewed, one report with sums, a CSV."""

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from pyroaring import BitMap64

from okaeri.customers import api as customers
from okaeri.deliver.models import Message
from okaeri.foundation import clock
from okaeri.foundation.warehouse import open_warehouse
from okaeri.foundation.work.loop import WorkLoop
from okaeri.insight import api as insight
from okaeri.insight.models import Segment
from okaeri.insight.store import segments
from okaeri.intake import api as intake
from okaeri.intake.types import LineIn, OrderIn, PartyIn
from okaeri.measure import api as measure
from okaeri.plan import api as plan
from okaeri.plan.duties import duties
from tests.web import shop
from tests.web.test_pages import JAPANESE

pytestmark = pytest.mark.django_db
KEY = "first_follow"
REPORT = f"/actions/journeys/{KEY}/variants/"
EDIT = f"{REPORT}edit/?step=thanks"


@pytest.fixture
def drafted(browser_of_staff: Client, small_shop: None) -> tuple[Client, int, str]:
    """A segment and a content of its own, both chosen on the page for the first step."""
    number = insight.create_segment("Dry skin", {"field": "stage", "op": "=", "value": "first"}).id
    words = {
        "name_ja": "乾燥肌の方へのお礼",
        "name_en": "Thanks for dry skin",
        "subject": "Thank you",
        "body_text": "Dear {{ customer.addressee }}",
        "content_kind": "useful",
    }
    kept = browser_of_staff.post("/actions/templates/new/", words)
    content = kept.headers["Location"].split("/")[-2]
    return browser_of_staff, number, content


def choose(client: Client, number: int, content: str, do: str = "save") -> int:
    lines = {"segment": [str(number)], "template": [content], "default": "first_follow_thanks"}
    return client.post(EDIT, {**lines, "do": do}).status_code


@pytest.mark.covers("H-09")
def test_a_campaign_is_drafted_by_segment_previewed_sent_and_reported_in_one_place(
    drafted: tuple[Client, int, str], in_english: Client, tmp_path: Path
) -> None:
    client, number, content = drafted
    assert "まだ、出し分けている手順がありません" in client.get(REPORT).content.decode()
    assert "Line 1" in in_english.post(EDIT, {"do": "add", "default": content}).content.decode()
    assert choose(client, number, content) == 302
    shown = client.get(EDIT).content.decode()
    assert shown.count("<pre>") == 2
    assert "Thank you" in shown

    people = _new_buyers(40)
    segment = Segment.objects.get(pk=number)
    segments.save_members(segment, BitMap64(people[:15]), clock.now())
    WorkLoop(duties(batch=50)).run_until_idle()
    Message.objects.filter(status="planned", variant="default").update(status="accepted")
    before = client.get(REPORT).content.decode()
    assert "2通りの文面を 40 通分用意し" in before
    assert "次の集計で最初の答えが出ます" in before

    clock.set_clock(clock.SimulatedClock(clock.now() + timedelta(days=1)))
    warehouse = open_warehouse(tmp_path / "warehouse")
    insight.sync_warehouse(warehouse)
    as_of = clock.now().date()
    measure.evaluate_all(warehouse=warehouse, as_of=as_of)
    plan.measure_variants(warehouse=warehouse, as_of=as_of)
    warehouse.close()
    html = in_english.get(REPORT).content.decode()
    assert "too few people or purchases" in html
    assert "Dry skin" in html
    assert "Everybody else" in html
    told = b"".join(client.get(f"{REPORT}?csv=utf-8")).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(told)))
    each, total, elsewhere = rows[:2], rows[2], rows[3]
    assert [row["meant"] for row in rows[:3]] == ["15", "25", "40"]
    parts = ("sent", "waiting", "stopped", "failed", "skipped", "held_out")
    for row in rows[:3]:
        assert int(row["meant"]) == sum(int(row[name]) for name in parts)
    for name in ("treated_people", "left_out_people", "treated_orders", "left_out_sales"):
        assert int(total[name]) == sum(int(row[name]) for row in (*each, elsewhere))
    assert int(total["left_out_people"]) == int(total["held_out"]) > 0


def _new_buyers(count: int) -> list[int]:
    """Begin the journey with a fifth left out, then let so many people buy for the first time."""
    simulated = clock.SimulatedClock(clock.now())
    clock.set_clock(simulated)
    plan.activate(KEY, now=clock.now(), holdout_share=0.2)
    simulated.advance(timedelta(hours=1))
    made = [
        OrderIn(
            source="shop",
            order_no=f"V{place}",
            ordered_at=clock.now(),
            status="accepted",
            party=PartyIn(email=f"v{place}@example.invalid", email_opt_in=True),
            lines=(LineIn("LOTION", "Lotion", 1, 3000, 3000),),
            total_minor=3000,
        )
        for place in range(count)
    ]
    intake.record_orders(made)
    shop.resolve()
    found = [customers.search_customers(f"v{place}@example.invalid") for place in range(count)]
    return sorted(one[0].id for one in found)


def test_a_mistake_is_one_sentence_and_keeps_nothing(drafted: tuple[Client, int, str]) -> None:
    client, number, content = drafted
    version = plan.get_journey(KEY).version
    assert choose(client, number, "nowhere") == 400
    assert choose(client, 999, content) == 400
    empty = {"segment": [""], "template": [content], "default": content, "do": "save"}
    assert "セグメントを選んでください" in client.post(EDIT, empty).content.decode()
    html = client.post("/actions/templates/new/", {"name_ja": "名前"}).content.decode()
    assert "日本語と英語の両方" in html
    words = {"name_ja": "名", "name_en": "n", "subject": "s", "body_text": "{{ customer.shoes }}"}
    tried = client.post("/actions/templates/new/", {**words, "content_kind": "useful"})
    assert "customer.shoes" in tried.content.decode()
    assert plan.get_journey(KEY).version == version


def test_lines_are_moved_and_removed_without_saving(drafted: tuple[Client, int, str]) -> None:
    client, number, content = drafted
    other = insight.create_segment("Oily", {"field": "stage", "op": "=", "value": "prime"}).id
    lines = {"segment": [number, other], "template": [content, content], "default": content}
    moved = client.post(EDIT, {**lines, "do": "up:1"}).content.decode()
    assert moved.index(f'value="{other}" selected') < moved.index(f'value="{number}" selected')
    removed = client.post(EDIT, {**lines, "do": "remove:0"}).content.decode()
    assert f'value="{number}" selected' not in removed
    assert not plan.report_variants(KEY)


def test_english_pages_of_variants_hold_no_japanese(
    drafted: tuple[Client, int, str], in_english: Client
) -> None:
    client, number, content = drafted
    choose(client, number, content)
    for page in (REPORT, "/actions/templates/new/", f"/actions/templates/{content}/edit/"):
        html = in_english.get(page).content.decode()
        body = html.split("<main")[1].split("</main>")[0]
        assert not [
            one for one in body.splitlines() if JAPANESE.search(one) and "value=" not in one
        ]


def test_words_of_an_offer_are_told_where_everybody_gets_them(browser_of_staff: Client) -> None:
    plan.install_playbooks(clock.now())
    words = {"name_ja": "お礼", "name_en": "Thanks", "subject": "お礼", "body_text": "次回10%OFF"}
    address = "/actions/templates/form_thanks/"
    assert "特定電子メール法" not in browser_of_staff.get(address).content.decode()
    browser_of_staff.post(f"{address}edit/", words)
    assert "10%OFF" in browser_of_staff.get(address).content.decode()
    refused = browser_of_staff.post(f"{address}edit/", {**words, "body_text": "{{ coupon.code }}"})
    assert refused.status_code == 400
    assert "販促の文面に" in refused.content.decode()
