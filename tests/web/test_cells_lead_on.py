"""From any count of people on an analysis page to those people: as a segment, and into a journey."""

import json
import random
import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.test import Client, RequestFactory
from django.urls import reverse

from okaeri.foundation import clock
from okaeri.foundation.warehouse import open_warehouse
from okaeri.foundation.work.loop import WorkLoop
from okaeri.insight import api as insight
from okaeri.insight.actions.segment_members import find_members
from okaeri.insight.actions.segments import read_rule, resolve_now
from okaeri.insight.types import Depth
from okaeri.intake.types import LineIn, OrderIn
from okaeri.plan import api as plan
from okaeri.plan.duties import duties
from okaeri.plan.models import Enrolment
from okaeri.web.pages.analysis.frame import GROUPS
from okaeri.web.pages.customers.filters import read_filters
from tests.insight.mixed_shop import lively, order, record
from tests.web.filled import lived_once
from tests.web.shop import fill, refresh, resolve
from tests.web.test_builder_keeps import is_same, sent_back
from tests.web.test_segments import form_of

pytestmark = pytest.mark.django_db
TODAY = date(2026, 5, 20)
NOW = datetime(2026, 5, 20, 3, tzinfo=UTC)
BUILDER = "/analysis/segments/new/"
# Counts that lead nowhere, and why. The key is the page and the head of the column.
EXCEPTIONS = {
    ("freshness", "30日前の鮮度帯"): "as people stood 30 days ago: no rule looks back in time",
    ("movement", "月末"): "as people stood at the ends of months",
    (
        "dropoff?basis=full",
        "期間",
    ): "two full products on one day: a rule counts orders of the first day",
    (
        "cycles",
        "商品",
    ): "late by each product's own days: a rule knows only the first thing that runs out",
    (
        "baskets?kind=order",
        "先の商品",
    ): "in the very next purchase: a rule knows only what came later",
    ("predictions", ""): "a replay of the past, with people as they were then",
    ("recommendations", ""): "a replay of the past, with people as they were then",
}


class _Cells(HTMLParser):
    """Every cell of a table that counts people: first head of its table, words, its own link, and
    whether its row leads to people by its head or a form."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str, str, bool]] = []
        self._head, self._text, self._link = "", "", ""
        self._place, self._has_form, self._of_row = "", False, ""
        self._row: list[tuple[str, str, str]] = []
        self._columns: list[str] = []
        self._column, self._title = 0, ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "table":
            self._head, self._columns = "", []
        if tag in ("td", "th"):
            self._place, self._text, self._link = tag, "", ""
        if tag == "tr":
            self._row, self._has_form, self._of_row, self._column = [], False, "", 0
        if tag == "form":
            self._has_form = True
        if tag == "a" and self._place:
            self._link = said.get("href") or ""
            # A share says in its title of how many people it is.
            self._title = said.get("title") or ""
            if self._place == "th":
                self._of_row = self._link

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "th" and not self._head:
            self._head = self._text.strip()
        if tag == "a" and self._place == "td":
            # A cell may hold several counts, each with a link of its own.
            text = " ".join(self._text.split())
            self._row.append(
                (self._head, self._title if _is_count(self._title) else text, self._link)
            )
            self._text, self._link, self._title = "", "", ""
        if tag == "td":
            self._row += [(self._head, self._said(one), "") for one in self._text.split("/")]
        if tag in ("td", "th"):
            self._column += 1
            if tag == "th":
                self._columns.append(" ".join(self._text.split()))
            self._place = ""
        if tag == "tr":
            row_leads = self._has_form or self._of_row.startswith((BUILDER, "/customers/"))
            self.found += [(*cell, row_leads) for cell in self._row]

    def _said(self, text: str) -> str:
        """Give a cell's words; a bare number under a head that speaks of people counts them."""
        said = " ".join(text.split())
        heads = self._columns[self._column : self._column + 1]
        is_people = bool(heads) and ("人数" in heads[0] or heads[0].endswith("人"))
        return f"{said}人" if is_people and re.fullmatch(r"[\d,]+", said) else said


def _is_count(text: str) -> bool:
    return re.fullmatch(r"[\d,]+人", text) is not None


def cells_of(html: str) -> list[tuple[str, int, str, bool]]:
    """Give (head, people, link, whether its row leads on) of every cell that counts at least one person."""
    read = _Cells()
    read.feed(html)
    return [
        (head, int(text.removesuffix("人").replace(",", "")), link, form)
        for head, text, link, form in read.found
        if _is_count(text) and text != "0人"
    ]


def pages() -> list[tuple[str, str]]:
    """Give every page as it opens, and those that count people another way when asked (page, query)."""
    plain = [(page.url_name, "") for group in GROUPS for page in group.pages]
    return [*plain, *((page, query) for page, queries in ASKED.items() for query in queries)]


ASKED = {
    "survival": ("?by=product", "?by=media", "?by=source"),
    "dropoff": ("?basis=full", "?basis=trial"),
    "cohorts": (
        "?of=product&value=LOTION",
        "?of=media&value=sns",
        "?of=media&value=",
        "?rolled=1",
        "?clock=elapsed",
        "?show=sales&of=product&value=TRIAL",
    ),
    "lifetime_value": ("?by=media", "?by=product"),
    "baskets": ("?kind=period", "?kind=order"),
    "areas": ("?source=shop",),
}


def varied(order: OrderIn) -> OrderIn:
    """Give an order with its hour, sometimes a second product, and of whom: where he lives, how old he is."""
    number = int(order.party.member_no[1:])
    dice = random.Random(order.order_no)
    place = ("東京都", "100-0001"), ("大阪府", "530-0001"), ("北海道", "060-0001"), ("", "")
    born = None if number % 5 == 0 else date(1950 + number % 55, 1 + number % 12, 1 + number % 28)
    party = replace(
        order.party,
        prefecture=place[number % 4][0],
        postal_code=place[number % 4][1],
        birth_on=born,
    )
    added = (LineIn("SOAP", "せっけん", 1, 1200, 1200),) if dice.random() < 0.3 else ()
    at = order.ordered_at + timedelta(hours=dice.randrange(12))
    # A gift that cost nothing was not bought.
    gift = (LineIn("CREAM", "クリーム", 1, 0, 0),) if number % 7 == 0 else ()
    return replace(order, party=party, ordered_at=at, lines=(*order.lines, *added, *gift))


def _live() -> None:
    clock.set_clock(clock.SimulatedClock(NOW))
    bought = lively(people=90, start=TODAY - timedelta(days=700), end=TODAY)
    # Some take the full product with the trial.
    at_once = [
        order(one.party.member_no, one.ordered_at.date(), "LOTION")
        for one in bought
        if one.lines[0].sku == "TRIAL" and int(one.party.member_no[1:]) % 3 == 0
    ]
    record(*(varied(one) for one in (*bought, *at_once)))
    resolve()
    refresh(settings.OKAERI.warehouse_dir, Depth.ALL)
    warehouse = open_warehouse(settings.OKAERI.warehouse_dir)
    insight.measure_ages(iter(()), warehouse=warehouse, as_of=TODAY)
    warehouse.close()


@pytest.fixture
def varied_shop(db: None, browser_of_staff: Client) -> Iterator[Client]:
    """Staff of a shop with trials, subscriptions, media, a mall, ages, places and hours of the day."""
    lived_once("varied", settings.OKAERI.warehouse_dir, _live)
    with clock.use(clock.SimulatedClock(NOW)):
        yield browser_of_staff


# Page → what it says; the shop is the same for every test here, so each page is read once.
_read: dict[tuple[str, str], str] = {}


def html_of_pages(browser: Client) -> dict[tuple[str, str], str]:
    """Give what every page with counts of people says."""
    for page, query in pages():
        if (page, query) not in _read:
            _read[page, query] = browser.get(reverse(page) + query).content.decode()
    return _read


def handed_on(html: str) -> list[dict[str, Any]]:
    """Every rule a page's links and charts carry into the builder."""
    addresses = re.findall(rf"{BUILDER}\?rule=[^\"'\\<> ]+", unescape(html))
    return [json.loads(parse_qs(urlsplit(one).query)["rule"][0]) for one in addresses]


# Pages whose charts have marks one can press.
WITH_MARKS = ("portfolio", "freshness", "dropoff", "survival", "deciles")
_ORDERS = rf'<a [^>]*href="({BUILDER}[^"]+)">([\d,]+)</a>'


def links_of_charts(html: str) -> set[str]:
    drawn = " ".join(re.findall(r"<svg.*?</svg>", html, re.DOTALL))
    return {unescape(link) for link in re.findall(rf'"({BUILDER}[^"]+|/customers/[^"]+)"', drawn)}


def shape(part: object) -> str:
    """What is compared with what and how, without the values."""
    if isinstance(part, dict):
        names = {key: part[key] for key in ("field", "op", "did", "measure") if key in part}
        inner = sorted((key, shape(value)) for key, value in part.items())
        return repr((names, type(part.get("value")).__name__, inner))
    return repr(sorted(map(shape, part))) if isinstance(part, list) else ""


@pytest.fixture
def browser(db: None, browser_of_staff: Client) -> Client:
    """Staff of a living shop whose warehouse is where pages look for it."""
    fill(settings.OKAERI.warehouse_dir, people=120)
    return browser_of_staff


def is_excused(page: str, head: str) -> bool:
    return (page, head) in EXCEPTIONS or (page, "") in EXCEPTIONS


def rule_behind(link: str) -> object:
    asked = RequestFactory().get(link)
    said = asked.GET.get("rule")
    return json.loads(said) if said else read_filters(asked).rule()


def people_behind(links: Collection[str]) -> dict[str, int]:
    """Count whom the rule of each address of the builder means, all of them at once."""
    plain = [resolve_now(read_rule(rule_behind(link)), TODAY) for link in links]
    warehouse = open_warehouse(settings.OKAERI.warehouse_dir)
    found = [
        len(members)
        for start in range(0, len(plain), 100)
        for members in find_members(warehouse, plain[start : start + 100], TODAY)
    ]
    warehouse.close()
    return dict(zip(links, found, strict=True))


@pytest.mark.covers("B-08")
def test_every_count_of_people_leads_to_those_very_people(varied_shop: Client) -> None:
    """The number in a cell is the number of people the rule behind its link means."""
    nowhere, shown = [], []
    for (page, query), html in html_of_pages(varied_shop).items():
        for head, people, link, row_leads in cells_of(html):
            path = urlsplit(link)
            if path.path == BUILDER:
                shown.append((page + query, head, people, link))
            elif (
                path.path != "/customers/" and not row_leads and not is_excused(page + query, head)
            ):
                nowhere.append((page + query, head, people))
    meant = people_behind({link for *_, link in shown})
    wrong = [(*one, meant[one[-1]]) for one in shown if meant[one[-1]] != one[2]]
    assert (sorted(nowhere), wrong) == ([], [])
    assert len(shown) > 300
    # The builder counts as its rules do, and so does the list of these people.
    page, _, people, link = shown[0]
    assert f"いま {people:,}人 います" in varied_shop.get(link).content.decode(), page
    for page, head, people, link in shown[:: len(shown) // 8]:
        said = varied_shop.get(link.replace(BUILDER, "/customers/")).content.decode()
        assert f"条件に合うのは {people:,}人です" in said, (page, head, link)
        assert said.count('class="row-link"') == min(50, people), (page, head, link)


@pytest.mark.covers("B-08")
def test_marks_of_charts_and_counts_of_orders_lead_to_somebody(varied_shop: Client) -> None:
    """A mark leads where a cell of the table beside it does; never more people than orders they made."""
    read = html_of_pages(varied_shop)
    marks = {page: links_of_charts(read[page, ""]) for page in WITH_MARKS}
    assert [page for page, links in marks.items() if not links] == []
    orders = [(int(n), unescape(link)) for link, n in re.findall(_ORDERS, read["timing", ""])]
    assert len(orders) > 40
    pairs = re.findall(rf'href="({BUILDER}[^"]+)">両方を買った方', read["baskets", ""])
    assert pairs
    every = {*(unescape(link) for link in pairs), *(link for _, link in orders)}
    meant = people_behind(every.union(*marks.values()))
    assert [link for link, people in meant.items() if not people] == []
    assert [(n, link) for n, link in orders if meant[link] > n] == []


def test_every_kind_of_rule_a_page_hands_to_the_builder_is_kept_as_it_was(
    varied_shop: Client,
) -> None:
    handed = [rule for html in html_of_pages(varied_shop).values() for rule in handed_on(html)]
    handed += [one.rule for one in insight.list_presets()]
    kinds = list({shape(rule): rule for rule in handed}.values())
    assert len(kinds) > 100
    for start in range(0, len(kinds), 40):
        some = kinds[start : start + 40]
        stored = sent_back(varied_shop, {"any": some})
        # What is too much to draw travels whole, as one part.
        parts = stored["any"] if "any" in stored else stored["all"][0]["any"]
        pairs = zip(some, parts, strict=True)
        assert [pair for pair in pairs if not is_same(*pair)] == []


@pytest.mark.covers("B-08")
def test_from_a_cell_to_a_segment_and_into_a_journey(browser: Client) -> None:
    html = browser.get(reverse("portfolio")).content.decode()
    (link,) = {
        link
        for _, people, link, _ in cells_of(html)
        if people and "stage=first" in link and "lapsed=0" in link
    }
    page = browser.get(link).content.decode()
    assert "この顧客でセグメント作成" in page
    assert "この顧客でシナリオ開始" in page
    kept = browser.post(link, {**form_of(page), "name": "はじめての方", "do": "journey"})
    segment = insight.list_segments()[0]
    assert kept.headers["Location"] == f"/analysis/segments/{segment.id}/#journey"
    assert segment.size == insight.count_customers_where(segment.rule)
    offered = browser.get(kept.headers["Location"]).content.decode()
    assert "この顧客でシナリオ開始" in offered
    assert 'value="win_back"' in offered
    # Letters about an order, or a cart, suit nobody who comes from a segment.
    assert 'value="first_follow"' not in offered
    assert 'value="cart"' not in offered
    said = browser.post(f"/analysis/segments/{segment.id}/journey/", {"base": "win_back"})
    key = f"win_back_s{segment.id}"
    assert said.headers["Location"] == f"/actions/journeys/{key}/"
    assert plan.get_journey(key).status == "draft"
    flow = browser.get(said.headers["Location"]).content.decode()
    assert "セグメント「はじめての方」に入った時" in flow
    browser.post(f"/actions/journeys/{key}/activate/", {"holdout": "0"})
    WorkLoop(duties(batch=500)).run_until_idle()
    walking = Enrolment.objects.filter(journey__key=key).values_list("customer_id", flat=True)
    assert set(walking) == set(insight.segment_members(segment.id)) != set()
    again = browser.post(f"/analysis/segments/{segment.id}/journey/", {"base": "win_back"})
    assert again.headers["Location"] == said.headers["Location"]


def test_starting_a_shipped_journey_makes_the_segment_it_waits_at(browser: Client) -> None:
    for key, preset in (("vip_invitation", "high_spend"), ("trial_to_full", "trial_gone")):
        assert insight.segment_of_preset(preset) is None
        browser.post(f"/actions/journeys/{key}/activate/", {"holdout": "10"})
        made = insight.segment_of_preset(preset)
        assert made is not None
        assert plan.get_journey(key).status == "live"
        assert (
            f"/actions/journeys/{key}/"
            in browser.get(f"/analysis/segments/{made.id}/").content.decode()
        )
