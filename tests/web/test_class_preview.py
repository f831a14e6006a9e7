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
from okaeri.insight.types import LifecycleRules, RankRules
from tests.web import shop

pytestmark = [pytest.mark.django_db, pytest.mark.engine]
PAGE = "/settings/rules/classes/"


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(settings, "OKAERI", replace(settings.OKAERI, data_dir=tmp_path))


def form(**changed: object) -> dict[str, Any]:
    stored = {
        spec.key: getattr(load(rules), name)
        for rules in (LifecycleRules, RankRules)
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
    changed = form(cpm__lapse_days=30, cpm__multiple=2)
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
    page = in_english.post(PAGE, {**form(cpm__lapse_days=30), "preview": "1"})
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
