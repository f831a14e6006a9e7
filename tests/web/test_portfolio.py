"""The ten classes beside a month's end, their part of sales, and of those who bought one thing."""

import csv
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.foundation.settings import save, specs_of
from okaeri.foundation.warehouse import open_warehouse
from okaeri.insight import api
from okaeri.insight.types import LifecycleRules
from okaeri.intake.types import OrderIn
from tests.insight.mixed_shop import lively, order, record

pytestmark = [pytest.mark.django_db, pytest.mark.engine]
TODAY = date(2026, 5, 20)
PAGE = "/analysis/portfolio/"


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def orders() -> list[OrderIn]:
    return [
        *lively(people=60, start=ago(500), end=TODAY),
        # First-time and active at the end of April, a toddler today.
        order("grew", ago(30), "CREAM", source="mall"),
        order("grew", ago(3), "CREAM", source="mall"),
        # Long known, but bought this only in May.
        order("late", ago(200), "SOAP"),
        order("late", ago(5), "CREAM"),
    ]


def sold() -> list[tuple[str, str, date]]:
    """Whose, what, on which day: one row per order."""
    return [(one.party.member_no, one.lines[0].sku, one.ordered_at.date()) for one in orders()]


@pytest.fixture
def shop(db: None) -> None:
    clock.set_clock(clock.SimulatedClock(datetime(2026, 5, 20, 3, tzinfo=UTC)))
    record(*orders())
    while customers.resolve_new_parties(clock.now()):
        pass
    (grew,) = customers.search_customers("grew@example.com")
    customers.record_consent(
        grew.id,
        channel="email",
        action="granted",
        basis="opt_in",
        source="form",
        proof={"ip": "192.0.2.1"},
        occurred_at=clock.now(),
    )
    with_warehouse = open_warehouse(settings.OKAERI.warehouse_dir)
    api.refresh(warehouse=with_warehouse, as_of=TODAY)
    with_warehouse.close()


def lines_of(browser: Client, query: str = "") -> dict[str, dict[str, str]]:
    body = b"".join(browser.get(f"{PAGE}?csv=utf-8{query}"))
    rows = csv.DictReader(body.decode("utf-8-sig").splitlines())
    return {row["class"]: row for row in rows}


@pytest.mark.usefixtures("shop")
def test_each_class_stands_beside_the_month_one_chooses(browser_of_staff: Client) -> None:
    months = sorted({row.month for row in api.portfolio_history()})
    html = browser_of_staff.get(PAGE).content.decode()
    assert len(months) > 3
    for month in months:
        assert f'<option value="{month:%Y-%m}"' in html
    assert '<option value="2026-04" selected' in html
    for month in (months[-1], months[-3]):
        then = {
            (row.stage, row.is_lapsed): row for row in api.portfolio_history() if row.month == month
        }
        sales = sum(row.net_12m_minor for row in then.values())
        shown = lines_of(browser_of_staff, f"&compare={month:%Y-%m}")
        now: list[dict[str, Any]] = api.find_report("portfolio").payload["cells"]  # type: ignore[union-attr]
        assert len(shown) == len(now) == 10
        for line, cell in zip(shown.values(), now, strict=True):
            was = then[cell["stage"], cell["is_lapsed"]]
            assert int(line["customers_before"]) == was.customers
            assert int(line["customers_change"]) == cell["customers"] - was.customers
            assert float(line["sales_share_before"]) == pytest.approx(was.net_12m_minor / sales)
            assert float(line["sales_share_12m"]) == cell["sales_share_12m"]
    # An address nobody wrote stands for the newest month.
    assert lines_of(browser_of_staff, "&compare=1999-13") == lines_of(browser_of_staff)
    text = " ".join(re.sub(r"<[^>]+>", " ", html).split())
    assert "増減は2026年4月の月末とくらべています" in text
    assert "その月末のクラスで分けたもの" in text
    file = b"".join(browser_of_staff.get("/charts/history-sales.csv"))
    assert len(file.splitlines()) == 1 + len(api.portfolio_history())


@pytest.mark.usefixtures("shop")
def test_filters_count_those_who_ever_bought_it_and_lead_to_them(browser_of_staff: Client) -> None:
    rule = {"did": "item", "where": [{"field": "sku", "op": "=", "value": "CREAM"}]}
    shown = lines_of(browser_of_staff, "&product=CREAM&shop=mall")
    html = browser_of_staff.get(f"{PAGE}?product=CREAM&shop=mall").content.decode()
    mall = {"did": "order", "where": [{"field": "source", "op": "=", "value": "mall"}]}
    warehouse = open_warehouse(settings.OKAERI.warehouse_dir)
    for line, cell in zip(
        shown.values(),
        api.find_report("portfolio").payload["cells"],  # type: ignore[union-attr]
        strict=True,
    ):
        where = [
            {"field": "stage", "op": "=", "value": cell["stage"]},
            {"field": "is_lapsed", "op": "=", "value": cell["is_lapsed"]},
        ]
        meant = api.preview_rule({"all": [rule, mall, *where]}, warehouse=warehouse)
        assert int(line["customers"]) == meant.total
    warehouse.close()
    assert int(shown["よちよち現役客"]["customers"]) >= 1
    assert sum(int(line["customers"]) for line in shown.values()) < 62
    link = re.search(r'href="(/analysis/segments/new/[^"]+)"', html)
    assert link
    assert "CREAM" in link[1]
    # What is no product of the shop filters nothing.
    assert lines_of(browser_of_staff, "&product=NOTHING") == lines_of(browser_of_staff)


@pytest.mark.usefixtures("shop")
def test_first_sources_part_the_whole_today_and_at_a_months_end(browser_of_staff: Client) -> None:
    """Everybody came first by one source or by none of them: their classes add up to those of all."""
    whole = lines_of(browser_of_staff, "&compare=2026-04")
    asked = ("search", "sns", "magazine", "-")
    parts = [lines_of(browser_of_staff, f"&compare=2026-04&first={one}") for one in asked]
    for name, line in whole.items():
        for column in ("customers", "customers_before", "net_12m_minor"):
            assert sum(int(part[name][column]) for part in parts) == int(line[column]), (
                name,
                column,
            )
    assert all(any(int(line["customers"]) for line in part.values()) for part in parts)
    html = browser_of_staff.get(f"{PAGE}?first=sns&compare=2026-04").content.decode()
    assert "first_media" in html
    assert 'href="/charts/portfolio.csv?first=sns"' in html
    drawn = b"".join(browser_of_staff.get("/charts/portfolio.csv?first=sns")).decode("utf-8-sig")
    people = [int(row["人数"]) for row in csv.DictReader(drawn.splitlines())]
    assert sum(people) == sum(int(line["customers"]) for line in parts[1].values())


@pytest.mark.usefixtures("shop")
def test_a_filtered_months_end_knows_only_what_was_bought_by_then(browser_of_staff: Client) -> None:
    end = date(2026, 4, 30)
    had = {who for who, sku, on in sold() if sku == "CREAM" and on <= end}
    has = {who for who, sku, _ in sold() if sku == "CREAM"}
    shown = lines_of(browser_of_staff, "&compare=2026-04&product=CREAM").values()
    assert sum(int(line["customers_before"]) for line in shown) == len(had) < len(has)
    assert sum(int(line["customers"]) for line in shown) == len(has)


@pytest.mark.usefixtures("shop")
def test_consent_to_mail_is_a_filter_and_leads_to_those_people(browser_of_staff: Client) -> None:
    by_consent = {
        word: sum(
            int(line["customers"])
            for line in lines_of(browser_of_staff, f"&consent={word}").values()
        )
        for word in ("granted", "withdrawn", "none")
    }
    assert by_consent == {
        "granted": 1,
        "withdrawn": 0,
        "none": len({who for who, *_ in sold()}) - 1,
    }
    html = browser_of_staff.get(f"{PAGE}?consent=granted").content.decode()
    assert "mail_consent" in html
    assert '<option value="granted" selected>同意あり' in html


def test_a_shop_without_month_ends_shows_no_change(browser_of_staff: Client) -> None:
    clock.set_clock(clock.SimulatedClock(datetime(2026, 5, 20, 3, tzinfo=UTC)))
    record(order("only", TODAY))
    warehouse = open_warehouse(settings.OKAERI.warehouse_dir)
    api.refresh(warehouse=warehouse, as_of=TODAY)
    warehouse.close()
    html = browser_of_staff.get(PAGE).content.decode()
    assert "増減" not in html
    assert "売上構成比" in html


@pytest.mark.usefixtures("shop")
def test_month_ends_of_earlier_rules_stay_and_say_how_they_were_made(
    browser_of_staff: Client,
) -> None:
    before = api.portfolio_history()
    known = {spec.key: spec for spec in specs_of(LifecycleRules).values()}
    save(known, {"cpm.lapse_days": 190})
    warehouse = open_warehouse(settings.OKAERI.warehouse_dir)
    api.refresh(warehouse=warehouse, as_of=TODAY)
    warehouse.close()
    now, earlier = api.list_portfolio_series()
    assert (now.is_present, earlier.is_present) == (True, False)
    version = earlier.rule_version
    assert api.portfolio_history(version=version) == before != api.portfolio_history()
    plain = browser_of_staff.get(PAGE).content.decode()
    assert f'<option value="{version}">以前のルール(2025年' in plain
    assert f"〜2026年4月、{version})</option>" in plain
    assert "再集計" in plain
    html = browser_of_staff.get(f"{PAGE}?rules={version}").content.decode()
    assert "離脱とみなす日数: 240(いまは 190)" in html
    assert f"/charts/history--{version}." in html
    drawn = b"".join(browser_of_staff.get(f"/charts/history--{version}.csv"))
    file = b"".join(browser_of_staff.get(f"{PAGE}?rules={version}&series=1&csv=utf-8"))
    rows = list(csv.DictReader(file.decode("utf-8-sig").splitlines()))
    assert [int(row["customers"]) for row in rows] == [row.customers for row in before]
    assert len(drawn.splitlines()) == len(rows) + 1
    # The ten classes themselves are always of the present rules.
    assert lines_of(browser_of_staff, f"&rules={version}") == lines_of(browser_of_staff)
