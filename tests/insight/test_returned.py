"""Return documents of negative lines: subtracted from what was bought, by night and in the daytime."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import okaeri
from okaeri.customers import api as customers
from okaeri.customers import duties as customer_duties
from okaeri.foundation import clock, settings
from okaeri.foundation.settings import load
from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.foundation.work.loop import WorkLoop
from okaeri.insight import api, duties
from okaeri.insight.actions.order_table import read_orders
from okaeri.insight.actions.predictions import past_ground
from okaeri.insight.analyses.sources import Sources
from okaeri.insight.domain.leads import lead_view
from okaeri.insight.domain.vip import last_vip_day
from okaeri.insight.freshness_types import BandRules
from okaeri.insight.types import Depth, LifecycleRules, Stage
from okaeri.insight.vip_types import VipRules
from okaeri.intake import api as intake
from okaeri.intake.types import LineIn, OrderIn, PartyIn, ProductIn

pytestmark = [pytest.mark.django_db, pytest.mark.engine]
TODAY = date(2026, 6, 30)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    opened = open_warehouse(tmp_path / "warehouse")
    with clock.use(clock.SimulatedClock(datetime(2026, 6, 30, 3, tzinfo=UTC))):
        yield opened
    opened.close()


def order_of(who: str, days_ago: int, amount: int) -> OrderIn:
    return OrderIn(
        source="test",
        order_no=f"{who}-{days_ago}",
        ordered_at=datetime.combine(TODAY - timedelta(days=days_ago), time(3), UTC),
        status="accepted",
        party=PartyIn(member_no=who, email=f"{who}@example.com"),
        lines=(LineIn("SOAP", "せっけん", 1 if amount > 0 else -1, abs(amount), amount),),
    )


def amounts(who: str) -> tuple[int, int, int] | None:
    found = customers.search_customers(f"{who}@example.com")
    row = api.find_insight(found[0].id) if found else None
    return (row.purchase_count, row.net_minor, row.net_12m_minor) if row else None


def loyalty(who: str) -> tuple[Stage, date | None]:
    row = api.find_insight(id_of(who))
    assert row is not None
    return row.stage, api.last_vip_day(row)


def test_a_return_document_is_no_purchase_and_its_amount_is_subtracted(
    warehouse: Warehouse,
) -> None:
    intake.record_orders(
        [
            order_of("some", 400, 20_000),
            order_of("some", 20, 5_000),
            order_of("some", 10, -3_000),
            # The last purchase up to that day lies more than a year back.
            order_of("old", 500, 10_000),
            order_of("old", 450, -4_000),
            order_of("old", 30, 6_000),
            order_of("only", 10, -1_000),
            order_of("plain", 10, 9_000),
        ]
    )
    api.refresh(warehouse=warehouse, as_of=TODAY)
    by_night = {who: amounts(who) for who in ("some", "old", "plain")}
    assert by_night == {
        "some": (2, 22_000, 2_000),
        "old": (2, 12_000, 6_000),
        "plain": (1, 9_000, 9_000),
    }
    # Who brought back only what was bought before our records is no buyer.
    assert (amounts("only") or (0, 0, 0))[:2] == (0, 0)
    summary, mix = api.find_report("summary"), api.find_report("portfolio")
    assert summary is not None
    assert mix is not None
    told = summary.payload["left_out"]
    assert (told["stored"], told["counted"], told["void"], told["returned"]) == (8, 5, 0, 3)
    assert sum(cell["net_minor"] for cell in mix.payload["cells"]) == 43_000


def test_what_comes_back_after_the_first_moves_the_bar_next_month(warehouse: Warehouse) -> None:
    def bar_on(day: date) -> int:
        api.refresh(warehouse=warehouse, as_of=day, depth=Depth.CLASSES)
        found = api.find_report("portfolio")
        assert found is not None
        bar: int = found.payload["threshold_minor"]
        return bar

    # A hundred orders of 4,000 to the end of May, and 40,000 of it back on the tenth of June.
    intake.record_orders([order_of(f"p{n % 5}", 30 + n, 4_000) for n in range(100)])
    intake.record_orders([order_of("p0", 20, -40_000)])
    assert [bar_on(date(2026, 6, 9)), bar_on(TODAY), bar_on(date(2026, 7, 1))] == [
        28_000,
        28_000,
        25_200,
    ]
    # A file is told the same: there, too, what came back is taken off once.
    orders = warehouse.table("orders")
    found = api.analyse(orders, warehouse=warehouse, as_of=TODAY, rules=load(LifecycleRules))
    assert found.reports["portfolio"]["threshold_minor"] == 28_000


def test_in_the_daytime_it_is_subtracted_too(warehouse: Warehouse) -> None:
    every = (*customer_duties.duties(), *duties.duties())
    # Loyal by 85,000, above the bar of 70,000.
    intake.record_orders([order_of("some", 300, 80_000), order_of("some", 20, 5_000)])
    WorkLoop(every).run_until_idle()
    api.refresh(warehouse=warehouse, as_of=TODAY)
    WorkLoop(every).run_until_idle()
    assert loyalty("some") == (Stage.PRIME, None)
    intake.record_orders([order_of("some", 1, -30_000)])
    WorkLoop(every).run_until_idle()
    assert amounts("some") == (2, 55_000, 55_000)
    # Loyal no more at once, VIP for sixty days (§1.3 #31); the nights after it change nothing of that.
    assert loyalty("some") == (Stage.STEADY, TODAY + timedelta(days=59))
    api.refresh(warehouse=warehouse, as_of=TODAY + timedelta(days=1), depth=Depth.CLASSES)
    assert amounts("some") == (2, 55_000, 55_000)
    assert loyalty("some") == (Stage.STEADY, TODAY + timedelta(days=59))


def test_a_night_notes_who_is_loyal_no_more_and_who_is_again(warehouse: Warehouse) -> None:
    intake.record_orders(
        [order_of(who, days, 40_000) for who in ("some", "kept") for days in (300, 20)]
    )
    api.refresh(warehouse=warehouse, as_of=TODAY, depth=Depth.CLASSES)
    intake.record_orders([order_of("some", 1, -30_000)])
    later = TODAY + timedelta(days=1)
    api.refresh(warehouse=warehouse, as_of=later, depth=Depth.CLASSES)
    assert loyalty("some") == (Stage.STEADY, later + timedelta(days=59))
    assert loyalty("kept") == (Stage.PRIME, None)
    intake.record_orders([order_of("some", -2, 30_000)])
    api.refresh(warehouse=warehouse, as_of=TODAY + timedelta(days=2), depth=Depth.CLASSES)
    assert loyalty("some") == (Stage.PRIME, None)


# Nothing is kept for whoever went away, nor by a shop that keeps nothing.
@pytest.mark.parametrize(
    ("stage", "is_lapsed", "days", "last"),
    [
        (Stage.STEADY, False, 60, date(2026, 8, 28)),
        (Stage.TREND, False, 1, TODAY),
        (Stage.STEADY, False, 0, TODAY - timedelta(days=1)),
        (Stage.STEADY, True, 60, None),
        (Stage.PRIME, False, 60, None),
    ],
)
def test_vip_treatment_outlasts_the_class_by_the_days_of_the_setting(
    stage: Stage, is_lapsed: bool, days: int, last: date | None
) -> None:
    lead = lead_view(1, seen_on=TODAY, as_of=TODAY, bands=BandRules())
    standing = replace(lead, stage=stage, is_lapsed=is_lapsed, prime_ended_on=TODAY)
    assert last_vip_day(standing, VipRules(grace_days=days)) == last


# Hands the stored rows on, or asks for the names of columns alone.
_NO_READERS = {
    "actions/order_table.py",
    "actions/sync.py",
    "actions/count_reports.py",
    # Asks whether any order names a contract.
    "actions/contract_doings.py",
}


def test_nobody_reads_the_orders_of_the_warehouse_past_the_one_place() -> None:
    source = Path(okaeri.__file__).parent
    reads = re.compile(r"\.table\((ORDERS|[\"']orders[\"'])\)")
    found = {path for path in source.rglob("*.py") if reads.search(path.read_text())}
    assert found == {source / "insight" / name for name in _NO_READERS}


def id_of(who: str) -> int:
    return customers.search_customers(f"{who}@example.com")[0].id


def report_of(name: str) -> dict[str, Any]:
    found = api.find_report(name)
    assert found is not None
    return found.payload


def test_whoever_counts_beside_the_refresh_subtracts_it_too(warehouse: Warehouse) -> None:
    intake.record_products([ProductIn("SOAP", "せっけん", cost_minor=4_000)])
    intake.record_orders(
        [
            order_of("some", 20, 20_000),
            order_of("some", 10, -15_000),
            # Above the bar of 70,000 but for what came back before the letter left.
            order_of("loyal", 400, 80_000),
            order_of("loyal", 390, -30_000),
            order_of("loyal", 300, 5_000),
        ]
    )
    api.refresh(warehouse=warehouse, as_of=TODAY)
    perks = api.perk_report({}, warehouse=warehouse, as_of=TODAY)
    ages = api.age_report([], warehouse=warehouse, as_of=TODAY)
    ways = [way for band in ages["bands"] for way in band["ways"]["source"]]
    sent = pa.table(
        {
            "customer_id": [id_of("loyal")],
            "kind": ["sales"],
            "sent_on": pa.array([TODAY - timedelta(days=100)], pa.date32()),
            "left_at": [0],
            "channel": ["email"],
            "source": ["journey:1"],
        }
    )
    api.measure_responses(sent.to_batches(), warehouse=warehouse, as_of=TODAY)
    classes = [row["stage"] for row in report_of("responses")["rows"]]
    rule = {"did": "order", "last_days": 30, "measure": "sum:net_minor", "op": ">=", "value": 5_001}
    meant = api.preview_rule(rule, warehouse=warehouse).total
    alone = api.explain_person(rule, id_of("some"), warehouse)
    # 20,000 less 15,000, goods worth 4,000 gone and come back; and 5,000 for goods worth 4,000.
    assert perks["all"]["margin_minor"] == 5_000 + 1_000
    assert sum(way["net_minor"] for way in ways) == 5_000 + 5_000
    assert classes == ["steady"]
    assert (meant, alone) == (0, {"": False})
    just = {**rule, "value": 5_000}
    assert api.preview_rule(just, warehouse=warehouse).total == 1
    assert api.explain_person(just, id_of("some"), warehouse) == {"": True}


def _moved(end: str) -> dict[tuple[str | None, bool | None], int]:
    found: dict[tuple[str | None, bool | None], int] = {}
    for cell in report_of("movement")["cells"]:
        key = (cell[f"{end}_stage"], cell[f"{end}_lapsed"])
        found[key] = found.get(key, 0) + cell["customers"]
    return found


def test_a_past_day_knows_nothing_of_what_came_back_after_it(warehouse: Warehouse) -> None:
    then = date(2025, 12, 31)
    # The bar is twice the average order: 75,000 then, 55,000 without what came back in May.
    known = {spec.key: spec for spec in settings.specs_of(LifecycleRules).values()}
    settings.save(known, {"cpm.fewest_orders": 1, "cpm.multiple": 2})
    intake.record_orders(
        [
            order_of("loyal", 500, 80_000),
            order_of("loyal", 230, 5_000),
            order_of("back", 500, 90_000),
            # Came back before that day.
            order_of("back", 480, -30_000),
            order_of("back", 230, 5_000),
        ]
    )
    api.refresh(warehouse=warehouse, as_of=then, depth=Depth.CLASSES)
    portfolio = report_of("portfolio")
    cells = {(c["stage"], c["is_lapsed"]): c["net_minor"] for c in portfolio["cells"]}
    assert (cells["prime", False], cells["steady", False]) == (85_000, 65_000)
    api.forget_results()
    intake.record_orders([order_of("loyal", 40, -40_000)])
    api.refresh(warehouse=warehouse, as_of=TODAY)
    snapshot = [row for row in api.portfolio_history() if row.month == then.replace(day=1)]
    assert {(row.stage, row.is_lapsed): row.net_minor for row in snapshot} == cells
    assert {row.threshold_minor for row in snapshot} == {portfolio["threshold_minor"]} == {75_000}
    assert _moved("from") == {("prime", False): 1, ("steady", False): 1}
    assert _moved("to") == {("prime", False): 1, ("steady", False): 1}
    orders = read_orders(warehouse, TODAY)
    sources = Sources(warehouse, orders, as_of=TODAY, rules=LifecycleRules())
    ground = past_ground(sources, then, 30)
    assert sorted(ground.net_minor) == [65_000, 85_000]


def test_a_message_was_answered_by_the_class_of_its_day(warehouse: Warehouse) -> None:
    intake.record_orders([order_of("loyal", 400, 80_000), order_of("loyal", 390, 5_000)])
    intake.record_orders([order_of("loyal", 50, -40_000)])
    api.refresh(warehouse=warehouse, as_of=TODAY, depth=Depth.CLASSES)
    days = [TODAY - timedelta(days=ago) for ago in (150, 45)]
    sent = {
        "customer_id": [id_of("loyal")] * 2,
        "kind": ["sales"] * 2,
        "sent_on": pa.array(days, pa.date32()),
        "left_at": [0, 1],
        "channel": ["email"] * 2,
        "source": ["journey:1", "journey:2"],
    }
    api.measure_responses(pa.table(sent).to_batches(), warehouse=warehouse, as_of=TODAY)
    found = report_of("responses")["sources"]
    stages = {source: [row["stage"] for row in rows] for source, rows in found.items()}
    assert stages == {"journey:1": ["prime"], "journey:2": ["steady"]}
