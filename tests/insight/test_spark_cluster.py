"""`okaeri refresh --engine spark://...` on a real shop: every row DuckDB writes, Spark writes too."""

import json
import math
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq
import pytest

from tests.insight.real_orders import online_retail_path
from tests.insight.spark_cluster import ask_all_there, cluster

pytestmark = [pytest.mark.spark, pytest.mark.slow]
OKAERI = str(Path(sys.executable).parent / "okaeri")
_COLUMNS = {
    "order_no": "InvoiceNo",
    "ordered_at": "InvoiceDate",
    "sku": "StockCode",
    "product_name": "Description",
    "quantity": "Quantity",
    "unit_price": "UnitPrice",
    "member_no": "CustomerID",
}
# When a row was written is no result.
_CLOCKS = {"computed_at", "created_at", "first_used_at", "trained_at", "id", "at"}


def okaeri(*words: str, data_dir: Path) -> dict[str, Any]:
    done = subprocess.run(
        [OKAERI, *words, "--json"],
        env={**os.environ, "OKAERI_DATA_DIR": str(data_dir), "SPARK_LOCAL_IP": "127.0.0.1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def results(data_dir: Path) -> dict[str, list[dict[str, Any]]]:
    """Give every row of insight's tables, clocks left out."""
    with sqlite3.connect(data_dir / "okaeri.db") as stored:
        stored.row_factory = sqlite3.Row
        names = [
            row["name"]
            for row in stored.execute(
                "select name from sqlite_master where type = 'table' and name like 'insight_%'"
            )
        ]
        return {
            name: sorted(map(_readable, stored.execute(f'select * from "{name}"')), key=str)
            for name in names
        }


def _readable(row: sqlite3.Row) -> dict[str, Any]:
    return {
        key: json.loads(row[key]) if key in {"payload", "rule"} else row[key]
        for key in row.keys()  # noqa: SIM118 - a sqlite3.Row iterates over values
        if key not in _CLOCKS
    }


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, float) and isinstance(right, float | int):
        return math.isclose(left, right, rel_tol=1e-6, abs_tol=1e-6)
    return bool(left == right)


def test_a_cluster_writes_the_same_rows_for_a_real_shop(
    shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_all_there(monkeypatch, tmp_path)
    data_dir = tmp_path / "shop"
    _import_retail(shared_data, tmp_path, data_dir)
    other_dir = tmp_path / "shop-on-spark"
    shutil.copytree(data_dir, other_dir)
    okaeri("refresh", data_dir=data_dir)
    with cluster(tmp_path) as address:
        said = okaeri("refresh", "--engine", address, data_dir=other_dir)
    assert said["engine"] == address
    assert said["customers"] > 4_300
    left, right = results(data_dir), results(other_dir)
    assert len(left["insight_customerinsight"]) == said["customers"]
    assert left.keys() == right.keys()
    different = [
        f"{name} {place}" for name in left for place in _differences(left[name], right[name])
    ]
    assert not different, different[:10]


def _import_retail(shared_data: Path, folder: Path, data_dir: Path) -> None:
    table = pq.read_table(online_retail_path(shared_data))
    place = table.schema.get_field_index("InvoiceDate")
    instants = table["InvoiceDate"].cast(pa.timestamp("s")).cast(pa.string())
    path = folder / "retail.csv"
    arrow_csv.write_csv(table.set_column(place, "InvoiceDate", instants), path)
    pairs = [word for field, name in _COLUMNS.items() for word in ("--column", f"{field}={name}")]
    said = okaeri("import", str(path), *pairs, data_dir=data_dir)
    assert said["orders_new"] == 25_900


def test_an_engine_nobody_knows_is_refused_in_one_sentence(tmp_path: Path) -> None:
    done = subprocess.run(
        [OKAERI, "refresh", "--engine", "sparc"],
        env={**os.environ, "OKAERI_DATA_DIR": str(tmp_path), "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode != 0
    assert "There is no engine sparc; name duckdb, local[2] or spark://host:port." in done.stderr


def _differences(left: Any, right: Any, way: str = "") -> Iterator[str]:
    """Name every place at which two results differ, with both values."""
    if isinstance(left, dict) and isinstance(right, dict) and left.keys() == right.keys():
        for key in left:
            yield from _differences(left[key], right[key], f"{way}.{key}")
    elif isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        for place, (one, other) in enumerate(zip(left, right, strict=True)):
            named = one.get("name", place) if isinstance(one, dict) else place
            yield from _differences(one, other, f"{way}[{named}]")
    elif not _same(left, right):
        yield f"{way}: {left!r} against {right!r}"[:300]
