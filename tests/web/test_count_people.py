"""Interests, lists, answers, perks and ages by purchase count: over all counts they are those of everybody."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from okaeri.customers.models import Customer
from okaeri.deliver.models import Message
from okaeri.foundation import clock
from okaeri.insight import api as insight
from okaeri.insight.count_types import BANDS, CountFacet
from okaeri.insight.life_types import FIRST_TABLE
from okaeri.insight.models import Report
from okaeri.insight.store import predictions
from okaeri.insight.types import Depth
from okaeri.intake import api as intake
from okaeri.intake.types import ProductIn
from okaeri.listen import api as listen
from okaeri.project import wiring
from tests.web import shop
from tests.web.test_count_facet import browser, opened

__all__ = ["browser"]
pytestmark = [pytest.mark.django_db, pytest.mark.engine]


def payloads_of(browser: Client, page: str, report: str) -> tuple[dict[str, Any], list[Any]]:
    """Give a report over everybody, and over the people of each band."""
    whole = insight.find_report(report)
    assert whole is not None
    parts = []
    for band in BANDS:
        opened(browser, page, f"times={band.least}")
        found = insight.find_count_report(report, CountFacet(band).token)
        if found is not None:
            parts.append(found.payload)
    assert len(parts) > 2
    return whole.payload, parts


def sums(rows: Iterable[dict[str, Any]], key: tuple[str, ...], *names: str) -> Counter[Any]:
    found: Counter[Any] = Counter()
    for row in rows:
        for name in names:
            found[(*(row[one] for one in key), name)] += row[name] or 0
    return +found


def test_interests_of_all_counts_are_those_of_everybody(browser: Client) -> None:
    whole, parts = payloads_of(browser, "interests", "interests")
    assert sums(whole["topics"], ("topic",), "size")
    assert sums((t for part in parts for t in part["topics"]), ("topic",), "size") == sums(
        whole["topics"], ("topic",), "size"
    )
    first = {topic["topic"]: topic["share"] for topic in parts[0]["topics"]}
    assert first != {topic["topic"]: topic["share"] for topic in whole["topics"]}
    assert sum(first.values()) == pytest.approx(1.0)


def test_a_topic_of_one_count_becomes_a_segment_of_those_alone(browser: Client) -> None:
    html = opened(browser, "interests", "times=1")
    assert "/analysis/interests/segment/?times=1" in html
    report = insight.find_count_report("interests", "shop-1")
    assert report is not None
    topic = max(report.payload["topics"], key=lambda one: one["size"])
    browser.post("/analysis/interests/segment/?times=1", {"topic": topic["topic"]})
    assert insight.list_segments()[0].size == topic["size"] > 0


@pytest.mark.parametrize("name", ["overdue", "valuable", "importance"])
def test_lists_of_foretold_people_share_everybody_out_in_their_order(
    browser: Client, name: str
) -> None:
    find = {
        "overdue": insight.list_overdue,
        "valuable": insight.list_most_valuable,
        "importance": insight.list_to_call,
    }[name]
    whole = [row.customer_id for row in find(limit=1000).rows]
    counts = {one: view.purchase_count for one, view in insight.list_insights(whole).items()}
    for band in BANDS[:3]:
        opened(browser, name, f"times={band.least}")
        found = insight.list_by_count(name, CountFacet(band).token, limit=1000)
        expected = [who for who in whole if counts[who] == band.least]
        assert [row.customer_id for row in found.rows] == expected
        assert found.total == len(expected)
    assert name != "valuable" or whole


@pytest.mark.parametrize("few", [10_000, 0], ids=["sorted", "picked out"])
def test_a_long_list_by_count_pages_everybody_in_its_order(
    few: int, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = insight.ids_of_list("valuable")
    counts = {one: view.purchase_count for one, view in insight.list_insights(whole).items()}
    band = max(BANDS, key=lambda band: list(counts.values()).count(band.least))
    monkeypatch.setattr(predictions, "_FEW", few)
    html = opened(browser, "valuable", f"times={band.least}")
    assert "までです" not in html
    token = CountFacet(band).token
    expected = [who for who in whole if counts[who] == band.least]
    assert len(expected) > 10
    assert insight.ids_of_list("valuable", token) == expected
    pages = [insight.list_by_count("valuable", token, offset=n, limit=7) for n in range(0, 200, 7)]
    assert [row.customer_id for page in pages for row in page.rows] == expected
    assert {page.total for page in pages} == {len(expected)}


def test_a_list_an_older_version_cut_is_asked_for_anew(browser: Client) -> None:
    opened(browser, "overdue", "times=1")
    Report.objects.filter(name__startswith="overdue", name__contains="shop-1").update(
        payload={"ids": [1], "total": 2}
    )
    assert ">計算する<" in browser.get("/analysis/overdue/?times=1").content.decode()
    assert "だけの数字です" in opened(browser, "overdue", "times=1")


def test_a_list_by_count_is_a_file_of_these_people(browser: Client) -> None:
    opened(browser, "valuable", "times=2")
    part = browser.get("/analysis/valuable/?times=2&csv=utf-8")
    rows = b"".join(part.streaming_content).decode().splitlines()[1:]  # type: ignore[attr-defined]
    assert len(rows) == insight.count_customers_where(insight.count_rule(CountFacet(BANDS[1])))


@pytest.fixture
def living(db: None, browser_of_staff: Client) -> Client:
    """Staff of a shop with letters, answers and points."""
    shop.fill(settings.OKAERI.warehouse_dir, people=120)
    as_of = clock.now().date()
    customer = insight.list_customers(limit=1, order_by="-net_minor").rows[0].customer_id
    for who in (customer, insight.list_customers(limit=3, order_by="last_on").rows[0].customer_id):
        link = listen.question_link(who, "expectation", "", settings.SECRET_KEY)
        listen.record_answer(link.strip("/").split("/")[-1], 2, "", clock.now())
    # Those of the playbooks have no link: nobody could have answered one.
    Message.objects.update(has_link=True)
    warehouse = wiring.open_shop_warehouse()
    wiring._measure_with_stations_above(warehouse, as_of, Depth.ALL)
    warehouse.close()
    return browser_of_staff


def test_what_people_said_and_got_adds_up_over_the_counts(living: Client) -> None:
    whole, parts = payloads_of(living, "loyalty", "loyalty")
    names: tuple[str, ...] = ("customers", "asked", "rated", "written")
    key = ("stage", "is_lapsed")
    assert sums((r for p in parts for r in p["classes"]), key, *names) == sums(
        whole["classes"], key, *names
    )
    assert whole["all"]["rated"] > 0
    assert whole["all"]["written"] > 0
    whole, parts = payloads_of(living, "perks", "perks")
    names = ("customers", "discount_minor", "points_minor")
    assert sums((r for p in parts for r in p["classes"]), key, *names) == sums(
        whole["classes"], key, *names
    )
    assert sum(row["points_minor"] for row in whole["classes"]) > 0
    whole, parts = payloads_of(living, "expectations", "expectations")
    assert sum(part["answers"] for part in parts) == whole["answers"] > 0


def test_ages_add_up_over_the_counts(living: Client) -> None:
    people = insight.list_customers(limit=1000).rows
    for number, row in enumerate(people):
        born = date(1970 + number % 40, 5, 5)
        Customer.objects.filter(id=row.customer_id).update(birth_on=born)
    warehouse = wiring.open_shop_warehouse()
    wiring._measure_with_stations_above(warehouse, clock.now().date(), Depth.ALL)
    warehouse.close()
    whole, parts = payloads_of(living, "age_channels", "age_channels")
    bands = sums((b for p in parts for b in p["bands"]), ("band",), "people", "sent")
    assert bands == sums(whole["bands"], ("band",), "people", "sent")
    assert sum(band["sent"] for band in whole["bands"]) > 0


def test_life_events_add_up_over_the_counts(living: Client) -> None:
    assert insight.save_life_events(FIRST_TABLE) == []
    intake.record_products([ProductIn("LOTION", "Lotion", "ベビー", 3800)])
    warehouse = wiring.open_shop_warehouse()
    insight.estimate_life_events(warehouse=warehouse, as_of=clock.now().date())
    warehouse.close()
    whole, parts = payloads_of(living, "life_events", "life_events")
    names = ("people", "likely", "possible")
    assert sums((e for p in parts for e in p["events"]), ("key",), *names) == sums(
        whole["events"], ("key",), *names
    )
    assert sum(event["people"] for event in whole["events"]) > 0
