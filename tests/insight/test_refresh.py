"""The refresh through the door: orders in, standing of everybody out."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from okaeri.customers import api as customers
from okaeri.foundation import clock, settings
from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.insight import api
from okaeri.insight.types import Depth, FreshnessBand, LifecycleRules, RefreshSummary, Stage
from okaeri.intake import api as intake
from tests.insight.golden import CASES, THRESHOLD_MINOR
from tests.insight.shops import order_of, record_shop

pytestmark = [pytest.mark.django_db, pytest.mark.engine]
TODAY = date(2026, 5, 20)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    opened = open_warehouse(tmp_path / "warehouse")
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with clock.use(clock.SimulatedClock(datetime(2026, 5, 20, 3, tzinfo=UTC))):
        yield


def refresh(warehouse: Warehouse, as_of: date = TODAY) -> RefreshSummary:
    """Compute the classes and what is counted from them; further analyses have tests of their own."""
    return api.refresh(warehouse=warehouse, as_of=as_of, depth=Depth.CLASSES)


def id_of(member: str) -> int:
    (found,) = customers.search_customers(f"{member}@example.com")
    return found.id


def test_refresh_of_a_tiny_shop(warehouse: Warehouse) -> None:
    record_shop({"a": [(ago(10), 5000)], "b": [(ago(60), 1000), (ago(30), 2000)]})
    summary = refresh(warehouse)
    assert (summary.customers, summary.orders) == (2, 3)
    a, b = api.find_insight(id_of("a")), api.find_insight(id_of("b"))
    assert a is not None
    assert b is not None
    assert (a.stage, a.is_lapsed, a.purchase_count, a.net_minor) == (Stage.FIRST, False, 1, 5000)
    assert (b.stage, b.second_on, b.tenure_days, b.recency_days) == (Stage.TODDLER, ago(30), 60, 30)
    assert a.freshness_band is FreshnessBand.FRESH


@pytest.mark.covers("C-03", "C-04")
@pytest.mark.parametrize("basis", ["elapsed", "span"])
def test_golden_cases_through_import_and_refresh(warehouse: Warehouse, basis: str) -> None:
    settings.save(
        {spec.key: spec for spec in settings.specs_of(LifecycleRules).values()},
        {
            "cpm.tenure_basis": basis,
            "cpm.unit_price_mode": "fixed",
            "cpm.fixed_unit_price": THRESHOLD_MINOR // 7,
        },
    )
    record_shop(
        {
            f"case{number}": [(ago(case.today - day), net) for day, net in case.bought]
            for number, case in enumerate(CASES)
        }
    )
    refresh(warehouse)
    found = {}
    for number in range(len(CASES)):
        seen = api.find_insight(id_of(f"case{number}"))
        assert seen is not None
        found[number] = (seen.stage.value, seen.is_lapsed)
    assert found == {n: getattr(case, basis) for n, case in enumerate(CASES)}
    cells = api.find_report("portfolio").payload["cells"]  # type: ignore[union-attr]
    assert len(cells) == 10
    assert sum(cell["customers"] for cell in cells) == len(CASES)


def test_bar_is_seven_average_orders_frozen_on_the_first_of_the_month(warehouse: Warehouse) -> None:
    keys = {spec.key: spec for spec in settings.specs_of(LifecycleRules).values()}
    settings.save(keys, {"cpm.fewest_orders": 2})
    # Two orders before 1 May average 4,000; the large one of this month must not move the bar.
    record_shop({"a": [(ago(60), 3000)], "b": [(ago(30), 5000)], "c": [(ago(2), 900_000)]})
    refresh(warehouse)
    portfolio = api.find_report("portfolio").payload  # type: ignore[union-attr]
    assert (portfolio["aov_minor"], portfolio["threshold_minor"]) == (4000, 28_000)
    assert "28,000円" in api.definitions()["threshold_minor"].ja

    settings.save(keys, {"cpm.fewest_orders": 100})
    refresh(warehouse)
    portfolio = api.find_report("portfolio").payload  # type: ignore[union-attr]
    assert (portfolio["threshold_minor"], portfolio["is_fixed_price"]) == (70_000, True)


def test_newest_change_of_an_order_wins_and_a_cancelled_one_no_longer_counts(
    warehouse: Warehouse,
) -> None:
    record_shop({"a": [(ago(50), 1000), (ago(10), 2000)]})
    refresh(warehouse)
    customer = id_of("a")
    intake.record_orders(
        [order_of("a", ago(10), 2000, status="cancelled"), order_of("a", ago(5), 4000)]
    )
    summary = refresh(warehouse)
    found = api.find_insight(customer)
    assert found is not None
    assert (found.purchase_count, found.net_minor, found.last_on) == (2, 5000, ago(5))
    assert summary.orders == 2
    # Syncing again brings nothing; rebuilding from nothing gives the same.
    assert api.sync_warehouse(warehouse) == 0
    warehouse.clear()
    refresh(warehouse)
    assert api.find_insight(customer) == found


def test_somebody_whose_only_order_was_cancelled_is_a_lead(warehouse: Warehouse) -> None:
    record_shop({"a": [(ago(50), 1000)]})
    intake.record_orders([order_of("b", ago(10), 2000, status="cancelled")])
    refresh(warehouse)
    lead = api.find_insight(id_of("b"))
    assert lead is not None
    assert (lead.stage, lead.purchase_count, lead.last_on) == (Stage.LEAD, 0, None)
    summary = api.find_report("summary").payload  # type: ignore[union-attr]
    assert (summary["customers"], summary["buyers"], summary["leads"]) == (2, 1, 1)


def test_a_shop_without_orders_has_reports_too(warehouse: Warehouse) -> None:
    summary = api.refresh(warehouse=warehouse, as_of=TODAY)
    assert (summary.customers, summary.orders) == (0, 0)
    for name in api.REPORTS:
        assert api.find_report(name) is not None
    assert [finding.key for finding in api.list_findings()] == ["empty"]
    assert api.list_next_steps() == []
    assert api.portfolio_history() == []


def test_ranks_and_counts_can_be_listed_and_ordered(warehouse: Warehouse) -> None:
    record_shop(
        {
            "a": [(ago(d), 1000) for d in range(12)],
            "b": [(ago(100), 500), (ago(95), 500)],
            "c": [(ago(400), 9000)],
        }
    )
    refresh(warehouse)
    page = api.list_customers(order_by="-purchase_count")
    ranks = [(row.purchase_count, row.r_rank, row.f_rank) for row in page.rows]
    assert ranks == [(12, 5, 5), (2, 3, 2), (1, 1, 1)]
    often = {"field": "purchase_count", "op": ">=", "value": 2}
    assert api.count_customers_where(often) == 2
    assert api.list_customers(rule=often, order_by="r_rank", limit=1).rows[0].customer_id == id_of(
        "b"
    )


def test_month_end_snapshots_do_not_change_once_written(warehouse: Warehouse) -> None:
    record_shop({"a": [(ago(100), 1000)]})
    api.refresh(warehouse=warehouse, as_of=TODAY)
    before = api.portfolio_history()
    assert [row.month for row in before[::10]] == [
        date(2026, 2, 1),
        date(2026, 3, 1),
        date(2026, 4, 1),
    ]
    assert sum(row.customers for row in before) == 3
    record_shop({"late": [(ago(99), 5000)]})
    api.refresh(warehouse=warehouse, as_of=TODAY)
    assert api.portfolio_history() == before


def test_a_month_end_written_later_is_what_a_refresh_on_that_day_said(warehouse: Warehouse) -> None:
    keys = {spec.key: spec for spec in settings.specs_of(LifecycleRules).values()}
    settings.save(keys, {"cpm.fewest_orders": 2})
    record_shop(
        {
            "loyal": [(ago(days), 30_000) for days in (400, 300, 200, 100)],
            **{f"small{n}": [(ago(60 + n), 1000)] for n in range(10)},
            # In April: by the bar of May nobody is loyal any more.
            "large": [(ago(30), 900_000)],
        }
    )
    refresh(warehouse, date(2026, 4, 30))
    then = api.find_report("portfolio").payload["cells"]  # type: ignore[union-attr]
    api.refresh(warehouse=warehouse, as_of=TODAY)
    now = api.find_report("portfolio").payload["cells"]  # type: ignore[union-attr]
    written = {
        (row.stage, row.is_lapsed): (row.customers, row.net_minor)
        for row in api.portfolio_history()
        if row.month == date(2026, 4, 1)
    }
    assert written == _by_class(then)
    assert ("prime", False) in {key for key, (count, _) in written.items() if count}
    assert _by_class(now)["prime", False] == (0, 0)


def _by_class(cells: list[dict[str, Any]]) -> dict[tuple[str, bool], tuple[int, int]]:
    return {
        (cell["stage"], cell["is_lapsed"]): (cell["customers"], cell["net_minor"]) for cell in cells
    }


def test_segments_hold_their_members_and_follow_the_refresh(warehouse: Warehouse) -> None:
    record_shop({"a": [(ago(10), 1000)], "b": [(ago(300), 1000)]})
    refresh(warehouse)
    lapsed = api.create_segment("離脱客", {"field": "is_lapsed", "op": "=", "value": True})
    assert api.segment_members(lapsed.id) == [id_of("b")]
    record_shop({"b": [(ago(1), 1000)]})
    refresh(warehouse)
    assert api.get_segment(lapsed.id).size == 0
    assert api.list_recency_reached(TODAY, 10) == [(id_of("a"), ago(10))]
    assert api.find_insight(id_of("b")).is_revived is True  # type: ignore[union-attr]


def test_biggest_loss_step_is_named_in_people_and_yen(warehouse: Warehouse) -> None:
    people = {f"one{n}": [(ago(300), 1000)] for n in range(8)}
    people |= {f"two{n}": [(ago(300), 1000), (ago(290), 1000)] for n in range(2)}
    record_shop(people)
    refresh(warehouse)
    report = api.find_report("dropoff").payload  # type: ignore[union-attr]
    assert (report["bottleneck_n"], report["lost"], report["lost_net_minor"]) == (1, 8, 8000)
    first = report["steps"][0]
    assert (first["reached"], first["went_on"], first["lost"], first["waiting"]) == (10, 2, 8, 0)
    (said,) = [f.text.ja for f in api.list_findings() if f.key == "bottleneck"]
    assert "1回目" in said
    assert "8,000円" in said


def test_deciles_stand_in_equal_groups_and_say_who_carries_the_shop(warehouse: Warehouse) -> None:
    record_shop({f"m{n}": [(ago(10 + n), 1000 * (n + 1))] for n in range(20)})
    api.refresh(warehouse=warehouse, as_of=TODAY)
    report = api.find_report("deciles")
    assert report is not None
    first, last = report.payload["deciles"][0], report.payload["deciles"][-1]
    assert (first["customers"], first["net_minor"], first["smallest_minor"]) == (2, 39_000, 19_000)
    assert first["share"] == pytest.approx(39 / 210)
    assert (last["decile"], last["net_minor"], last["running_share"]) == (10, 3_000, 1.0)
