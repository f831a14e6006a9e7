"""Sources and their cost on pages: written, brought in, taken out, shown."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from okaeri.insight import api as insight
from okaeri.insight.types import Depth
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


def test_one_bad_line_keeps_nothing_and_says_which(browser_of_staff: Client) -> None:
    table = "2026-04,search,100\n2026-04,sns,たくさん\n"
    answer = browser_of_staff.post(PAGE, {"table": table})
    assert answer.status_code == 400
    html = answer.content.decode()
    assert "2行目の費用「たくさん」を読めません" in html
    assert "2026-04,sns,たくさん" in html
    assert insight.list_media_costs() == []


@pytest.mark.covers("K-11", "Q-11", "Q-18")
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
        "既存のお客様の売上比率",
        "この数字の定義",
    ):
        assert words in html
