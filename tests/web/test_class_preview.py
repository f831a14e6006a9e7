"""Class rules are tried on the page before they are saved."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from okaeri.foundation.models import Job
from okaeri.foundation.settings import load, specs_of
from okaeri.insight import api as insight
from okaeri.insight.models import CustomerInsight
from okaeri.insight.types import LifecycleRules
from okaeri.web.setting_groups import GROUPS
from tests.web import shop

pytestmark = [pytest.mark.django_db, pytest.mark.engine]
PAGE = "/settings/rules/classes/"


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(settings, "OKAERI", replace(settings.OKAERI, data_dir=tmp_path))


def form(**changed: object) -> dict[str, Any]:
    stored = {
        spec.key: getattr(load(rules), name)
        for rules in GROUPS["classes"]
        for name, spec in specs_of(rules).items()
    }
    filled = {key: "on" if value is True else value for key, value in stored.items()}
    return {**filled, **{key.replace("__", "."): value for key, value in changed.items()}}


def counts_on(html: str) -> list[tuple[int, int, int]]:
    """The rows of the preview: before, after, change."""
    table = html.split("<tbody>")[1].split("</tbody>", maxsplit=1)[0]
    cells = re.findall(r'<td class="n"[^>]*>(.*?)</td>', table)
    numbers = [int(re.sub(r"[^\d−]", "", cell).replace("−", "-") or 0) for cell in cells]
    return list(zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True))


def stored_counts() -> list[int]:
    report = insight.find_report("portfolio")
    assert report is not None
    return [cell["customers"] for cell in report.payload["cells"]]


def test_a_preview_counts_what_saving_would_make_and_saves_nothing(
    browser_of_staff: Client, small_shop: None, tmp_path: Path
) -> None:
    changed = form(cpm__lapse_days=30, cpm__warn_days=20, cpm__f2_late_days=15, cpm__multiple=2)
    before = stored_counts()
    page = browser_of_staff.post(PAGE, {**changed, "preview": "1"})
    html = page.content.decode()
    assert page.status_code == 200
    assert "まだ保存していません" in html
    assert 'name="cpm.lapse_days" value="30"' in html
    rows = counts_on(html)
    assert [row[0] for row in rows] == before
    assert all(after - old == difference for old, after, difference in rows)
    assert load(LifecycleRules) == LifecycleRules()
    assert not Job.objects.exists()
    assert stored_counts() == before

    saved = browser_of_staff.post(PAGE, changed)
    assert saved.status_code == 302
    shop.refresh(tmp_path / "warehouse")
    assert [row[1] for row in rows] == stored_counts() != before


def test_the_page_offers_a_preview_in_both_languages(
    browser_of_staff: Client, in_english: Client
) -> None:
    assert ">プレビュー</button>" in browser_of_staff.get(PAGE).content.decode()
    assert ">Preview</button>" in in_english.get(PAGE).content.decode()
    assert "preview" not in browser_of_staff.get("/settings/").content.decode()


def test_a_value_that_cannot_be_used_is_said_before_anything_is_counted(
    browser_of_staff: Client,
) -> None:
    page = browser_of_staff.post(PAGE, {**form(cpm__lapse_days="soon"), "preview": "1"})
    assert page.status_code == 400
    assert "数字で入力してください" in page.content.decode()
    assert "<tbody>" not in page.content.decode()


def test_before_the_first_analysis_the_preview_says_so(in_english: Client) -> None:
    page = in_english.post(PAGE, {**form(cpm__lapse_days=200), "preview": "1"})
    assert "There is no analysis yet to compare with." in page.content.decode()
    assert load(LifecycleRules).lapse_days == LifecycleRules().lapse_days


@pytest.mark.covers("C-07")
def test_the_multiple_of_seven_and_the_price_are_tried_on_class_counts_before_they_are_saved(
    browser_of_staff: Client, small_shop: None, tmp_path: Path
) -> None:
    html = browser_of_staff.get(PAGE).content.decode()
    assert re.search(r'name="cpm.multiple" value="7"', html)
    assert 'value="aov_all" selected' in html
    fixed = form(cpm__unit_price_mode="fixed", cpm__fixed_unit_price=900, cpm__multiple=2)
    before = stored_counts()
    rows = counts_on(browser_of_staff.post(PAGE, {**fixed, "preview": "1"}).content.decode())
    assert [row[0] for row in rows] == before
    assert load(LifecycleRules).multiple == 7
    browser_of_staff.post(PAGE, fixed)
    shop.refresh(tmp_path / "warehouse")
    report = insight.find_report("portfolio")
    assert report is not None
    assert report.payload["threshold_minor"] == 1800
    assert [row[1] for row in rows] == stored_counts() != before


def test_the_page_proposes_the_lapse_of_the_shops_own_intervals(
    browser_of_staff: Client, small_shop: None
) -> None:
    report = insight.find_report("summary")
    assert report is not None
    days = report.payload["suggested_lapse_days"]
    assert days not in (None, load(LifecycleRules).lapse_days)
    shown = browser_of_staff.get(PAGE).content.decode()
    assert f"離脱までの日数のおすすめは {days}日です" in shown
    assert 'name="cpm.lapse_days" value="240"' in shown
    tried = browser_of_staff.get(PAGE, {"propose": "1"}).content.decode()
    assert f'name="cpm.lapse_days" value="{days}"' in tried
    assert load(LifecycleRules).lapse_days == 240, "a look saves nothing"
    fields = dict(re.findall(r'name="(cpm\.[a-z_0-9]+|f2\.[a-z_0-9]+)" value="(\d+)"', tried))
    assert browser_of_staff.post(PAGE, {**form(), **fields}).status_code == 302
    assert load(LifecycleRules).lapse_days == days
    assert "おすすめは" not in browser_of_staff.get(PAGE).content.decode(), "it is in force"


def test_the_preview_says_who_changes_class_and_why(
    browser_of_staff: Client, small_shop: None, tmp_path: Path
) -> None:
    standing = everybody()
    tried = form(cpm__lapse_days=30, cpm__warn_days=20, cpm__f2_late_days=15, cpm__multiple=2)
    html = browser_of_staff.post(PAGE, {**tried, "preview": "1"}).content.decode()
    browser_of_staff.post(PAGE, tried)
    shop.refresh(tmp_path / "warehouse")
    now = everybody()
    moved = [who for who in standing if standing[who] != now[who]]
    assert moved
    assert f"クラスが変わる方: {len(moved)}人" in html
    named = re.findall(
        r'href="/customers/(\d+)/">[^<]+</a></th>.*?data-label="理由">([^<]+)<', html
    )
    assert len(named) == min(len(moved), 50)
    assert {int(who) for who, _ in named} <= set(moved)
    for who, why in named:
        if standing[int(who)][1] != now[int(who)][1]:
            days = re.search(r"最終購入から(\d+)日で、離脱は30日から", why)
            assert days is not None
            assert int(days[1]) >= 30
        if standing[int(who)][0] != now[int(who)][0]:
            assert "線の" in why
    counts = html.split("<h3>")[1].split("</table>", maxsplit=1)[0]
    many = [
        int(re.sub(r"\D", "", cell)) for cell in re.findall(r'data-label="人数">(.*?)</td>', counts)
    ]
    assert sum(many) == len(moved)
    assert many == sorted(many, reverse=True)


def test_rules_that_move_nobody_and_a_count_that_loses_somebody_are_said(
    browser_of_staff: Client, in_english: Client, small_shop: None
) -> None:
    same = browser_of_staff.post(PAGE, {**form(), "preview": "1"}).content.decode()
    assert "クラスの変わる方はいません" in same
    longer = form(cpm__steady_days=200)
    html = in_english.post(PAGE, {**longer, "preview": "1"}).content.decode()
    assert re.search(r"Tenure of \d+ days is under 200", html)


def everybody() -> dict[int, tuple[str, bool]]:
    """Customer → class and whether lapsed, as of the last refresh."""
    rows = CustomerInsight.objects.exclude(stage="lead")
    return {
        who: (stage, lapsed)
        for who, stage, lapsed in rows.values_list("customer_id", "stage", "is_lapsed")
    }
