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
from okaeri.foundation.warehouse import open_warehouse
from okaeri.insight import api
from tests.insight.mixed_shop import lively, order, record

pytestmark = [pytest.mark.django_db, pytest.mark.engine]
TODAY = date(2026, 5, 20)
PAGE = "/analysis/portfolio/"


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@pytest.fixture
def shop(db: None) -> None:
    clock.set_clock(clock.SimulatedClock(datetime(2026, 5, 20, 3, tzinfo=UTC)))
    record(
        *lively(people=60, start=ago(500), end=TODAY),
        # First-time and active at the end of April, a toddler today.
        order("grew", ago(30), "CREAM", source="mall"),
        order("grew", ago(3), "CREAM", source="mall"),
    )
    while customers.resolve_new_parties(clock.now()):
        pass
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
    assert sum(int(line["customers"]) for line in shown.values()) < 61
    assert "customers_before" not in next(iter(shown.values()))
    link = re.search(r'href="(/analysis/segments/new/[^"]+)"', html)
    assert link
    assert "CREAM" in link[1]
    # What is no product of the shop filters nothing.
    assert lines_of(browser_of_staff, "&product=NOTHING") == lines_of(browser_of_staff)


def test_a_shop_without_month_ends_shows_no_change(browser_of_staff: Client) -> None:
    clock.set_clock(clock.SimulatedClock(datetime(2026, 5, 20, 3, tzinfo=UTC)))
    record(order("only", TODAY))
    warehouse = open_warehouse(settings.OKAERI.warehouse_dir)
    api.refresh(warehouse=warehouse, as_of=TODAY)
    warehouse.close()
    html = browser_of_staff.get(PAGE).content.decode()
    assert "増減" not in html
    assert "売上構成比" in html
