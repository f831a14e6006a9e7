"""The R x F grid through the refresh and its page."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client

from okaeri.foundation import clock
from okaeri.foundation.errors import ConfigurationError
from okaeri.foundation.settings import save, specs_of
from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.insight import api
from okaeri.insight.domain.rule_version import rule_version
from okaeri.insight.rank_types import RankRules
from okaeri.insight.types import LifecycleRules
from tests.insight.shops import record_shop
from tests.web.conftest import browser_of_staff, staff  # noqa: F401 - fixtures

pytestmark = [pytest.mark.django_db, pytest.mark.engine]
TODAY = date(2026, 5, 20)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with clock.use(clock.SimulatedClock(datetime(2026, 5, 20, 3, tzinfo=UTC))):
        opened = open_warehouse(tmp_path / "warehouse")
        yield opened
        opened.close()


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@pytest.mark.covers("E-03")
def test_the_grid_shows_r_and_raw_days_leads_to_segments_and_is_painted_by_the_shop(
    warehouse: Warehouse,
    browser_of_staff: Client,  # noqa: F811 - the fixture
) -> None:
    record_shop(
        {
            "rose": [(ago(400), 1000), *((ago(day), 1000) for day in range(5, 25, 2))],
            "fell": [(ago(190 + 5 * n), 1000) for n in range(6)],
            "new": [(ago(3), 1000)],
        }
    )
    api.refresh(warehouse=warehouse, as_of=TODAY)
    html = browser_of_staff.get("/analysis/rfm/").content.decode()
    assert "30日以内" in html
    links = re.findall(r'href="([^"]+)"><strong>([A-E])</strong> (\d+)人<', html)
    assert len(links) == 25
    assert sum(int(count) for _, _, count in links) == 3
    for address, _, count in links:
        if count != "0":
            offered = browser_of_staff.get(address.replace("&amp;", "&")).content.decode()
            assert f"{count}人" in offered
    assert "上がったのは1人、下がったのは1人" in html
    new = api.list_customers(order_by="-last_on", limit=1).rows[0]
    person = browser_of_staff.get(f"/customers/{new.customer_id}/").content.decode()
    assert "R5 F1" in person
    assert "3日前" in person
    paint = {f"cell-{r}-{f}": "E" for r in range(1, 6) for f in range(1, 6)}
    assert browser_of_staff.post("/analysis/rfm/", {**paint, "cell-5-1": "A"}).status_code == 302
    painted = browser_of_staff.get("/analysis/rfm/").content.decode()
    assert "Aランクは1人(33.3%)、6か月前より上がったのは0人、下がったのは0人" in painted
    assert browser_of_staff.post("/analysis/rfm/", {**paint, "cell-5-1": "Z"}).status_code == 400


SPECS = {spec.key: spec for spec in specs_of(RankRules).values()}


def test_the_shop_draws_the_edges_of_r_f_and_m_itself(
    warehouse: Warehouse,
    browser_of_staff: Client,  # noqa: F811 - the fixture
) -> None:
    record_shop(
        {
            "late": [(ago(11), 5_000)],
            "soon": [(ago(10), 5_001)],
            "often": [(ago(20 * n), 4_000) for n in range(1, 7)],
        }
    )
    own = {
        "rfm.r_preset": "own_edges",
        "rfm.r_edges": "１０、20/30, 40",
        "rfm.f_edges": "3,4,5,6",
        "rfm.m_mode": "fixed_edges",
    }
    save(SPECS, own)
    api.refresh(warehouse=warehouse, as_of=TODAY)
    found = api.list_customers(order_by="-last_on", limit=9).rows
    ranks = [(row.r_rank, row.f_rank, row.m_rank) for row in found]
    # R5 to day 10, F5 from six purchases, M1 to 5,000 yen and M5 above 20,000.
    assert ranks == [(5, 1, 2), (4, 1, 1), (4, 5, 5)]
    html = browser_of_staff.get("/analysis/rfm/").content.decode()
    assert "10日以内" in html
    assert "6回以上" in html
    assert "累計金額が 20,000円 を超えると5" in html
    assert "五分位" not in html
    form = browser_of_staff.get("/settings/rules/classes/").content.decode()
    assert 'value="10, 20, 30, 40"' in form
    refused = browser_of_staff.post(
        "/settings/rules/classes/", {"rfm.f_edges": "2,5,3,12"}
    ).content.decode()
    assert "小さい順に" in refused


@pytest.mark.parametrize(
    ("key", "edges"),
    [
        ("rfm.r_edges", "30, 30, 180, 365"),
        ("rfm.r_edges", "30, 90, 180"),
        ("rfm.f_edges", "1, 2, 3, 4"),
        ("rfm.f_edges", "2, 3, 5, many"),
        ("rfm.m_edges", "20000, 15000, 10000, 5000"),
        ("rfm.m_edges", "-1, 0, 1, 2"),
        ("rfm.m_edges", ""),
    ],
)
def test_edges_that_part_nothing_are_refused_in_a_sentence(key: str, edges: str) -> None:
    with pytest.raises(ConfigurationError, match="four numbers from"):
        save(SPECS, {key: edges})


def test_only_edges_in_force_make_another_rule_set() -> None:
    first = rule_version(LifecycleRules(), RankRules())
    assert (
        rule_version(LifecycleRules(), RankRules(r_own="1, 2, 3, 4", m_own="1, 2, 3, 4")) == first
    )
    for other in ({"f_own": "2, 3, 4, 5"}, {"m_mode": "fixed_edges"}, {"r_preset": "own_edges"}):
        assert rule_version(LifecycleRules(), RankRules(**other)) != first
