"""離反 by how people buy: golden cases of §1.3 #26, through the refresh, for segments and the page."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from okaeri.customers import api as customers
from okaeri.foundation import clock, settings
from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.insight import api
from okaeri.insight.analysis_types import ChurnRules
from okaeri.insight.types import Depth
from okaeri.intake import api as intake
from okaeri.intake.types import LineIn, OrderIn, ProductIn
from tests.insight.mixed_shop import order, record
from tests.web.conftest import browser_of_staff, staff  # noqa: F401 - fixtures

pytestmark = [pytest.mark.django_db, pytest.mark.engine]
TODAY = date(2026, 5, 20)
# Gaps of 10 to 39 days: nine of ten came back within 36.1, so from 37 days on somebody is gone.
LOTION_DAYS = 37
# Gaps of 50 to 79 days.
SOAP_DAYS = 77


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with clock.use(clock.SimulatedClock(datetime(2026, 5, 20, 3, tzinfo=UTC))):
        opened = open_warehouse(tmp_path / "warehouse")
        yield opened
        opened.close()


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def came_back(sku: str, gaps: range, last: int = 400) -> list[OrderIn]:
    """People who bought a product twice, so many days apart; all of them long ago."""
    return [order(f"{sku}{gap}", ago(last + back), sku) for gap in gaps for back in (gap, 0)]


def intervals() -> list[OrderIn]:
    """30 intervals of LOTION and of SOAP, 29 of CREAM: one too few."""
    return [
        *came_back("LOTION", range(10, 40)),
        *came_back("SOAP", range(50, 80)),
        *came_back("CREAM", range(10, 39)),
    ]


def gone_people(warehouse: Warehouse, depth: Depth = Depth.ALL) -> dict[str, bool]:
    api.refresh(warehouse=warehouse, as_of=TODAY, depth=depth)
    rows = warehouse.table("segment_people").select("customer_id", "is_gone")
    known = {row["customer_id"]: row["is_gone"] for row in warehouse.collect(rows).to_pylist()}
    profiles = customers.list_profiles(list(known))
    return {one.email.partition("@")[0]: known[number] for number, one in profiles.items()}


# Days ago and product; nobody buys one of the three again, so that their intervals stay as they are.
Bought = list[tuple[int, str]]
GOLDEN: list[tuple[str, Bought, bool]] = [
    ("trial, day 59", [(59, "TRIAL")], False),
    ("trial, day 60", [(60, "TRIAL")], True),
    ("trial that lasts 45 days, day 89", [(89, "LONG")], False),
    ("trial that lasts 45 days, day 90", [(90, "LONG")], True),
    ("trial with postage in its name, day 89", [(89, "POSTFREE")], False),
    ("trial with postage in its name, day 90", [(90, "POSTFREE")], True),
    ("trial that lasts and cost nothing, day 89", [(89, "FREE")], False),
    ("trial that lasts and cost nothing, day 90", [(90, "FREE")], True),
    ("a second trial starts anew", [(200, "TRIAL"), (59, "TRIAL")], False),
    ("a second trial is no way on", [(200, "TRIAL"), (60, "TRIAL")], True),
    ("bought after the trial", [(300, "TRIAL"), (60, "CREAM")], False),
    ("one-off, a day before p90", [(LOTION_DAYS - 1, "LOTION")], False),
    ("one-off, at p90", [(LOTION_DAYS, "LOTION")], True),
    ("a later purchase takes it back", [(300, "CREAM"), (LOTION_DAYS - 1, "LOTION")], False),
    ("two purchases, then gone", [(300, "CREAM"), (LOTION_DAYS, "LOTION")], True),
    ("one interval too few, day 239", [(239, "CREAM")], False),
    ("one interval too few, day 240", [(240, "CREAM")], True),
    ("the last purchase decides", [(90, "LOTION"), (60, "SOAP")], False),
    ("two at once: the longer", [(60, "LOTION"), (60, "SOAP")], False),
    ("two at once: the longer is over", [(SOAP_DAYS, "LOTION"), (SOAP_DAYS, "SOAP")], True),
    ("two at once: the one that is known", [(40, "LOTION"), (40, "CREAM")], True),
    ("ever a delivery, day 239", [(400, "DELIVERY"), (239, "LOTION")], False),
    ("ever a delivery, day 240", [(400, "DELIVERY"), (240, "LOTION")], True),
]


TRIAL_LINES = {
    "LONG": (LineIn("LONG", "大きなお試し", 1, 1980, 1980),),
    "POSTFREE": (LineIn("LONG", "【送料無料】大きなお試し", 1, 1980, 1980),),
    # The dear one lasts 14 days, the one that came along 45.
    "FREE": (LineIn("TRIAL", "お試しセット", 1, 980, 980), LineIn("LONG", "大きなお試し", 1, 0, 0)),
}


def bought(member: str, days: int, sku: str) -> OrderIn:
    if sku == "DELIVERY":
        return order(member, ago(days), "CREAM", subscription_no=f"S{member}", delivery_no=1)
    if sku not in TRIAL_LINES:
        return order(member, ago(days), sku)
    lines = TRIAL_LINES[sku]
    return replace(order(member, ago(days), "TRIAL"), order_no=f"{member}-{days}", lines=lines)


def record_golden() -> None:
    record(*intervals())
    long = ProductIn("LONG", "大きなお試し", "セット", 1980, 700, 45, is_trial=True)
    intake.record_products([long])
    intake.record_orders(
        bought(f"case{number}", days, sku)
        for number, (_, orders, _) in enumerate(GOLDEN)
        for days, sku in orders
    )


def told(found: dict[str, bool]) -> dict[str, bool]:
    return {name: found[f"case{number}"] for number, (name, _, _) in enumerate(GOLDEN)}


def test_golden_cases(warehouse: Warehouse) -> None:
    record_golden()
    expected = {name: is_gone for name, _, is_gone in GOLDEN}
    assert told(gone_people(warehouse)) == expected
    # A night tells the same, and knows of what was bought since.
    intake.record_orders([bought("case1", 0, "CREAM")])
    again = told(gone_people(warehouse, Depth.DUE))
    assert again == {**expected, "trial, day 60": False}


def test_days_of_trials_and_the_fewest_intervals_are_the_shops_own(warehouse: Warehouse) -> None:
    record_golden()
    specs = {spec.key: spec for spec in settings.specs_of(ChurnRules).values()}
    settings.save(specs, {"churn.trial_days": 100, "churn.fewest_intervals": 31})
    found = told(gone_people(warehouse))
    assert not found["trial, day 60"]
    assert not found["trial that lasts 45 days, day 90"]
    assert not found["one-off, at p90"]
    assert found["one interval too few, day 240"]


def test_the_page_says_which_rule_held_for_which_product_and_segments_agree(
    warehouse: Warehouse,
    browser_of_staff: Client,  # noqa: F811 - the fixture
) -> None:
    record_golden()
    gone_people(warehouse)
    payload: dict[str, Any] = api.find_report("survival").payload  # type: ignore[union-attr]
    rules = {
        row["sku"]: (row["basis"], row["wait_days"], row["intervals"])
        for row in payload["products"]
    }
    assert rules == {
        "LOTION": ("product", LOTION_DAYS, 30),
        "SOAP": ("product", SOAP_DAYS, 30),
        "CREAM": ("shop", 240, 29),
    }
    html = browser_of_staff.get("/analysis/survival/").content.decode()
    assert "この商品の間隔30回の90%点" in html
    assert "店の日数(間隔は29回だけ)" in html
    assert payload["rules"] == {"all": 3, "own": 2}
    assert "3商品のうち2商品は自分の間隔で" in html
    assert "10人中9人が戻るまでの日数" in html
    file = browser_of_staff.get("/analysis/survival/?of=products&csv=utf-8")
    lines = b"".join(file.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert f"SOAP,せっけん,product,{SOAP_DAYS},30," in lines
    by_key = {one.key: one.rule for one in api.list_presets()}
    trials = api.create_segment("t", by_key["trial_gone"], warehouse=warehouse)
    assert trials.size == payload["trial"]["lost"] == 5
    twice = api.create_segment("s", by_key["single_2_gone"], warehouse=warehouse)
    assert twice.size == sum(row["twice_gone"] for row in payload["products"]) > 1
    # Each loss leads to as many people as it counts.
    for loss in payload["losses"]:
        if loss["kind"] == "purchase":
            rule = {
                "all": [
                    {"field": "purchase_count", "op": "=", "value": loss["n"]},
                    {"field": "is_gone", "op": "=", "value": True},
                ]
            }
            size = api.create_segment(f"n{loss['n']}", rule, warehouse=warehouse).size
            assert size == loss["lost"]
