"""Pairs of products are counted for everybody, or for every n-th customer where there is too much."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import ibis
import pyarrow as pa
import pytest

from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.insight.analyses import goods_tables as module
from okaeri.insight.analyses.sources import Sources
from okaeri.insight.types import LifecycleRules

pytestmark = pytest.mark.engine


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    opened = open_warehouse(tmp_path / "warehouse")
    yield opened
    opened.close()


@pytest.mark.parametrize(("most", "kept"), [(12, 12), (11, 6), (4, 4)])
def test_only_so_many_people_as_fit_are_asked_for_pairs(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, most: int, kept: int
) -> None:
    monkeypatch.setattr(module, "MOST_PAIRED_ROWS", most)
    rows = warehouse.upload(pa.table({"customer_id": pa.array(range(12), pa.int64())}))
    sources = Sources(
        warehouse, rows, rows, as_of=date(2026, 1, 1), rules=LifecycleRules(), threshold_minor=1
    )
    vars(sources)["item_days"] = rows
    found = warehouse.collect(sources.of_some_people(rows).order_by(ibis._.customer_id))
    assert found.num_rows == kept
    assert set(found["customer_id"].to_pylist()) <= set(range(0, 12, sources.one_person_in))
