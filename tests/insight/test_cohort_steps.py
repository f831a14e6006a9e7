"""Cohorts and LTV through the refresh and their pages, against sums made by hand."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from okaeri.foundation import clock
from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.insight import api
from tests.insight.mixed_shop import PRODUCTS, lively, order, record
from tests.web.conftest import browser_of_staff, staff  # noqa: F401 - fixtures

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.engine,
    pytest.mark.reports("cohort_cube", "lifetime_value"),
]
TODAY = date(2026, 5, 20)
COST = {product.sku: product.cost_minor or 0 for product in PRODUCTS}


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with clock.use(clock.SimulatedClock(datetime(2026, 5, 20, 3, tzinfo=UTC))):
        opened = open_warehouse(tmp_path / "warehouse")
        yield opened
        opened.close()


def payload_of(name: str) -> dict[str, Any]:
    found: dict[str, Any] = api.find_report(name).payload  # type: ignore[union-attr]
    return found


def row_of(part: dict[str, Any], month: str) -> dict[str, Any]:
    found: dict[str, Any] = next(row for row in part["rows"] if row["month"] == month)
    return found


def test_steps_count_calendar_months_or_each_persons_own_thirty_days(warehouse: Warehouse) -> None:
    record(
        order("a", date(2026, 1, 31), "LOTION", media="sns"),
        order("a", date(2026, 2, 1), "LOTION"),
        order("a", date(2026, 3, 2), "SOAP"),
        order("b", date(2026, 1, 1), "CREAM"),
    )
    api.refresh(warehouse=warehouse, as_of=TODAY)
    row = row_of(payload_of("cohort_cube")["all"][0], "2026-01")
    assert row["size"] == 2
    assert row["calendar"]["buyers"] == [2, 1, 1, 0, 0]
    assert row["calendar"]["net_minor"] == [10_000, 3800, 1200, 0, 0]
    assert row["calendar"]["margin_minor"][:3] == [2700 + 4200, 2700, 700]
    assert row["calendar"]["later"] == [2, 1, 1, 0, 0]
    assert (row["calendar"]["steps"], row["calendar"]["complete"]) == (5, 4)
    # 31 January to 2 March are 30 days: the second step of a; 1 January to 20 May are 139.
    assert row["elapsed"]["buyers"] == [2, 1, 0, 0, 0]
    assert (row["elapsed"]["steps"], row["elapsed"]["complete"]) == (5, 3)
    sns = payload_of("cohort_cube")["media"][0]
    assert (sns["value"], row_of(sns, "2026-01")["size"]) == ("sns", 1)


@pytest.mark.covers("Q-12")
def test_ltv_at_90_180_365_and_730_days_is_the_sum_of_the_first_days_of_those_old_enough(
    warehouse: Warehouse,
    browser_of_staff: Client,  # noqa: F811 - the fixture
) -> None:
    orders = lively(people=80, start=TODAY - timedelta(days=600), end=TODAY)
    # Three are old enough for the longest window.
    orders += [order(f"old{n}", TODAY - timedelta(days=760 + n)) for n in range(3)]
    record(*orders)
    api.refresh(warehouse=warehouse, as_of=TODAY)
    payload = payload_of("lifetime_value")
    assert [one["days"] for one in payload["all"][0]["windows"]] == [90, 180, 365, 730]
    first: dict[str, date] = {}
    for one in orders:
        member, day = one.party.member_no, one.ordered_at.date()
        first[member] = min(first.get(member, day), day)
    for window in payload["all"][0]["windows"]:
        old = {who for who, day in first.items() if (TODAY - day).days >= window["days"]}
        inside = [
            one.lines[0]
            for one in orders
            if one.party.member_no in old
            and (one.ordered_at.date() - first[one.party.member_no]).days <= window["days"]
        ]
        assert window["customers"] == len(old)
        assert window["ltv_minor"] == round(sum(line.amount_minor for line in inside) / len(old))
        margin = sum(line.amount_minor - COST[line.sku] * line.quantity for line in inside)
        assert window["margin_minor"] == round(margin / len(old))
    for facet in ("cohort", "media", "product"):
        for place, window in enumerate(payload["all"][0]["windows"]):
            people = sum(part["windows"][place]["customers"] for part in payload[facet])
            assert people == window["customers"]
    ripe = {part["value"]: part["windows"][0]["is_ripe"] for part in payload["cohort"]}
    assert ripe["2026-01"]
    assert not ripe["2026-02"]
    page = browser_of_staff.get("/analysis/ltv/").content.decode()
    for place, days in ((2, 365), (3, 730)):
        assert f'LTV({days}日)</span><span class="figure-value">{_yen(payload, place)}' in page
    # The sentence rests on the longest window that enough people have passed.
    assert '"answer">1人のお客様が初回から365日間に買う金額は' in page
    assert re.search(r'2026年2月</a></th><td class="n is-open">', page)
    for by, part in (("media", "magazine"), ("product", "化粧水")):
        row = rf'<th scope="row" class="nowrap"><a href="[^"]+">{part}</a></th>'
        assert re.search(row, _html(browser_of_staff, f"?by={by}"))


def _yen(payload: dict[str, Any], place: int) -> str:
    return f"{payload['all'][0]['windows'][place]['ltv_minor']:,}円"


def _html(client: Client, words: str) -> str:
    return client.get(f"/analysis/ltv/{words}").content.decode()


def test_a_cohort_page_shows_people_money_and_margin_and_never_a_zero_for_what_is_to_come(
    warehouse: Warehouse,
    browser_of_staff: Client,  # noqa: F811 - the fixture
) -> None:
    record(*lively(people=60, start=TODAY - timedelta(days=300), end=TODAY))
    api.refresh(warehouse=warehouse, as_of=TODAY)
    for words in (
        "",
        "?show=sales&rolled=1",
        "?show=margin&clock=elapsed",
        "?show=people&rolled=1&of=product&value=LOTION",
        "?of=media&value=nobody",
    ):
        html = browser_of_staff.get(f"/analysis/cohorts/{words}").content.decode()
        last = html.split("<tbody>")[1].split("</tbody>")[0].split("<tr>")[-1]
        assert (
            last.count('<td class="h-none"></td>') == html.count('<th scope="col" class="n">') - 2
        )
        assert "is-open" in last
