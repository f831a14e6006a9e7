"""The campaign planner: first guesses, then what messages of the shop were followed by."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client

from okaeri.deliver import api as deliver
from okaeri.deliver.models import Message
from okaeri.foundation import clock
from okaeri.foundation.warehouse import open_warehouse
from okaeri.insight import api as insight
from tests.insight.mixed_shop import order, record
from tests.web import shop

pytestmark = [pytest.mark.django_db, pytest.mark.engine]
TODAY = date(2026, 5, 20)
NOW = datetime(2026, 5, 20, 3, tzinfo=UTC)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def _sent(
    customer_id: int, days_ago: int, *, kind: str = "sales", status: str = "accepted"
) -> None:
    at = NOW - timedelta(days=days_ago)
    Message.objects.create(
        key=f"{customer_id}-{days_ago}-{kind}-{status}",
        source_kind="test",
        source_id=1,
        customer_id=customer_id,
        channel="email",
        content_kind=kind,
        template_key="t",
        template_version=1,
        status=status,
        planned_at=at,
        due_at=at,
        expires_at=at,
        claimed_at=at,
    )


def _rates(client: Client) -> dict[str, tuple[int, int, str]]:
    """Class → sent, bought, rate used, as the page says."""
    html = client.get("/analysis/forecast/").content.decode()
    found = {}
    for row in html.split("<tbody>")[1].split("<tr>")[1:-1]:
        name = re.search(r'class="chip[^>]*>([^<]+)<', row)
        cells = re.findall(r'data-label="(送った数|購入|使う購入率)">([^<]+)<', row)
        assert name
        sent, bought, rate = (value for _, value in cells)
        found[name.group(1)] = (int(sent), int(bought), rate)
    return found


@pytest.mark.covers("C-11", "C-12", "C-13", "C-14")
def test_the_planner_starts_from_first_guesses_and_moves_to_the_shops_own_rates(
    browser_of_staff: Client, tmp_path: Path
) -> None:
    with clock.use(clock.SimulatedClock(NOW)):
        record(
            *(order(f"first{n}", ago(60)) for n in range(4)),
            *(order("first0", ago(18)) for _ in range(1)),
            order("steady", ago(200), "SOAP"),
            order("steady", ago(120), "SOAP"),
            order("steady", ago(15), "SOAP"),
        )
        shop.resolve()
        shop.refresh(tmp_path / "warehouse")
        before = _rates(browser_of_staff)
        assert before["初回現役客"] == (0, 0, "1.0%")
        assert [before[name][2] for name in ("よちよち現役客", "コツコツ現役客")] == [
            "5.0%",
            "10.0%",
        ]
        assert [before[name][2] for name in ("流行現役客", "優良現役客")] == ["10.0%", "20.0%"]
        assert before["優良離脱客"][2] == "10.0%"
        html = browser_of_staff.get("/analysis/forecast/").content.decode()
        assert "仮置き" in html
        assert re.search(r"優良現役客</span></span><span class=\"figure-value\">20\.0件", html)
        ids = {
            view.customer_id: view.purchase_count for view in insight.list_customers(limit=10).rows
        }
        steady = next(who for who, count in ids.items() if count == 3)
        # Twenty days ago all five were written to; two bought within a week.
        for who in ids:
            _sent(who, 20)
            _sent(who, 3)
            _sent(who, 25, kind="transactional")
            _sent(who, 30, status="held_out")
        warehouse = open_warehouse(tmp_path / "warehouse")
        sent = deliver.read_contacts(NOW - timedelta(days=365))
        assert insight.measure_responses(sent, warehouse=warehouse, as_of=TODAY) == 5
        warehouse.close()
        after = _rates(browser_of_staff)
        assert after["初回現役客"] == (4, 1, f"{(200 * 0.01 + 1) / 204:.1%}")
        assert after["コツコツ現役客"] == (1, 1, f"{(200 * 0.1 + 1) / 201:.1%}")
        assert steady in ids
        chosen = browser_of_staff.get("/analysis/forecast/?class=steady-0").content.decode()
        assert "選んだ1人に案内すると、7日以内に0.1件" in chosen
