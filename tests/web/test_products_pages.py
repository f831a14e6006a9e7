"""Products, baskets, recommendations: what the pages say of a shop whose every purchase is known."""

import csv
import io
import re
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta
from html import unescape
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.foundation.warehouse import open_warehouse
from okaeri.insight import api as insight
from okaeri.insight.models import Report
from okaeri.intake import api as intake
from okaeri.intake.types import LineIn, OrderIn, PartyIn, ProductIn
from tests.web.filled import lived_once

pytestmark = pytest.mark.django_db
TODAY = date(2026, 5, 20)
PRICES = {"FACE": 3000, "CREAM": 9000, "SOAP": 900, "POST": 500}
# A product may promise free postage by its name; postage itself is no product.
NAMES = {
    "FACE": "Face lotion",
    "CREAM": "【送料無料】Night cream",
    "SOAP": "Soap",
    "POST": "送料 Postage",
}


def order(member: str, days: int, skus: Sequence[str]) -> OrderIn:
    return OrderIn(
        source="test",
        order_no=f"{member}-{days}",
        ordered_at=datetime.combine(TODAY - timedelta(days=days), time(3), UTC),
        status="accepted",
        party=PartyIn(member_no=member, email=f"{member}@example.com"),
        lines=tuple(LineIn(sku, NAMES[sku], 1, PRICES[sku], PRICES[sku]) for sku in skus),
    )


@pytest.fixture
def cosmetics(db: None) -> None:
    """30 begin with lotion and come back after 50 days for cream, 10 with soap and stay away."""
    warehouse = settings.OKAERI.warehouse_dir
    lived_once("cosmetics", warehouse, lambda: _sell_cosmetics(warehouse))


def _sell_cosmetics(folder: Path) -> None:
    clock.set_clock(clock.SimulatedClock(datetime(2026, 5, 20, 3, tzinfo=UTC)))
    orders = [order(f"f{n}", 200, ["FACE", "POST"]) for n in range(30)]
    orders += [order(f"f{n}", 150, ["CREAM", "SOAP"]) for n in range(24)]
    orders += [order(f"f{n}", 150, ["FACE"]) for n in range(24, 30)]
    orders += [order(f"s{n}", 120, ["SOAP"]) for n in range(10)]
    intake.record_orders(orders)
    _refresh(folder)


def _refresh(folder: Path) -> None:
    with closing(open_warehouse(folder)) as warehouse:
        insight.refresh(warehouse=warehouse, as_of=TODAY)


def words(client: Client, address: str) -> str:
    page = client.get(address)
    assert page.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def rows_of(client: Client, address: str) -> list[dict[str, str]]:
    body = client.get(address).getvalue()
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))


@pytest.mark.covers("K-09")
def test_a_product_shows_buyers_repeats_f2_and_what_comes_next(
    cosmetics: None, in_english: Client
) -> None:
    rows = {row["sku"]: row for row in rows_of(in_english, "/analysis/products/?csv=utf-8")}
    assert set(rows) == {"FACE", "CREAM", "SOAP"}
    face, soap = rows["FACE"], rows["SOAP"]
    assert (face["buyers"], face["repeat_buyers"], face["repeat_rate"]) == ("30", "6", "0.2")
    assert (face["cycle_days"], soap["cycle_days"]) == ("50.0", "")
    assert (face["firsts"], face["eligible"], face["f2_rate"]) == ("30", "30", "1.0")
    assert (soap["buyers"], soap["firsts"], soap["f2_rate"]) == ("34", "10", "0.0")
    assert (face["next_sku"], face["next_people"], face["next_share"]) == ("CREAM", "24", "0.8")
    page = words(in_english, "/analysis/products/")
    assert "Those who begin with “Face lotion” come back most: 100.0%" in page
    assert "Postage" not in page
    assert "Night cream 80.0%" in page
    assert "returned later" not in page.replace("Return documents that come later", "")
    summary = Report.objects.get(name="summary")
    summary.payload["left_out"] = {**summary.payload["left_out"], "returned": 2}
    summary.save()
    assert "include what was returned later" in words(in_english, "/analysis/products/")


def test_pairs_of_one_order_and_of_the_next_purchase(cosmetics: None, in_english: Client) -> None:
    (pair,) = rows_of(in_english, "/analysis/baskets/?csv=utf-8")
    assert (pair["a"], pair["b"], pair["both"], pair["confidence"]) == (
        "CREAM",
        "SOAP",
        "24",
        "1.0",
    )
    # 70 orders, 24 with cream, 34 with soap.
    assert float(pair["lift"]) == pytest.approx(24 * 70 / (24 * 34))
    order_page = words(in_english, "/analysis/baskets/?kind=order")
    assert "Face lotion" in order_page
    assert "Pairs bought one after the other by 20 people or more" in order_page
    year = rows_of(in_english, "/analysis/baskets/?kind=period&csv=utf-8&sku=FACE")
    assert {(row["a"], row["b"], row["both"]) for row in year} == {
        ("CREAM", "FACE", "24"),
        ("FACE", "SOAP", "24"),
    }


def test_the_page_of_recommendations_shows_every_method_with_its_width(
    cosmetics: None, browser_of_staff: Client
) -> None:
    page = words(browser_of_staff, "/analysis/recommendations/")
    assert "隠しておいた購入で比べた結果" in page
    assert "よく選ばれている商品" in page
    rows = rows_of(browser_of_staff, "/analysis/recommendations/?csv=utf-8")
    assert {"popular", "next", "similar", "together"} <= {row["method"] for row in rows}
    assert all(float(row["low"]) <= float(row["high"]) for row in rows)


@pytest.mark.parametrize("address", ["/analysis/products/", "/analysis/baskets/?kind=order"])
def test_an_empty_shop_says_what_to_do(browser_of_staff: Client, address: str) -> None:
    assert "受注を取り込む" in words(browser_of_staff, address)


def test_a_person_page_says_what_to_suggest_next_and_why(
    refilling: None, browser_of_staff: Client
) -> None:
    def panel(member: str) -> str:
        (person,) = customers.search_customers(f"{member}@example.com")
        page = words(browser_of_staff, f"/customers/{person.id}/")
        return page.split("次におすすめの商品")[1].split("シナリオ")[0]

    # Bought lotion on two days 50 days apart: due until two such cycles are over.
    assert "Face lotion" in panel("due")
    assert "前回のお買い上げから90日" in panel("due")
    assert "いまおすすめできる商品はありません" in panel("f25")
    assert "2回目のご購入までは、ほかの商品をすすめません" in panel("s1")


@pytest.fixture
def refilling(cosmetics: None) -> None:
    """The same shop with somebody whose lotion ran out 40 days ago; f25's did 100 days ago."""
    warehouse = settings.OKAERI.warehouse_dir
    lived_once("refilling", warehouse, lambda: _buy_again(warehouse))


def _buy_again(folder: Path) -> None:
    intake.record_orders([order("due", 140, ["FACE"]), order("due", 90, ["FACE"])])
    insight.forget_results()
    _refresh(folder)


@pytest.fixture
def categories(cosmetics: None) -> None:
    """The same shop with two levels of categories, friends of baths, a salt nobody bought yet."""
    warehouse = settings.OKAERI.warehouse_dir
    lived_once("categories", warehouse, lambda: _sort_cosmetics(warehouse))


def _sort_cosmetics(folder: Path) -> None:
    intake.record_orders([order(f"s{n}", 100, ["SOAP"]) for n in range(10)])
    intake.record_products(
        [
            ProductIn("FACE", "Face lotion", "Skin > Lotion"),
            ProductIn("CREAM", "Night cream", "Skin > Cream"),
            ProductIn("SOAP", "Soap", "Bath"),
            ProductIn("SALT", "Bath salt", "Bath"),
        ]
    )
    insight.forget_results()
    _refresh(folder)


@pytest.mark.covers("H-13")
def test_interests_show_topics_their_quality_and_when_they_were_learned(
    categories: None, in_english: Client
) -> None:
    rows = {row["topic"]: row for row in rows_of(in_english, "/analysis/interests/?csv=utf-8")}
    assert set(rows) == {"Bath", "Skin", "Skin > Cream", "Skin > Lotion"}
    assert rows["Skin > Cream"]["level"] == "1"
    page = words(in_english, "/analysis/interests/")
    assert (
        "Learned on Wed 20 May 2026 from purchases, views, clicks in messages and answers of 40 people, "
        "anew every week; who cares for what is told every night." in page
    )
    assert "Nobody bought in the last 60 days, so the quality is not known yet" in page


@pytest.mark.covers("H-08")
def test_a_new_product_has_its_audience_ready_as_a_segment(
    categories: None, in_english: Client
) -> None:
    page = words(in_english, "/analysis/interests/")
    size = len(insight.interest_audience("Bath"))
    assert size == 10
    assert f"Bath salt Bath not yet {size} people" in page
    # Both counts of the topic lead to its people.
    html = unescape(in_english.get("/analysis/interests/").content.decode())
    links = re.findall(rf'href="/analysis/segments/new/([^"]+Bath[^"]*)">{size} people', html)
    assert (len(links), len(set(links))) == (2, 1)
    people = words(in_english, f"/customers/{links[0]}")
    assert f"{size} customers fit" in people
    assert "Cares for Bath" in people
    answer = in_english.post("/analysis/interests/segment/", {"topic": "Bath"})
    assert answer.status_code == 302
    (segment,) = [one for one in insight.list_segments() if "Bath" in one.name]
    assert insight.segment_members(segment.id) == insight.interest_audience("Bath")
    assert segment.rule == insight.interest_rule("Bath")
    assert "any interest (Category" in words(in_english, f"/analysis/segments/{segment.id}/")
    assert in_english.post("/analysis/interests/segment/", {"topic": "?"}).status_code == 400
