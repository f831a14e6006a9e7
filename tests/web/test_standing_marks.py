"""What the customer page says beside the class: curve, large first order, discount warning."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.insight import api as insight
from okaeri.insight.types import Depth
from tests.insight.shops import record_shop
from tests.web import shop

TODAY = date(2026, 5, 20)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def test_a_curve_halves_with_each_cycle_and_returns_to_a_hundred() -> None:
    points = dict(
        insight.freshness_points([ago(60), ago(30)], half_life_days=30, start=ago(90), end=ago(-30))
    )
    assert ago(61) not in points
    assert points[ago(60)] == 100
    assert points[ago(45)] == pytest.approx(100 * 2**-0.5)
    assert (points[ago(30)], points[ago(0)], points[ago(-30)]) == pytest.approx((100, 50, 25))


def _page(client: Client, member: str) -> str:
    (found,) = customers.search_customers(f"{member}@example.com")
    return client.get(f"/customers/{found.id}/").content.decode()


@pytest.mark.django_db
@pytest.mark.engine
@pytest.mark.covers("C-02", "C-05", "C-10")
def test_amount_marks_but_does_not_class_a_first_buyer_and_trend_customers_carry_a_warning(
    browser_of_staff: Client, tmp_path: Path
) -> None:
    with clock.use(clock.SimulatedClock(datetime(2026, 5, 20, 3, tzinfo=UTC))):
        record_shop(
            {
                "large": [(ago(10), 500_000)],
                "small": [(ago(10), 500)],
                "trend": [(ago(150), 60_000), (ago(50), 60_000)],
                "prime": [(ago(300), 60_000), (ago(50), 60_000)],
            }
        )
        shop.resolve()
        shop.refresh(tmp_path / "warehouse", Depth.ALL)
        large, small = _page(browser_of_staff, "large"), _page(browser_of_staff, "small")
        for page in (large, small):
            assert "初回現役客" in page
        assert ("高額初回</span>" in large, "高額初回</span>" in small) == (True, False)
        trend, prime = _page(browser_of_staff, "trend"), _page(browser_of_staff, "prime")
        assert "流行現役客" in trend
        assert "優良現役客" in prime
        warning = "値引き依存の可能性"
        assert (warning in trend, warning in prime) == (True, False)
        assert warning in browser_of_staff.get("/analysis/portfolio/").content.decode()
        assert re.search(r'<svg class="curve"[^>]*aria-label="鮮度の推移。', trend)
        deciles = browser_of_staff.get("/analysis/deciles/").content.decode()
        cells = insight.find_report("portfolio").payload["cells"]  # type: ignore[union-attr]
        share = sum(cell["sales_share_12m"] for cell in cells if cell["stage"] == "prime")
        assert f"{share * 100:.1f}% <small>目安 80%" in deciles
        assert "累積構成比" in deciles
        assert "<svg" in deciles
