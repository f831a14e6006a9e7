"""What a night computes anew and what it leaves for another night."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from okaeri.foundation import clock
from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.insight import api
from okaeri.insight.domain.due import Computed, due_analyses
from okaeri.insight.types import Depth
from okaeri.intake import api as intake
from tests.insight.shops import order_of

TODAY = date(2026, 5, 20)


@pytest.mark.parametrize(
    ("last", "is_due"),
    [
        (Computed(TODAY - timedelta(days=6), "a", 50), False),
        (Computed(TODAY - timedelta(days=7), "a", 0), True),
        (Computed(TODAY + timedelta(days=1), "a", 0), True),
        (Computed(TODAY, "b", 0), True),
        (Computed(TODAY, "a", 51), True),
    ],
    ids=["fresh", "a week old", "of a later day", "other rules", "over 5 % changed"],
)
def test_an_analysis_is_due_when_it_can_have_moved(last: Computed, is_due: bool) -> None:
    due = due_analyses({"x"}, {"x": last}, as_of=TODAY, rule_version="a", orders=1000)
    assert due == ({"x"} if is_due else set())


def test_what_was_never_computed_is_due() -> None:
    assert due_analyses({"x"}, {}, as_of=TODAY, rule_version="a", orders=0) == {"x"}


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    opened = open_warehouse(tmp_path / "warehouse")
    with clock.use(clock.SimulatedClock(datetime(2026, 5, 20, 3, tzinfo=UTC))):
        yield opened
    opened.close()


def _as_of(name: str) -> date:
    report = api.find_report(name)
    assert report is not None
    return report.as_of


@pytest.mark.django_db
@pytest.mark.engine
def test_a_night_counts_classes_always_and_the_rest_when_it_is_due(warehouse: Warehouse) -> None:
    start = TODAY - timedelta(days=200)
    intake.record_orders(order_of(f"m{n}", start + timedelta(days=n), 1000) for n in range(200))
    api.refresh(warehouse=warehouse, as_of=TODAY - timedelta(days=2), depth=Depth.DUE)
    assert _as_of("deciles") == TODAY - timedelta(days=2)

    intake.record_orders([order_of("m1", TODAY - timedelta(days=1), 9000)])
    api.refresh(warehouse=warehouse, as_of=TODAY - timedelta(days=1), depth=Depth.DUE)
    assert _as_of("portfolio") == TODAY - timedelta(days=1)
    assert _as_of("deciles") == TODAY - timedelta(days=2)
    # Everybody is foretold every night, with what the last replays taught.
    assert _as_of("predictions") == TODAY - timedelta(days=1)
    assert _as_of("prediction_training") == TODAY - timedelta(days=2)
    (twice,) = (view for view in api.list_customers().rows if view.purchase_count == 2)
    assert twice.net_minor == 10_000

    intake.record_orders(order_of(f"m{n}", TODAY, 2000) for n in range(15))
    api.refresh(warehouse=warehouse, as_of=TODAY, depth=Depth.DUE)
    assert _as_of("deciles") == TODAY
