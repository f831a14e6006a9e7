"""The R x F grid through the refresh and its page."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client

from okaeri.foundation import clock
from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.insight import api
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
