"""Sources and their cost on pages: written, brought in, taken out, shown."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from okaeri.foundation import clock, settings
from okaeri.foundation.warehouse import open_warehouse
from okaeri.insight import api as insight
from okaeri.insight.media_types import MediaRules
from okaeri.insight.types import Depth
from tests.insight.mixed_shop import order, record
from tests.web import shop

pytestmark = pytest.mark.django_db
PAGE = "/analysis/sources/costs/"


def test_costs_are_typed_replaced_brought_in_and_taken_out(browser_of_staff: Client) -> None:
    browser_of_staff.post(PAGE, {"month": "2026-04", "media": "search", "cost": "9800"})
    browser_of_staff.post(PAGE, {"month": "2026/4", "media": "search", "cost": "12,800円"})
    file = SimpleUploadedFile("c.csv", "月,媒体,費用\n2026年5月,テレビ,500000\n".encode("cp932"))
    browser_of_staff.post(PAGE, {"file": file})
    known = [(c.month.month, c.media_code, c.cost_minor) for c in insight.list_media_costs()]
    assert known == [(5, "テレビ", 500_000), (4, "search", 12_800)]
    csv = b"".join(browser_of_staff.get(f"{PAGE}?csv=utf-8")).decode("utf-8-sig")
    assert csv.splitlines()[2] == "2026-04,search,12800"
    browser_of_staff.post(PAGE, {"do": "remove", "month": "2026-05", "media": "テレビ"})
    assert len(insight.list_media_costs()) == 1


def test_a_file_of_costs_brought_back_changes_nothing(browser_of_staff: Client) -> None:
    known = {spec.key: spec for spec in settings.specs_of(settings.ShopProfile).values()}
    settings.save(known, {"shop.currency": "USD"})
    table = "2026-04,'x,12.34\n2026-04,=flyer,1200\n2026-04,sns,0.05\n"
    browser_of_staff.post(PAGE, {"table": table})
    costs = insight.list_media_costs()
    assert {c.media_code: c.cost_minor for c in costs} == {"'x": 1234, "=flyer": 120_000, "sns": 5}
    csv = b"".join(browser_of_staff.get(f"{PAGE}?csv=utf-8"))
    assert "2026-04,sns,0.05" in csv.decode()
    browser_of_staff.post(PAGE, {"file": SimpleUploadedFile("c.csv", csv)})
    assert insight.list_media_costs() == costs


def test_one_bad_line_keeps_nothing_and_says_which(browser_of_staff: Client) -> None:
    table = "2026-04,search,100\n2026-04,sns,たくさん\n"
    answer = browser_of_staff.post(PAGE, {"table": table})
    assert answer.status_code == 400
    html = answer.content.decode()
    assert "2行目の費用「たくさん」を読めません" in html
    assert "2026-04,sns,たくさん" in html
    assert insight.list_media_costs() == []


def table_of(html: str, head: str) -> dict[str, list[str]]:
    """Give the rows of the table under a heading: first cell → the others, as words."""
    part = html.split(f"<h2>{head}</h2>")[1].split("</table>", maxsplit=1)[0]
    rows = re.findall(r"<tr>(.*?)</tr>", part, flags=re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, flags=re.DOTALL) for row in rows]
    words = [[re.sub(r"<[^>]+>", " ", cell).strip() for cell in row] for row in cells]
    return {row[0]: row[1:] for row in words}


@pytest.mark.covers("K-11", "Q-11", "Q-18")
def test_one_tile_has_the_cost_of_both_orders_and_one_the_ways_in(
    browser_of_staff: Client, tmp_path: Path
) -> None:
    clock.set_clock(clock.SimulatedClock(datetime(2026, 5, 20, 3, tzinfo=UTC)))
    # Ten people first bought in April: of four search is the source, it cost 12,000 in that month.
    sources = ["search"] * 4 + ["organic"] * 2 + ["referral"] + [""] * 2 + ["flyer"]
    orders = [order(f"p{n}", date(2026, 4, n + 1), media=m) for n, m in enumerate(sources)]
    # Five of them came again in May; the shop spends 1,000 a month on such people.
    orders += [order(f"p{n}", date(2026, 5, n + 1)) for n in range(5)]
    record(*orders)
    browser_of_staff.post(PAGE, {"month": "2026-04", "media": "search", "cost": "12000"})
    known = {spec.key: spec for spec in settings.specs_of(MediaRules).values()}
    settings.save(known, {"media.retention_cost": 1000})
    warehouse = open_warehouse(tmp_path / "warehouse")
    insight.refresh(warehouse=warehouse, as_of=date(2026, 5, 20))
    warehouse.close()
    html = browser_of_staff.get("/analysis/sources/").content.decode()
    tile = html.split("<h2>新規と既存の、注文1件の費用</h2>")[1].split("</section>")[0]
    told = " ".join(re.sub(r"<[^>]+>", " ", tile).split())
    # 12,000 ÷ 10 first orders; 1,000 ÷ 2.5 later orders a month; three times as dear.
    assert "新規の注文 1,200円" in told
    assert "既存のお客様の注文 400円" in told
    assert "新規 ÷ 既存 3.0倍" in told
    assert "よく言われる目安は 5倍" in told
    # Fifteen orders of one price, five of them second ones.
    assert "2回目以降の売上比率 33.3%" in told
    inflow = table_of(html, "直近90日の流入構成")
    assert {name: row for name, row in inflow.items() if name != "入口"} == {
        "広告(費用のある媒体)": ["4人", "40.0%"],
        "自然検索": ["2人", "20.0%"],
        "紹介": ["1人", "10.0%"],
        "媒体の記録なし(直接)": ["2人", "20.0%"],
        "そのほか": ["1人", "10.0%"],
    }
    # By source: nobody began with a trial or took a subscription, so those two have no figure.
    search = table_of(html, "媒体ごと")["search"]
    assert search[1:5] == ["12,000円", "3,000円", "3,000円", "—"]


def test_the_page_shows_new_beside_existing_the_guide_and_the_inflow(
    browser_of_staff: Client, small_shop: None, tmp_path: Path
) -> None:
    html = browser_of_staff.get("/analysis/sources/").content.decode()
    assert "媒体の費用がまだありません" in html
    assert "媒体の記録なし(直接)" in html
    browser_of_staff.post(PAGE, {"month": "2026-09", "media": "tv", "cost": "30000"})
    shop.refresh(tmp_path / "warehouse", Depth.ALL)
    html = browser_of_staff.get("/analysis/sources/").content.decode()
    assert "費用の月に初めて買った方がいません" in html
    for words in (
        "新規 ÷ 既存",
        "よく言われる目安は 5倍",
        "2回目以降の売上比率",
        "この数字の定義",
    ):
        assert words in html
