"""購入回数 as a facet: every analysis page offers it or says why not; its numbers, links and files carry it."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from okaeri.foundation import clock
from okaeri.foundation.models import Job
from okaeri.foundation.work.jobs import JobRunner, submit_job
from okaeri.insight import api as insight
from okaeri.insight.count_types import BANDS, CountFacet
from okaeri.insight.models import Report
from okaeri.insight.types import Depth
from okaeri.project.wiring import JOB_HANDLERS
from okaeri.web.count_facet import EXCEPTIONS, PAGES
from okaeri.web.pages.analysis.frame import GROUPS
from tests.insight.mixed_shop import lively, record
from tests.web import shop
from tests.web.filled import lived_once
from tests.web.test_cells_lead_on import BUILDER, cells_of, is_excused, people_behind

pytestmark = [pytest.mark.django_db, pytest.mark.engine]
TODAY = date(2026, 5, 20)
NOW = datetime(2026, 5, 20, 3, tzinfo=UTC)
ALL_PAGES = [page.url_name for group in GROUPS for page in group.pages]
# The pages of one way are asked for one by one, as people do.
PRESSED = "times=3"
WAYS = ("times=1", PRESSED, "times=2&counted=product&item=LOTION", "times=2&counted=contract")


def _live() -> None:
    clock.set_clock(clock.SimulatedClock(NOW))
    record(*lively(people=150, start=TODAY - timedelta(days=700), end=TODAY))
    shop.resolve()
    shop.refresh(settings.OKAERI.warehouse_dir, Depth.ALL)


@pytest.fixture
def browser(db: None, browser_of_staff: Client) -> Iterator[Client]:
    """Staff of a shop with trials, single products and subscriptions."""
    lived_once("counted", settings.OKAERI.warehouse_dir, _live)
    with clock.use(clock.SimulatedClock(NOW)):
        yield browser_of_staff


def compute() -> int:
    """Run what pages asked for."""
    runner, done = JobRunner(JOB_HANDLERS), 0
    while runner.run_one(clock.now()):
        done += 1
    assert not Job.objects.filter(status="failed").exists()
    return done


def ask_for(browser: Client, page: str, way: str) -> None:
    """Press the button of a page whose figures are not there."""
    answer = browser.post(f"{reverse('count_ask', args=[page])}?{way}")
    assert answer.headers["Location"] == f"{reverse(page)}?{way}"


def compute_all(way: str) -> None:
    """Compute what every page would ask for one after the other: the people are read once."""
    words = {name: values[0] for name, values in parse_qs(way).items()}
    names = sorted({name for reports in PAGES.values() for name in reports})
    asked = {"counted": words.get("counted", "shop"), "sku": words.get("item", ""), "names": names}
    submit_job("count_reports", {**asked, "least": int(words["times"])})
    assert compute() == 1


def opened(browser: Client, page: str, way: str) -> str:
    """Open a page by a count, its button pressed."""
    ask_for(browser, page, way)
    compute()
    return looked_at(browser, page, way)


def looked_at(browser: Client, page: str, way: str) -> str:
    """Open a page by a count that was computed."""
    response = browser.get(f"{reverse(page)}?{way}")
    assert response.status_code == 200
    return response.content.decode()


def test_every_analysis_offers_the_facet_or_is_excused_with_a_reason(browser: Client) -> None:
    assert sorted([*PAGES, *EXCEPTIONS]) == sorted(ALL_PAGES)
    for page in ALL_PAGES:
        html = browser.get(reverse(page)).content.decode()
        assert ('aria-label="購入回数"' in html) == (page in PAGES), page
        if page in EXCEPTIONS:
            assert "購入回数では分けません。" not in html, page
            html = browser.get(f"{reverse(page)}?times=2").content.decode()
            assert "購入回数では分けません。" in html, page
            assert EXCEPTIONS[page].ja in html, page
    assert not Job.objects.filter(kind="count_reports").exists()


def test_a_count_is_computed_once_and_the_page_shows_it_by_itself(browser: Client) -> None:
    address = f"{reverse('timing')}?times=2"
    offered = browser.get(address).content.decode()
    (button,) = re.findall(r'action="(/analysis/count/timing/ask/[^"]+)"', offered)
    assert button == "/analysis/count/timing/ask/?times=2"
    assert Job.objects.count() == 0
    for _ in range(2):
        assert browser.post(button).headers["Location"] == address
    waiting = browser.get(address).content.decode()
    assert "計算中" in waiting
    assert 'hx-trigger="every 2s"' in waiting
    assert "<h1>お客様は、いつ買っていますか</h1>" in waiting
    assert Job.objects.count() == 1
    poll = browser.get(address, headers={"HX-Request": "true"})
    assert poll.content.decode().startswith('<section class="panel" id="count-progress"')
    assert compute() == 1
    over = browser.get(address, headers={"HX-Request": "true"})
    assert over.headers["HX-Refresh"] == "true"
    html = browser.get(address).content.decode()
    assert "計算中" not in html
    people = insight.count_customers_where({"field": "purchase_count", "op": "=", "value": 2})
    assert f"いま購入回数が2回の{people}人だけの数字です。" in html
    report = insight.find_count_report("timing", "shop-2")
    assert report is not None
    assert report.payload["orders"] < insight.find_report("timing").payload["orders"]  # type: ignore[union-attr]


@pytest.mark.parametrize("way", WAYS)
def test_every_page_by_count_opens_and_its_counts_lead_to_those_very_people(
    browser: Client, way: str
) -> None:
    nowhere, shown = [], []
    if way != PRESSED:
        compute_all(way)
    for page in PAGES:
        html = opened(browser, page, way) if way == PRESSED else looked_at(browser, page, way)
        assert "だけの数字です" in html, page
        assert not re.search(r"\bNone\b|\bnan\b", re.sub(r"<[^>]+>", " ", html)), page
        for head, people, link, row_leads in cells_of(html):
            if urlsplit(link).path == BUILDER:
                shown.append((page, head, people, link))
            elif not row_leads and not is_excused(page, head):
                nowhere.append((page, head, people))
        # The links of one view keep the count; those to people keep it in their rule.
        for link, text in re.findall(r'<a [^>]*href="(\?[^"]*)"[^>]*>(.*?)</a>', html):
            asked = parse_qs(link.replace("&amp;", "&").lstrip("?"))
            assert "times" in asked or text in ("すべて", "お店全体で見る"), (page, link)
        assert not re.search(r'href="/customers/\?(stage|band)', html), page
    meant = people_behind({link for *_, link in shown})
    wrong = [(*one, meant[one[-1]]) for one in shown if meant[one[-1]] != one[2]]
    assert (nowhere, wrong) == ([], [])
    assert len(shown) > 10
    # The builder counts as its rules do.
    _, _, people, link = shown[0]
    assert f"いま {people:,}人 います" in browser.get(link).content.decode()


def test_a_download_is_of_these_people_and_says_so(browser: Client) -> None:
    opened(browser, "rfm", "times=3")
    whole = browser.get("/analysis/rfm/?csv=utf-8")
    part = browser.get("/analysis/rfm/?times=3&csv=utf-8")
    assert part.headers["Content-Disposition"] == 'attachment; filename="rfm-shop-3.csv"'
    rows = b"".join(part.streaming_content).decode().splitlines()[1:]  # type: ignore[attr-defined]
    people = sum(int(row.split(",")[3]) for row in rows)
    assert people == insight.count_customers_where(insight.count_rule(_shop(3)))
    everybody = b"".join(whole.streaming_content).decode()  # type: ignore[attr-defined]
    assert everybody.splitlines()[1:] != rows


def test_a_file_asked_for_too_early_waits_on_the_page_without_it(browser: Client) -> None:
    early = browser.get("/analysis/rfm/?times=3&csv=utf-8")
    assert (early.status_code, early.headers["Location"]) == (302, "/analysis/rfm/?times=3")
    ask_for(browser, "rfm", "times=3")
    waiting = browser.get("/analysis/rfm/?times=3").content.decode()
    assert 'hx-get="/analysis/rfm/?times=3"' in waiting
    assert "csv" not in waiting.split('id="count-progress"')[1].split("</section>")[0]
    compute()
    assert "だけの数字です" in browser.get(early.headers["Location"]).content.decode()


def _shop(least: int) -> CountFacet:
    return CountFacet(next(band for band in BANDS if band.least == least))


def test_a_chart_is_of_these_people_and_its_marks_lead_to_them(browser: Client) -> None:
    html = opened(browser, "portfolio", "times=2")
    assert "/charts/portfolio--shop-2.svg" in html
    assert "?stage=" not in html
    chart = browser.get("/charts/portfolio--shop-2.csv")
    whole = browser.get("/charts/portfolio.csv")
    of_two = b"".join(chart.streaming_content)  # type: ignore[attr-defined]
    assert of_two != b"".join(whole.streaming_content)  # type: ignore[attr-defined]
    assert "purchase_count" in browser.get("/charts/portfolio--shop-2.svg").content.decode()
    assert browser.get("/charts/portfolio--shop-4.svg").status_code == 404


def test_the_next_refresh_computes_anew(browser: Client) -> None:
    opened(browser, "deciles", "times=1")
    with clock.use(clock.SimulatedClock(NOW + timedelta(hours=1))):
        shop.refresh(settings.OKAERI.warehouse_dir)
        assert ">計算する<" in browser.get("/analysis/deciles/?times=1").content.decode()
        ask_for(browser, "deciles", "times=1")
        assert compute() == 1
        assert "だけの数字です" in browser.get("/analysis/deciles/?times=1").content.decode()


def test_nobody_at_a_count_is_a_sentence(browser: Client, in_english: Client) -> None:
    way = "times=10&counted=product&item=TRIAL"
    assert "いまこの回数の方は、いません。" in opened(browser, "deciles", way)
    assert "Nobody stands at this count today." in opened(in_english, "deciles", way)


def test_a_failed_count_says_why_and_can_be_tried_again(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(JOB_HANDLERS, "count_reports", lambda _context: 1 / 0)
    ask_for(browser, "deciles", "times=1")
    JobRunner(JOB_HANDLERS).run_one(clock.now())
    html = browser.get("/analysis/deciles/?times=1").content.decode()
    assert 'role="alert"' in html
    (retry,) = re.findall(r'action="(/analysis/count/\d+/again/)"', html)
    back = unescape(re.findall(r'name="back" value="([^"]+)"', html)[0])
    assert back == "/analysis/deciles/?times=1"
    # Looking queues nothing, whatever the address says.
    for n in range(3):
        assert "is-running" not in browser.get(f"{back}&again={n}").content.decode()
    assert browser.get(retry).status_code == 405
    assert Job.objects.count() == 1
    monkeypatch.undo()
    for _ in range(2):
        assert browser.post(retry, {"back": back}).headers["Location"] == back
    assert "is-running" in browser.get(back).content.decode()
    assert Job.objects.count() == 1
    away = browser.post(retry, {"back": "https://elsewhere.example/"})
    assert away.headers["Location"] == "/analysis/portfolio/"
    other = submit_job("refresh", {})
    assert browser.post(f"/analysis/count/{other}/again/").status_code == 404
    Job.objects.filter(id=other).delete()
    JobRunner(JOB_HANDLERS).run_one(clock.now())
    assert "だけの数字です" in browser.get("/analysis/deciles/?times=1").content.decode()


def test_looking_writes_nothing_and_figures_let_go_are_asked_for_anew(browser: Client) -> None:
    days = list(insight.movement_days())
    between = f"{reverse('movement')}?from={days[0]}&to={days[1]}"
    for address in [between, reverse("balance"), *(f"{reverse(page)}?times=1" for page in PAGES)]:
        assert ">計算する<" in browser.get(address).content.decode(), address
        refreshed = browser.get(address, headers={"HX-Request": "true"})
        assert refreshed.headers["HX-Refresh"] == "true", address
    assert Job.objects.count() == 0
    page = "/analysis/deciles/?times=1"
    opened(browser, "deciles", "times=1")
    # A done job whose figures are gone is no computation under way.
    Report.objects.filter(name__contains="shop-1").delete()
    assert ">計算する<" in browser.get(page).content.decode()
    assert "だけの数字です" in opened(browser, "deciles", "times=1")
    assert Job.objects.count() == 1
    wrong = browser.post(reverse("count_ask", args=["kpis"]))
    assert wrong.status_code == 404


def test_nonsense_in_the_address_asks_for_everybody(browser: Client) -> None:
    plain = browser.get("/analysis/deciles/").content.decode()
    assert "いまこの回数" not in plain
    for way in ("times=7", "times=x", "times=2&counted=product&item=NOTHING"):
        html = browser.get(f"/analysis/deciles/?{way}").content.decode()
        assert "計算中" not in html
        assert "だけの数字です" not in html


def test_before_the_first_refresh_there_is_nothing_to_choose(browser_of_staff: Client) -> None:
    html = browser_of_staff.get("/analysis/deciles/?times=1").content.decode()
    assert 'aria-label="購入回数"' not in html
    assert "まだ分析がありません" in html
