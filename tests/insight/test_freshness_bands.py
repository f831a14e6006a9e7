"""Where the bands of freshness begin is the shop's word, in the night and at each order."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client

from okaeri.customers import api as customers
from okaeri.foundation import clock, settings
from okaeri.foundation.errors import ConfigurationError
from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.insight import api
from okaeri.insight.freshness_types import BandRules
from okaeri.insight.models import CustomerInsight
from okaeri.insight.types import Depth, FreshnessBand
from okaeri.intake import api as intake
from tests.insight.shops import order_of, record_shop
from tests.web.conftest import browser_of_staff, staff  # noqa: F401 - fixtures

pytestmark = [pytest.mark.django_db, pytest.mark.engine]
TODAY = date(2026, 5, 20)
NOW = datetime(2026, 5, 20, 3, tzinfo=UTC)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with clock.use(clock.SimulatedClock(NOW)):
        opened = open_warehouse(tmp_path / "warehouse")
        yield opened
        opened.close()


def choose(**values: float) -> None:
    known = {spec.key: spec for spec in settings.specs_of(BandRules).values()}
    settings.save(known, {f"freshness.{name}": value for name, value in values.items()})


def expected(freshness: float, bands: BandRules) -> str:
    if freshness >= bands.fresh_from:
        return "fresh"
    if freshness >= bands.fading_from:
        return "fading"
    return "care" if freshness >= bands.care_from else "lost"


def test_bands_follow_the_settings_in_bulk_at_an_order_and_in_words(
    warehouse: Warehouse,
    browser_of_staff: Client,  # noqa: F811 - the fixture
) -> None:
    record_shop({f"p{days}": [(TODAY - timedelta(days), 3000)] for days in range(0, 200, 8)})
    api.refresh(warehouse=warehouse, as_of=TODAY, depth=Depth.CLASSES)
    usual = Counter(CustomerInsight.objects.values_list("freshness_band", flat=True))
    choose(fresh_from=95.0, fading_from=80.0, care_from=52.5)
    api.refresh(warehouse=warehouse, as_of=TODAY, depth=Depth.CLASSES)
    rows = list(CustomerInsight.objects.values_list("freshness", "freshness_band"))
    bands = settings.load(BandRules)
    assert [band for _, band in rows] == [expected(value, bands) for value, _ in rows]
    assert Counter(band for _, band in rows) != usual
    assert set(usual) == {band.value for band in FreshnessBand}
    api.follow_orders(NOW)
    # Ten days ago: by the usual limits still fresh.
    intake.record_orders([order_of("new", TODAY - timedelta(10), 3000)])
    customers.resolve_new_parties(NOW)
    api.follow_orders(NOW)
    new = CustomerInsight.objects.order_by("-customer_id").first()
    assert new is not None
    assert 70 < new.freshness < 95
    assert new.freshness_band == "fading"
    assert "95以上は新鮮、80以上は鮮度低下、52.5以上は要ケア" in api.definitions()["freshness"].ja
    page = browser_of_staff.get(f"/customers/{new.customer_id}/").content.decode()
    assert ">52.5</text>" in page


@pytest.mark.parametrize("values", [{"care_from": 40.0}, {"fading_from": 71.0}])
def test_limits_that_would_leave_a_band_empty_are_refused(values: dict[str, float]) -> None:
    with pytest.raises(ConfigurationError, match="one band of freshness would be empty"):
        choose(**values)
