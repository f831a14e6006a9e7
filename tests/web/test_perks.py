"""What goes back to customers beside the margin they bring, and the warning above the budget."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from okaeri.customers import api as customers
from okaeri.foundation import clock, settings
from okaeri.foundation.warehouse import open_warehouse
from okaeri.insight import api as insight
from okaeri.insight.analysis_types import PerkRules
from okaeri.rewards import api as rewards
from tests.insight.mixed_shop import order, record
from tests.web.shop import resolve

pytestmark = [pytest.mark.django_db, pytest.mark.engine]
TODAY = date(2026, 5, 20)
NOW = datetime(2026, 5, 20, 3, tzinfo=UTC)
PAGE = "/analysis/perks/"


def who(member: str) -> int:
    return customers.search_customers(f"{member}@example.com")[0].id


def measure(folder: Path) -> dict[str, Any]:
    warehouse = open_warehouse(folder / "warehouse")
    insight.refresh(warehouse=warehouse, as_of=TODAY)
    points = rewards.points_since(NOW - timedelta(days=365))
    insight.measure_perks(points, warehouse=warehouse, as_of=TODAY)
    warehouse.close()
    return insight.find_report("perks").payload  # type: ignore[union-attr]


def grant(member: str, points: int, days_ago: int) -> None:
    at = NOW - timedelta(days=days_ago)
    with transaction.atomic():
        rewards.grant_points(who(member), points, key=f"{member}-{days_ago}", reason="t", at=at)


@pytest.fixture
def perk_shop(db: None) -> None:
    """A lotion costs 1,100 and sells for 3,800: 2,700 of margin before anything goes back."""
    clock.set_clock(clock.SimulatedClock(NOW))
    day = TODAY - timedelta(days=30)
    record(
        order("plain", day),
        replace(order("cut", day), discount_minor=600),
        order("points", day),
        # Older than a year: neither its discount nor its margin counts.
        replace(order("cut", TODAY - timedelta(days=500)), discount_minor=3000),
    )
    resolve()
    grant("points", 300, 20)
    grant("points", 9000, 400)
    grant("plain", 50, 10)
    with transaction.atomic():
        rewards.reverse_grant("plain-10", reason="t", at=NOW)


@pytest.mark.covers("D-22")
def test_discounts_and_points_stand_beside_margin_with_a_warning_above_the_budget(
    perk_shop: None, tmp_path: Path, browser_of_staff: Client, in_english: Client
) -> None:
    payload = measure(tmp_path)
    everybody = payload["all"]
    assert (everybody["customers"], everybody["discount_minor"], everybody["points_minor"]) == (
        3, 600, 300,
    )  # fmt: skip
    assert (everybody["per_customer_minor"], everybody["margin_minor"]) == (300, 3 * 2700)
    assert everybody["share"] == pytest.approx(900 / 8100)
    assert (everybody["budget_minor"], everybody["left_minor"], everybody["is_over"]) == (
        1215, 315, False,
    )  # fmt: skip
    # 600 of 2,700 is above 15 %, 300 is not.
    assert [(one["customer_id"], one["perk_minor"]) for one in payload["people"]] == [
        (who("cut"), 600)
    ]
    html = browser_of_staff.get(PAGE).content.decode()
    assert "1人当たり 300円" in html
    assert "還元が予算を超えています" not in html
    assert f'href="/customers/{who("cut")}/">' in html
    assert f"#{who('cut')}" not in html
    known = {spec.key: spec for spec in settings.specs_of(PerkRules).values()}
    settings.save(known, {"perks.most_share": 0.1, "perks.point_minor": 2})
    payload = measure(tmp_path)
    assert payload["all"]["points_minor"] == 600
    assert (payload["all"]["is_over"], payload["all"]["over"]) == (True, 2)
    html = browser_of_staff.get(PAGE).content.decode()
    assert "還元が予算を超えています。粗利の 14.8% を還元しており、上限は 10% です。" in html
    assert "more than the budget" in in_english.get(PAGE).content.decode()
    link = html.split('class="quiet outlined" href="/analysis/segments')[1].split('"')[0]
    address = "/analysis/segments" + link.replace("&amp;", "&")
    assert browser_of_staff.get(address).status_code == 200
    csv = b"".join(browser_of_staff.get(f"{PAGE}?csv=utf-8")).decode("utf-8-sig")
    assert "first,False,2,0,600,300," in csv


def test_points_to_people_without_an_order_in_the_year_weigh_on_the_budget(
    perk_shop: None, tmp_path: Path
) -> None:
    record(order("gone", TODAY - timedelta(days=500)))
    resolve()
    grant("gone", 400, 20)
    everybody = measure(tmp_path)["all"]
    # As before, and 400 that brought no margin: 900 + 400 of 8,100 is more than 15 %.
    assert (everybody["perk_minor"], everybody["margin_minor"]) == (1300, 8100)
    assert (everybody["is_over"], everybody["over"]) == (True, 2)


def test_without_known_costs_nothing_is_set_beside_the_margin(
    db: None, tmp_path: Path, browser_of_staff: Client
) -> None:
    clock.set_clock(clock.SimulatedClock(NOW))
    unknown = order("one", TODAY - timedelta(days=30))
    line = replace(unknown.lines[0], sku="NOBODY-KNOWS")
    record(replace(unknown, lines=(line,), discount_minor=600))
    resolve()
    payload = measure(tmp_path)
    assert (payload["all"]["share"], payload["all"]["is_over"], payload["people"]) == (
        None,
        False,
        [],
    )
    assert "原価のわかる注文がない" in browser_of_staff.get(PAGE).content.decode()
