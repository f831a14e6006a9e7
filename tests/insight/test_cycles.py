"""Purchase cycles per product and the day a person's product runs out."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.insight import api
from okaeri.insight.actions.item_timing import rows_then
from okaeri.insight.actions.order_table import read_orders
from okaeri.insight.analyses.sources import Sources
from okaeri.insight.features.item_pairs import compute_awaited
from okaeri.insight.types import LifecycleRules
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


def order_of(who: str, days_ago: int, sku: str = "SOAP", quantity: int = 1, **more: Any) -> OrderIn:
    day = TODAY - timedelta(days=days_ago)
    return OrderIn(
        source="test",
        order_no=f"{who}-{sku}-{days_ago}",
        ordered_at=datetime(day.year, day.month, day.day, 3, tzinfo=UTC),
        status="accepted",
        party=PartyIn(member_no=who, email=f"{who}@example.com"),
        lines=(LineIn(sku, sku, quantity, 1000, 1000 * quantity),),
        **more,
    )


def report(warehouse: Warehouse) -> dict[str, Any]:
    api.refresh(warehouse=warehouse, as_of=TODAY)
    found = api.find_report("cycles")
    assert found is not None
    return found.payload


def id_of(who: str) -> int:
    (found,) = customers.search_customers(f"{who}@example.com")
    return found.id


@pytest.mark.covers("K-07")
def test_a_product_has_its_histogram_median_range_and_day_to_write(warehouse: Warehouse) -> None:
    gaps = [21, 24, 25, 27, 28, 30, 31, 33, 38, 61]
    orders = []
    for number, gap in enumerate(gaps):
        orders += [order_of(f"p{number}", 100), order_of(f"p{number}", 100 - gap)]
    # A subscription's deliveries follow the contract, not the person.
    orders += [
        order_of("sub", n, subscription_no="S1", delivery_no=d)
        for d, n in enumerate((90, 83, 76), 1)
    ]
    intake.record_orders(orders)
    (soap,) = report(warehouse)["products"]
    assert (soap["sku"], soap["intervals"], soap["customers"]) == ("SOAP", 10, 10)
    assert soap["cycle_days"] == 29.0
    assert (soap["low_days"], soap["high_days"]) == (pytest.approx(23.7), pytest.approx(40.3))
    # Nobody knows how long a soap lasts: five days before the cycle is over.
    assert (soap["use_days"], soap["send_day"]) == (None, 24)
    assert [soap["bins"][n] for n in (2, 3, 6)] == [5, 4, 1]
    assert sum(soap["bins"]) == 10
    # It lasts 45 days and comes after 3: as the journey before a run-out writes, on day 43.
    intake.record_products([ProductIn("SOAP", "SOAP", days_supply=45)])
    (soap,) = report(warehouse)["products"]
    assert (soap["cycle_days"], soap["use_days"], soap["send_day"]) == (29.0, 48, 43)


def test_use_is_told_by_days_of_use_else_by_the_own_cycle_drawn_to_the_products(
    warehouse: Warehouse,
) -> None:
    trial, gift = ProductIn("T", days_supply=30, is_trial=True), ProductIn("G", is_sample=True)
    intake.record_products([ProductIn(sku="LOTION", name="化粧水", days_supply=30), trial, gift])
    orders = [order_of("supplied", 20, "LOTION", quantity=2)]
    # Nobody reorders a trial or a sample, however long it lasts.
    orders += [order_of("tried", 20, "T"), *(order_of("given", n, "G") for n in (50, 30, 10))]
    for number in range(6):
        orders += [order_of(f"p{number}", 340), order_of(f"p{number}", 300)]
    # Own intervals of 20 and 20 days, the product's median is 40: (2 x 20 + 2 x 40) / 4 = 30.
    orders += [order_of("quick", n) for n in (50, 30, 10)]
    orders += [order_of("new", 15)]
    intake.record_orders(orders)
    report(warehouse)
    found = {
        row.customer_id: row for row in api.list_running_out(TODAY, lead_days=28, within_days=40)
    }
    supplied = api.find_insight(id_of("supplied"))
    assert supplied is not None
    # Arrives 3 days after the order, lasts 2 x 30 days.
    assert supplied.runs_out_on == TODAY + timedelta(days=63 - 20)
    quick, new = found[id_of("quick")], found[id_of("new")]
    assert (quick.basis, quick.runs_out_on) == ("own", TODAY + timedelta(days=20))
    assert (new.basis, new.runs_out_on) == ("product", TODAY + timedelta(days=25))
    assert found.keys().isdisjoint(map(id_of, ("supplied", "tried", "given")))
    for row in found.values():
        assert row.next_low_on is not None
        assert row.next_on is not None
        assert row.next_high_on is not None
        assert TODAY < row.next_low_on <= row.next_on <= row.next_high_on


def test_two_pieces_are_bought_again_later_than_one_and_a_lasting_product_later_than_a_short_one(
    warehouse: Warehouse,
) -> None:
    intake.record_products(
        [ProductIn("SHORT", "短い", days_supply=14), ProductIn("LONG", "長い", days_supply=30)]
    )
    # Long enough a history to look ahead over all of it.
    intake.record_orders(
        [
            order_of("old", 700, "OTHER"),
            order_of("short", 10, "SHORT"),
            order_of("double", 10, "SHORT", quantity=2),
            order_of("long", 10, "LONG"),
        ]
    )
    report(warehouse)
    short, double, long = (api.run_outs_of([id_of(who)])[0] for who in ("short", "double", "long"))
    assert [row.runs_out_on for row in (short, double, long)] == [
        TODAY + timedelta(days=days) for days in (7, 21, 23)
    ]
    for sooner, later in ((short, double), (double, long)):
        assert (sooner.next_low_on or TODAY) <= (later.next_low_on or TODAY)
        assert (sooner.next_on or TODAY) < (later.next_on or TODAY)
        assert (sooner.next_high_on or TODAY) < (later.next_high_on or TODAY)


def test_overdue_people_are_listed_and_those_twice_over_are_at_risk(warehouse: Warehouse) -> None:
    orders = []
    for number in range(6):
        orders += [order_of(f"p{number}", 640), order_of(f"p{number}", 600)]
    orders += [order_of("fine", 45), order_of("late", 60), order_of("gone", 90)]
    intake.record_orders(orders)
    payload = report(warehouse)
    (soap,) = payload["products"]
    assert (soap["overdue"], soap["at_risk"]) == (1, 7)
    assert [row["customer_id"] for row in payload["overdue"]] == [id_of("late")]


def test_one_product_bought_once_has_no_cycle_and_the_report_stands(warehouse: Warehouse) -> None:
    intake.record_orders([order_of("one", 0)])
    payload = report(warehouse)
    assert (payload["products"], payload["others"], payload["overdue"]) == ([], [], [])
    standing = api.find_insight(id_of("one"))
    assert standing is not None
    assert standing.runs_out_on is None


def test_a_product_lasts_from_the_arrival_that_is_known(warehouse: Warehouse) -> None:
    intake.record_products([ProductIn(sku="LOTION", name="化粧水", days_supply=30)])
    came, left = TODAY - timedelta(days=5), TODAY - timedelta(days=10)
    intake.record_orders(
        [
            order_of("delivered", 25, "LOTION", shipped_on=left, delivered_on=came),
            order_of("shipped", 25, "LOTION", shipped_on=left),
            order_of("ordered", 25, "LOTION"),
        ]
    )
    api.refresh(warehouse=warehouse, as_of=TODAY)
    due = {
        who: (api.run_outs_of([id_of(who)])[0].runs_out_on - TODAY).days
        for who in ("delivered", "shipped", "ordered")
    }
    assert due == {"delivered": 25, "shipped": 22, "ordered": 8}


def test_run_outs_of_a_person_are_exported_and_erased(warehouse: Warehouse) -> None:
    intake.record_products([ProductIn(sku="LOTION", name="化粧水", days_supply=10)])
    intake.record_orders([order_of("him", 5, "LOTION")])
    report(warehouse)
    him = id_of("him")
    assert [row.sku for row in api.run_outs_of([him])] == ["LOTION"]
    assert len(api.export_person([him])["run_outs"]) == 1
    assert api.erase_person([him])["run_outs"] == 1
    assert api.run_outs_of([him]) == []


def test_all_run_outs_of_a_person_are_told_as_the_night_tells_those_it_keeps(
    warehouse: Warehouse,
) -> None:
    intake.record_products([ProductIn(sku="LOTION", name="化粧水", days_supply=30)])
    orders = [order_of("old", 700, "OTHER")]
    for number in range(6):
        orders += [order_of(f"p{number}", 340), order_of(f"p{number}", 300)]
    orders += [order_of("him", n) for n in (50, 30, 10)]
    orders += [order_of("him", 70, "LOTION", quantity=2), order_of("him", 150, "LOTION")]
    # Too late to be kept, too early to be kept, and long past.
    orders += [order_of("her", 48, "LOTION"), order_of("her", 5, "SOAP", quantity=1)]
    orders += [order_of("she", 1, "LOTION", quantity=3), order_of("it", 400)]
    orders += [order_of("sub", 9, "LOTION", subscription_no="S1", delivery_no=1)]
    intake.record_orders(orders)
    assert api.list_person_run_outs(1, warehouse) == [], "before the first refresh"
    report(warehouse)
    him, her, she, it, sub = (id_of(who) for who in ("him", "her", "she", "it", "sub"))
    kept = api.run_outs_of([him, her, she])
    assert {row.sku for row in kept if row.customer_id == him} == {"SOAP", "LOTION"}
    all_of = {who: api.list_person_run_outs(who, warehouse) for who in (him, her, she, it, sub)}
    told = {(one.due.customer_id, one.due.sku): one for of in all_of.values() for one in of}
    for row in kept:
        assert told[row.customer_id, row.sku].due == row
    late, far, gone = told[her, "LOTION"], told[she, "LOTION"], told[it, "SOAP"]
    assert (late.due.runs_out_on, late.is_past) == (TODAY - timedelta(days=15), True)
    assert not late.is_far_past
    assert (far.due.runs_out_on, far.is_past) == (TODAY + timedelta(days=92), False)
    assert gone.is_far_past
    assert all_of[sub] == []
    days = [one.due.runs_out_on for one in all_of[her]]
    assert days == sorted(days)
    for one in told.values():
        assert one.due.next_low_on is not None
        assert one.due.next_on is not None
        assert one.due.next_high_on is not None
        assert TODAY < one.due.next_low_on <= one.due.next_on <= one.due.next_high_on


def test_the_replay_tells_as_a_night_of_its_day_would_have(warehouse: Warehouse) -> None:
    """Days of use, parcels known by then, cycles of then: what is checked is what is shown."""
    intake.record_products([ProductIn(sku="LOTION", name="化粧水", days_supply=30)])
    orders = [order_of("old", 900, "LOTION")]
    for number in range(60):
        pieces, gap = 1 + number % 3, 30 * (1 + number % 3) + number % 7
        days = range(60 + number, 700, gap)
        orders += [order_of(f"p{number}", day, "LOTION", quantity=pieces) for day in days]
        orders += [order_of(f"s{number}", day, "SOAP") for day in range(number, 700, 40)]
    cutoff = TODAY - timedelta(days=90)
    # One parcel had come by then, one was on its way and came late.
    orders += [
        order_of("slow", 96, "LOTION", delivered_on=cutoff - timedelta(days=1)),
        order_of("late", 96, "LOTION", delivered_on=cutoff + timedelta(days=9)),
    ]
    intake.record_orders(orders)
    api.refresh(warehouse=warehouse, as_of=TODAY)
    then = {(row["customer_id"], row["sku"]): row for row in rows_of(warehouse, TODAY, cutoff)}
    shown = {(row["customer_id"], row["sku"]): row for row in rows_of(warehouse, cutoff, None)}
    assert then.keys() == shown.keys()
    late, slow = ((id_of(who), "LOTION") for who in ("late", "slow"))
    assert (then[late]["use_days"], then[slow]["use_days"]) == (33.0, 35.0)
    told = ("last_on", "intervals", "cycle_days", "days_supply")
    for pair, row in shown.items():
        assert [then[pair][name] for name in told] == [row[name] for name in told]
        if row["basis"] == "supply" and pair != late:
            assert then[pair]["use_days"] == row["use_days"]
    replay = api.find_report("item_timing").payload["replay"]  # type: ignore[union-attr]
    assert 0 < replay["supplied"]["came"] < replay["came"]


def rows_of(warehouse: Warehouse, as_of: date, cutoff: date | None) -> list[dict[str, Any]]:
    """What a night of `as_of` shows or, with a cutoff, replays."""
    orders = read_orders(warehouse, as_of)
    sources = Sources(warehouse, orders, as_of=as_of, rules=LifecycleRules())
    if cutoff is not None:
        found: list[dict[str, Any]] = rows_then(sources, cutoff, 90).to_pylist()
        return found
    known = sources.habits_with_lists
    expr = compute_awaited(sources.run_outs, known, sources.product_cycles, sources.products)
    return sources.rows(expr)
