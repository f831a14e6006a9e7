"""Days until the second purchase, with and without trials, through the refresh and the page."""

from typing import Any

import pytest
from django.test import Client

from okaeri.foundation import settings
from okaeri.foundation.warehouse import Warehouse
from okaeri.insight import api
from okaeri.insight.types import LifecycleRules
from tests.insight.mixed_day import TODAY, ago, payload_of, warehouse_of_today  # noqa: F401
from tests.insight.mixed_shop import order, record
from tests.web.conftest import browser_of_staff, staff  # noqa: F401 - fixtures

pytestmark = [pytest.mark.django_db, pytest.mark.engine]


@pytest.mark.parametrize("counts_trials", [True, False])
def test_the_share_within_n_days_counts_trials_or_full_products_only(
    counts_trials: bool,
    warehouse: Warehouse,
    browser_of_staff: Client,  # noqa: F811 - the fixture
) -> None:
    specs = {spec.key: spec for spec in settings.specs_of(LifecycleRules).values()}
    settings.save(specs, {"count_trial": counts_trials})
    record(
        # With trials: second after 20 days; without: first on the 20th, second 100 days later.
        order("tried", ago(300), "TRIAL"),
        order("tried", ago(280), "LOTION"),
        order("tried", ago(180), "LOTION"),
        order("once", ago(90), "CREAM"),
        order("twice-a-day", ago(29), "CREAM"),
        order("twice-a-day", ago(29), "SOAP"),
        order("only-trial", ago(400), "TRIAL"),
        order("both-at-once", ago(200), "TRIAL"),
        order("both-at-once", ago(200), "LOTION"),
    )
    api.refresh(warehouse=warehouse, as_of=TODAY)
    payload: dict[str, Any] = api.find_report("f2_waits").payload  # type: ignore[union-attr]
    found = {
        basis: {w["days"]: (w["eligible"], w["converted"]) for w in payload[basis]["windows"]}
        for basis in ("all", "full", "trial")
    }
    # Of three who began with a trial one bought the full product with it and one after 20 days.
    assert (found["trial"][10], found["trial"][30], found["trial"][360]) == ((3, 1), (3, 2), (1, 0))
    assert (payload["trial"]["buyers"], payload["trial"]["same_day"]) == (3, 1)
    uplift = next(row for row in payload_of("kpis")["kpis"] if row["key"] == "uplift_to_full_rate")
    trial_90 = next(one for one in payload["trial"]["windows"] if one["days"] == 90)
    assert uplift["now"]["value"] == trial_90["rate"] == 2 / 3
    assert (found["all"][10], found["all"][30], found["all"][90]) == ((5, 0), (4, 1), (4, 1))
    assert (found["full"][90], found["full"][120], found["full"][360]) == ((3, 0), (2, 1), (0, 0))
    assert (payload["all"]["buyers"], payload["all"]["same_day"]) == (5, 2)
    assert (payload["full"]["buyers"], payload["full"]["same_day"]) == (4, 1)
    assert payload["full"]["windows"][-1]["rate"] is None
    # Who tried is known as such, whether a trial is a purchase or not.
    survival = payload_of("survival")
    assert [survival["trial"][name] for name in ("reached", "went_on", "lost")] == [3, 2, 1]
    preset = next(one for one in api.list_presets() if one.key == "trial_gone")
    assert api.create_segment("t", preset.rule, warehouse=warehouse).size == 1
    began = next(part for part in survival["facets"]["kind"] if part["value"] == "trial")
    assert began["steps"][0]["reached"] == (3 if counts_trials else 2)
    html = browser_of_staff.get("/analysis/dropoff/?basis=full").content.decode()
    for words in ("当日", "10日以内", "360日以内", "本品のみ"):
        assert words in html
    html = browser_of_staff.get("/analysis/dropoff/?basis=trial").content.decode()
    assert "対象のトライアル客" in html
    assert "66.7%" in html
    assert browser_of_staff.get("/analysis/dropoff/?basis=nonsense").status_code == 200
