"""Shops with little or strange data: every analysis page opens and says something."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client

from okaeri.foundation import clock
from okaeri.foundation.errors import OkaeriError
from okaeri.insight.types import Depth
from okaeri.intake.types import OrderIn
from okaeri.web.pages.analysis.frame import addresses
from tests.insight.mixed_shop import order, record
from tests.web import shop

pytestmark = [pytest.mark.django_db, pytest.mark.engine]
TODAY = date(2026, 5, 20)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def negative(member: str, day: date) -> OrderIn:
    """An order of which more was paid back than paid."""
    return order(member, day, "SOAP", refunded_minor=5000)


SHOPS: dict[str, Callable[[], list[OrderIn]]] = {
    "one_order": lambda: [order("a", ago(3))],
    "one_product": lambda: [
        order(f"m{n}", ago(400 - 37 * n - 40 * k)) for n in range(6) for k in range(3)
    ],
    "one_day": lambda: [order(f"m{n}", TODAY, "SOAP") for n in range(5)],
    "only_refunds": lambda: [order(f"m{n}", ago(30), status="returned") for n in range(3)],
    "negative_totals": lambda: [
        negative("a", ago(50)),
        negative("b", ago(400)),
        negative("b", ago(9)),
    ],
    "future_orders": lambda: [order("a", TODAY + timedelta(days=40)), order("b", ago(20))],
    "only_future": lambda: [order("a", TODAY + timedelta(days=40))],
}


@pytest.mark.parametrize("name", SHOPS)
def test_every_analysis_of_an_odd_shop_opens_with_a_sentence(
    name: str, browser_of_staff: Client, in_english: Client, tmp_path: Path
) -> None:
    with clock.use(clock.SimulatedClock(datetime(2026, 5, 20, 3, tzinfo=UTC))):
        record(*SHOPS[name]())
        shop.resolve()
        shop.refresh(tmp_path / "warehouse", Depth.ALL)
        for page in ("/", *addresses().values()):
            for client in (browser_of_staff, in_english):
                response = client.get(page)
                html = response.content.decode()
                assert response.status_code == 200, page
                assert re.search(r"<h1>.+</h1>", html), page
                if client is browser_of_staff:
                    assert not re.search(r"\bNone\b|\bnan\b|\binf\b", _words(html)), page


def _words(html: str) -> str:
    body = html.split("<main", 1)[1].split("</main>", 1)[0]
    return re.sub(r"<svg.*?</svg>|<script.*?</script>|<[^>]+>", " ", body, flags=re.DOTALL)


def test_another_currency_is_refused_with_a_sentence_and_pages_stay(
    browser_of_staff: Client, tmp_path: Path
) -> None:
    with clock.use(clock.SimulatedClock(datetime(2026, 5, 20, 3, tzinfo=UTC))):
        record(order("a", ago(20)))
        with pytest.raises(OkaeriError, match="USD"):
            record(order("b", ago(10), currency="USD"))
        shop.resolve()
        shop.refresh(tmp_path / "warehouse", Depth.ALL)
        for page in addresses().values():
            assert browser_of_staff.get(page).status_code == 200, page
