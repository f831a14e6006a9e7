"""Class × purchase count × product: every cell against sums made by hand, and to those very people."""

import csv
import io
import json
import random
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.test import Client

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.insight import api as insight
from okaeri.insight.analyses import pivot as pivot_analysis
from okaeri.insight.models import CustomerInsight, Report
from okaeri.intake.types import LineIn, OrderIn, PartyIn
from okaeri.web.pages.analysis.pivot import cube_of
from okaeri.web.pages.analysis.pivot_cells import people_of
from tests.insight.mixed_shop import lively, record

pytestmark = pytest.mark.django_db
TODAY = date(2026, 5, 20)
PLACES = ("東京都", "大阪府", "")
_POSTAGE = LineIn("SOUFU", "送料", 1, 550, 550)
Key = tuple[str, ...]


def _orders() -> list[OrderIn]:
    """A lively shop with homes, postage on every order, and now and then a second product or line."""
    dice, found = random.Random(3), []
    for one in lively(people=110, start=TODAY - timedelta(days=900), end=TODAY):
        home = PLACES[int(one.party.member_no[1:]) % 3]
        more = [LineIn("SOAP", "せっけん", 1, 1200, 1200)] if dice.random() < 0.3 else []
        party = replace(one.party, prefecture=home)
        found.append(replace(one, party=party, lines=(*one.lines, *more, _POSTAGE)))
    return found


@pytest.fixture
def shop(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Warehouse, list[OrderIn]]]:
    # So that there are others: two products and one prefecture have places of their own.
    monkeypatch.setattr(pivot_analysis, "MOST_PRODUCTS", 2)
    monkeypatch.setattr(pivot_analysis, "MOST_PREFECTURES", 1)
    with clock.use(clock.SimulatedClock(datetime(2026, 5, 20, 3, tzinfo=UTC))):
        orders = _orders()
        record(*orders)
        while customers.resolve_new_parties(clock.now()):
            pass
        warehouse = open_warehouse(settings.OKAERI.warehouse_dir)
        insight.refresh(warehouse=warehouse, as_of=TODAY)
        yield warehouse, orders
        warehouse.close()


def payload() -> dict[str, Any]:
    found: dict[str, Any] = insight.find_report("pivot").payload  # type: ignore[union-attr]
    return found


def _standings() -> dict[str, CustomerInsight]:
    """Give membership number → standing: e-mail tells who is who."""
    rows = {row.customer_id: row for row in CustomerInsight.objects.all()}
    return {
        profile.email.partition("@")[0]: rows[number]
        for number, profile in customers.list_profiles(rows).items()
    }


def _by_hand(orders: list[OrderIn], names: tuple[str, ...]) -> dict[Key, list[int]]:
    """Sum the same cells from the orders themselves."""
    known, people = _standings(), defaultdict(set)
    own = payload()["dimensions"]
    counts: dict[Key, list[int]] = defaultdict(lambda: [0, 0, 0])
    nets = {one.order_no: _net(one) for one in orders}
    for one in orders:
        who = known[one.party.member_no]
        lapsed = ":lapsed" if who.is_lapsed else ""
        values = {
            "class": who.stage + lapsed,
            "count": str(min(who.purchase_count, 6)),
            "prefecture": _among(one.party.prefecture, own["prefecture"]),
            "plan": "subscription" if one.delivery_no else "once",
            "source": one.source,
        }
        amounts: dict[str, int] = defaultdict(int)
        for line in one.lines:
            if line.sku != "SOUFU":
                amounts[_among(line.sku, own["product"])] += line.amount_minor
        split = amounts if "product" in names else {"": nets[one.order_no]}
        for sku, net in split.items():
            key = tuple({**values, "product": sku}[name] for name in names)
            people[key].add(one.party.member_no)
            counts[key][1] += 1
            counts[key][2] += net
    return {key: [len(people[key]), *sums[1:]] for key, sums in counts.items()}


def _among(value: str, known: list[str]) -> str:
    return value if value in known else ""


def _net(one: OrderIn) -> int:
    return sum(line.amount_minor for line in one.lines if line.sku != "SOUFU") + 550


@pytest.mark.covers("E-01")
def test_every_cell_is_the_sum_of_its_orders_and_leads_to_its_people(
    shop: tuple[Warehouse, list[OrderIn]], browser_of_staff: Client
) -> None:
    warehouse, orders = shop
    found = payload()
    # PostgreSQL keeps no order of keys.
    known = {"class", "count", "product", "plan", "source", "prefecture"}
    assert set(found["dimensions"]) == known
    for size in (0, 1, 2, 3):
        for names in permutations(found["dimensions"], size):
            if list(names) == [one for one in found["dimensions"] if one in names]:
                assert cube_of(found, list(names)) == _by_hand(orders, names), names
    # Each cell's rule finds as many as the cell says: every value of every dimension with every other.
    dice = random.Random(1)
    asked = 0
    for names in permutations(found["dimensions"], 2):
        cells = cube_of(found, list(names))
        for key in dice.sample(sorted(cells), min(2, len(cells))):
            address = people_of(dict(zip(names, key, strict=True)), found)
            rule = json.loads(parse_qs(urlsplit(address).query)["rule"][0])
            seen = insight.preview_rule(rule, warehouse=warehouse)
            assert seen.total == cells[key][0], (names, key)
            asked += 1
    assert asked > 50


@pytest.mark.covers("E-01")
def test_the_page_begins_with_class_count_and_product_and_swaps_dimensions(
    shop: tuple[Warehouse, list[OrderIn]], browser_of_staff: Client, in_english: Client
) -> None:
    found = payload()
    html = browser_of_staff.get("/analysis/pivot/").content.decode()
    for words in ("初回現役客", "1回", "6回以上", "そのほかの商品", "この数字の定義", "合計"):
        assert words in html
    everybody = cube_of(found, [])[()]
    assert f"{everybody[0]:,}人</a>" in html
    sku, _, last = found["dimensions"]["product"]
    assert last == ""
    narrow = browser_of_staff.get(f"/analysis/pivot/?value={sku}").content.decode()
    for (count,), cell in (
        ((key[1],), cell) for key, cell in cube_of(found, ["product", "count"]).items()
        if key[0] == sku
    ):  # fmt: skip
        assert f"{cell[0]:,}人</a><br><small>{cell[1]}件</small>" in narrow, count
    swapped = browser_of_staff.get("/analysis/pivot/?rows=prefecture&columns=plan&of=source")
    said = swapped.content.decode()
    shown, _ = found["dimensions"]["prefecture"]
    for words in (shown, "そのほか・不明", "定期でない", "mall"):
        assert words in said
    english = in_english.get("/analysis/pivot/?rows=product&columns=class&of=count&value=2")
    head, body = english.content.decode().split("<tbody>")
    assert "Other products" in body
    assert "Toddler, active" in head.split("<thead>")[1]
    download = browser_of_staff.get("/analysis/pivot/?csv=utf-8")
    body = b"".join(download).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(body)))
    assert rows[0] == ["class", "count", "product", "people", "orders", "net_minor"]
    cells = cube_of(found, ["class", "count", "product"])
    assert {tuple(row[:3]): [int(n) for n in row[3:]] for row in rows[1:]} == cells
    # What nobody has, or twice the same, asks for the first choice.
    for odd in ("?rows=x", "?rows=count&columns=count&of=count", "?value=NOTHING"):
        assert browser_of_staff.get(f"/analysis/pivot/{odd}").status_code == 200


@pytest.mark.covers("E-01")
def test_pages_of_new_and_existing_lead_on_to_purchase_counts(
    shop: tuple[Warehouse, list[OrderIn]], browser_of_staff: Client
) -> None:
    counts = cube_of(payload(), ["count"])
    for address in ("/analysis/sales/", "/analysis/sources/"):
        html = browser_of_staff.get(address).content.decode()
        section = html[html.index("購入回数ごとの人数と売上") :]
        assert 'href="/analysis/pivot/"' in section
        for (count,), (people, *_) in counts.items():
            name = "6回以上" if count == "6" else f"{count}回"
            assert re.search(rf">{name}</th><td[^>]*><a href=\"[^\"]+\">{people:,}人</a>", section)


def test_cubes_are_found_in_whatever_order_the_database_gives_dimensions(
    shop: tuple[Warehouse, list[OrderIn]], browser_of_staff: Client
) -> None:
    before = browser_of_staff.get("/analysis/pivot/?rows=class&columns=plan&of=source")
    report = Report.objects.get(name="pivot")
    dimensions = report.payload["dimensions"]
    # PostgreSQL's jsonb: the shortest key first.
    report.payload["dimensions"] = {name: dimensions[name] for name in sorted(dimensions, key=len)}
    report.save()
    assert next(iter(payload()["dimensions"])) == "plan"
    for names in (["class", "plan"], ["plan", "class"], ["prefecture", "source", "count"]):
        assert cube_of(payload(), names), names
    after = browser_of_staff.get("/analysis/pivot/?rows=class&columns=plan&of=source")
    assert _body(after) == _body(before)


def _body(response: Any) -> str:
    words: str = response.content.decode()
    return words[words.index("<tbody>") : words.index("</tbody>")]


def test_a_source_that_saw_only_later_purchases_has_its_own_goods(db: None) -> None:
    with clock.use(clock.SimulatedClock(datetime(2026, 5, 20, 3, tzinfo=UTC))):
        first = _plain("shop", "1", datetime(2026, 1, 5, 3, tzinfo=UTC))
        again = _plain("mall", "2", datetime(2026, 3, 5, 3, tzinfo=UTC))
        record(first, again)
        while customers.resolve_new_parties(clock.now()):
            pass
        warehouse = open_warehouse(settings.OKAERI.warehouse_dir)
        try:
            insight.refresh(warehouse=warehouse, as_of=TODAY)
        finally:
            warehouse.close()
    assert cube_of(payload(), ["source"]) == {("shop",): [1, 1, 1200], ("",): [1, 1, 1200]}
    assert cube_of(payload(), ["product", "source"]) == {
        ("SOAP", "shop"): [1, 1, 1200],
        ("SOAP", ""): [1, 1, 1200],
    }


def _plain(source: str, number: str, at: datetime) -> OrderIn:
    return OrderIn(
        source=source,
        order_no=number,
        ordered_at=at,
        status="accepted",
        party=PartyIn(member_no=f"{source}1", email="hana@example.com"),
        lines=(LineIn("SOAP", "せっけん", 1, 1200, 1200),),
        total_minor=1200,
        currency="JPY",
    )
