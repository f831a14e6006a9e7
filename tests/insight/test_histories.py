"""What is known of each customer today, counted the short way, is what the way for any day says."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.insight.analyses.sources import Sources
from okaeri.insight.domain.ground import Ground, ground_of, present_ground_of
from okaeri.insight.features.histories import compute_histories, compute_present_histories
from okaeri.insight.types import LifecycleRules
from tests.insight.tables import orders_table

pytestmark = pytest.mark.engine
AS_OF = date(2026, 1, 15)
ORDER = st.tuples(st.integers(1, 4), st.integers(-3, 130), st.integers(-900, 9000), st.booleans())


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    opened = open_warehouse(Path(tmp_path_factory.mktemp("warehouse")))
    yield opened
    opened.close()


@pytest.mark.parametrize("merge_same_day", [True, False])
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(orders=st.lists(ORDER, max_size=30))
def test_the_present_is_seen_alike_by_both_ways(
    warehouse: Warehouse, merge_same_day: bool, orders: list[tuple[int, int, int, bool]]
) -> None:
    sources = _sources(warehouse, orders, merge_same_day=merge_same_day)
    long = ground_of(
        warehouse.collect(compute_histories(sources.purchases, cutoff=AS_OF, horizon_days=60)),
        AS_OF,
    )
    rows = compute_present_histories(
        sources.order_days, sources.price_habits, sources.counted, as_of=AS_OF
    )
    short = present_ground_of(warehouse.collect(rows), AS_OF, merge_same_day=merge_same_day)
    for field in fields(Ground):
        one, other = getattr(short, field.name), getattr(long, field.name)
        assert np.array_equal(one, other) or np.allclose(one, other, equal_nan=True), field.name


def _sources(
    warehouse: Warehouse, orders: list[tuple[int, int, int, bool]], *, merge_same_day: bool
) -> Sources:
    table = orders_table((who, AS_OF - timedelta(ago), net) for who, ago, net, _ in orders)
    numbers, none = list(range(len(orders))), [None] * len(orders)
    for name, values, kind in (
        ("order_id", numbers, pa.int64()),
        ("ordered_hour", [12] * len(orders), pa.int64()),
        ("discount_minor", [100 * cheap for *_, cheap in orders], pa.int64()),
        ("margin_minor", none, pa.int64()),
        ("subscription_no", [""] * len(orders), pa.string()),
        ("delivery_no", none, pa.int64()),
    ):
        table = table.append_column(name, pa.array(values, kind))
    rules = LifecycleRules(merge_same_day=merge_same_day)
    return Sources(warehouse, warehouse.upload(table), as_of=AS_OF, rules=rules)
