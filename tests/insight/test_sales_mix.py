"""Who carries the sales, and whether freshness tells who buys: against sums made by hand."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from statistics import fmean, pstdev

import pytest
from django.test import Client

from okaeri.foundation.warehouse import Warehouse
from okaeri.insight import api
from okaeri.insight.models import Report
from okaeri.intake.types import OrderIn
from tests.insight.mixed_day import TODAY, ago, payload_of, warehouse_of_today  # noqa: F401
from tests.insight.mixed_shop import lively, order, record
from tests.insight.shops import record_shop
from tests.web.conftest import browser_of_staff, staff  # noqa: F401 - fixtures

pytestmark = [pytest.mark.django_db, pytest.mark.engine]


def _net(orders: Sequence[OrderIn]) -> int:
    return sum(one.lines[0].amount_minor for one in orders)


@pytest.mark.covers("Q-13", "Q-14", "Q-15")
def test_new_and_existing_customers_the_average_order_and_how_steady_sales_are(
    warehouse: Warehouse,
    browser_of_staff: Client,  # noqa: F811 - the fixture
) -> None:
    orders = lively(people=90, start=ago(800), end=TODAY)
    record(*orders)
    api.refresh(warehouse=warehouse, as_of=TODAY)
    payload = payload_of("sales_mix")
    first: dict[str, date] = {}
    for one in orders:
        member, day = one.party.member_no, one.ordered_at.date()
        first[member] = min(first.get(member, day), day)
    months: dict[str, list[int]] = {}
    for one in orders:
        day = one.ordered_at.date()
        is_repeat = day > first[one.party.member_no]
        months.setdefault(f"{day:%Y-%m}", [0, 0, 0])
        months[f"{day:%Y-%m}"][is_repeat] += one.lines[0].amount_minor
        months[f"{day:%Y-%m}"][2] += 1
    shown, begun = payload["months"], min(months)
    for row in shown:
        new, repeat, count = months[row["month"]]
        assert (row["first_minor"], row["repeat_minor"], row["orders"]) == (new, repeat, count)
        assert row["aov_minor"] == round((new + repeat) / count)
        assert row["buyers"] == len(
            {o.party.member_no for o in orders if f"{o.ordered_at:%Y-%m}" == row["month"]}
        )
        before = months.get(f"{int(row['month'][:4]) - 1}{row['month'][4:]}", [0, 0])
        is_told = not row["is_open"] and row["month"] > f"{int(begun[:4]) + 1}{begun[4:]}"
        ratio = pytest.approx((new + repeat) / sum(before[:2])) if is_told else None
        assert row["net_ratio"] == ratio
    years = payload["years"]["net_minor"]
    nets = [
        sum(
            one.lines[0].amount_minor
            for one in orders
            if ago(back + 365) < one.ordered_at.date() <= ago(back)
        )
        for back in (0, 365)
    ]
    assert (years["now"], years["before"]) == (nets[0], nets[1])
    assert years["ratio"] == pytest.approx(nets[0] / nets[1])
    assert shown[-1]["net_ratio"] is None, "the month is under way"
    year = [one for one in orders if one.ordered_at.date() > ago(365)]
    again = [one for one in year if one.ordered_at.date() > first[one.party.member_no]]
    share = _net(again) / _net(year)
    assert payload["existing_share"] == pytest.approx(share)
    assert payload_of("media")["orders_cost"]["existing_share"] == payload["existing_share"]
    closed = [sum(months[row["month"]][:2]) for row in shown if not row["is_open"]][-12:]
    assert payload["variation"] == pytest.approx(pstdev(closed) / fmean(closed))
    recent = [one for one in orders if one.ordered_at.date() > ago(365)]
    for kind, is_new in (("new", True), ("existing", False)):
        own = [o for o in recent if (first[o.party.member_no] > ago(365)) == is_new]
        people = {one.party.member_no for one in own}
        assert payload[kind]["buyers"] == len(people)
        assert payload[kind]["purchases_a_buyer"] == pytest.approx(len(own) / len(people))
        net = sum(one.lines[0].amount_minor for one in own)
        assert payload[kind]["aov_minor"] == round(net / len(own))
    html = browser_of_staff.get("/analysis/sales/").content.decode()
    for name in ("2回目以降の売上比率", "売上変動係数", "年間購入回数", "客単価"):
        assert name in html
    assert f"{years['ratio']:.0%}({years['ratio']:.1f}倍)" in html
    assert "前年比200%は2倍のことです" in html
    home = browser_of_staff.get("/").content.decode()
    formula = home.split("売上のなりたち")[1].split("</section>")[0]
    for kind in ("new", "existing"):
        part = payload[kind]
        assert f"約{part['orders'] / part['buyers']:.2f}回 × 約{part['aov_minor']:,}円" in formula
    assert f"<strong>{nets[0]:,}円</strong>" in formula
    assert re.search(
        rf"2回目以降の売上比率</span><span class=\"figure-value\">{share * 100:.1f}%", home
    )
    # A report of an earlier version compared no years.
    old = Report.objects.get(name="sales_mix")
    del old.payload["years"]
    for row in old.payload["months"]:
        del row["net_ratio"], row["buyers"], row["buyers_ratio"]
    old.save()
    for words in ("", "?csv=utf-8"):
        assert browser_of_staff.get(f"/analysis/sales/{words}").status_code == 200


@pytest.mark.covers("A-06")
def test_the_buy_rate_of_each_freshness_band_is_measured_on_what_people_did(
    warehouse: Warehouse,
    browser_of_staff: Client,  # noqa: F811 - the fixture
) -> None:
    # Thirty days ago: fresh had bought a day before, lost 300 days before.
    record(
        order("fresh-came", ago(31)),
        order("fresh-came", ago(5)),
        order("fresh-stayed-away", ago(31)),
        order("lost", ago(390)),
        order("later", ago(10)),
    )
    api.refresh(warehouse=warehouse, as_of=ago(30))
    then = {band["band"]: band["customers"] for band in payload_of("freshness")["bands"]}
    api.refresh(warehouse=warehouse, as_of=TODAY)
    bands = payload_of("band_rates")["bands"]
    assert {band["band"]: band["customers"] for band in bands} == then
    assert [(band["customers"], band["buyers"]) for band in bands] == [
        (2, 1),
        (0, 0),
        (0, 0),
        (1, 0),
    ]
    html = browser_of_staff.get("/analysis/freshness/").content.decode()
    table = html.split("鮮度帯別の購入率(30日)")[1]
    assert re.search(r"新鮮</span>.*?50\.0%", table, flags=re.DOTALL)
    assert "—" in table


@pytest.mark.covers("C-09", "C-19")
def test_home_counts_the_loyal_their_change_who_is_at_risk_who_grew_and_who_was_kept(
    warehouse: Warehouse,
    browser_of_staff: Client,  # noqa: F811 - the fixture
) -> None:
    loyal = [(ago(700) + timedelta(days=60 * n), 30_000) for n in range(9)]
    record_shop(
        {
            "kept": [*loyal, (ago(20), 30_000)],
            "at-risk": [*loyal, (ago(200), 30_000)],
            "lost": loyal,
            "grew": [(ago(200), 1000), (ago(30), 1000)],
        }
    )
    api.refresh(warehouse=warehouse, as_of=TODAY)
    summary, now = payload_of("summary"), payload_of("movement")["now"]
    assert (summary["prime_active"], summary["at_risk_prime"]) == (3, 2)
    html = browser_of_staff.get("/").content.decode()
    assert (
        f'優良客の離脱予備軍</span><span class="figure-value">{summary["at_risk_prime"]}人' in html
    )
    assert f'育成(昇格数)</span><span class="figure-value">{now["promoted"]}人' in html
    assert re.search(r"維持\(優良維持率\)</span><span class=\"figure-value\">[\d.]+%", html)
    assert "先月末から" in html
    tiles = re.findall(r'class="figure" href="([^"]+)"', html)
    assert tiles[0] == "/customers/?stage=prime&amp;lapsed=0&amp;flag=at_risk"
    listed = browser_of_staff.get(tiles[0].replace("&amp;", "&")).content.decode()
    assert f"条件に合うのは {summary['at_risk_prime']}人です" in listed
