"""Tables of pages with several of them as files: the same figures as on the page."""

import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client

from okaeri.foundation import clock
from okaeri.foundation.warehouse import open_warehouse
from okaeri.insight import api
from okaeri.insight.domain.shares import wilson_interval
from tests.insight.mixed_shop import lively, record

pytestmark = [pytest.mark.django_db, pytest.mark.engine]
TODAY = date(2026, 5, 20)


def lines_of(browser: Client, page: str, of: str, more: str = "") -> list[dict[str, str]]:
    answer = browser.get(f"/analysis/{page}/?csv=utf-8&of={of}{more}")
    assert answer["Content-Type"].startswith("text/csv")
    return list(csv.DictReader(b"".join(answer).decode("utf-8-sig").splitlines()))


def test_steps_waits_bands_and_rates_are_files(browser_of_staff: Client, tmp_path: Path) -> None:
    clock.set_clock(clock.SimulatedClock(datetime(2026, 5, 20, 3, tzinfo=UTC)))
    record(*lively(people=60, start=TODAY - timedelta(days=500), end=TODAY))
    warehouse = open_warehouse(tmp_path / "warehouse")
    api.refresh(warehouse=warehouse, as_of=TODAY)
    warehouse.close()
    names = ("dropoff", "f2_waits", "freshness", "band_rates")
    found = {name: api.find_report(name) for name in names}
    payload = {name: report.payload for name, report in found.items() if report is not None}
    html = browser_of_staff.get("/analysis/dropoff/").content.decode()
    for of in ("steps", "waits"):
        assert f"csv=shift_jis&amp;of={of}" in html or f"csv=shift_jis&of={of}" in html
    steps = lines_of(browser_of_staff, "dropoff", "steps")
    assert [(int(row["n"]), int(row["reached"]), float(row["rate"])) for row in steps] == [
        (step["n"], step["reached"], step["rate"]) for step in payload["dropoff"]["steps"]
    ]
    for basis in ("all", "trial"):
        known = payload["f2_waits"][basis]
        same, *waits = lines_of(browser_of_staff, "dropoff", "waits", f"&basis={basis}")
        assert (same["basis"], same["days"], int(same["eligible"])) == (basis, "0", known["buyers"])
        low, high = wilson_interval(known["same_day"], known["buyers"])
        assert (float(same["low"]), float(same["high"])) == pytest.approx((low, high))
        assert [(int(row["days"]), int(row["converted"])) for row in waits] == [
            (one["days"], one["converted"]) for one in known["windows"]
        ]
    bands = lines_of(browser_of_staff, "freshness", "bands")
    assert [(row["band"], int(row["customers"])) for row in bands] == [
        (band["band"], band["customers"]) for band in payload["freshness"]["bands"]
    ]
    rates = lines_of(browser_of_staff, "freshness", "rates")
    assert [(row["band"], int(row["buyers"]), row["low"]) for row in rates] == [
        (band["band"], band["buyers"], "" if band["low"] is None else str(band["low"]))
        for band in payload["band_rates"]["bands"]
    ]
