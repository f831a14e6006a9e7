"""Real histories give the numbers others published for them."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import ibis.expr.types as ir
import pyarrow as pa
import pytest

from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.insight import api
from okaeri.insight.actions.analysis import Request, analyse_customers
from okaeri.insight.rank_types import RankRules
from okaeri.insight.types import LifecycleRules
from tests.insight.real_orders import CLEAN, cdnow, online_retail, online_retail_path
from tests.insight.tables import SCHEMA

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    opened = open_warehouse(tmp_path_factory.mktemp("warehouse"))
    yield opened
    opened.close()


def expected(shared_data: Path, name: str) -> dict:
    values: dict = json.loads((shared_data / "expected_values.json").read_text())[name]
    return values


@pytest.mark.parametrize(
    ("where", "key"),
    [(CLEAN, "cohort_2010_12_clean"), ('"CustomerID" is not null', "cohort_2010_12_all")],
)
def test_online_retail_cohort_of_december_2010(
    shared_data: Path, warehouse: Warehouse, where: str, key: str
) -> None:
    orders = warehouse.upload(online_retail(online_retail_path(shared_data), where))
    found = api.analyse(orders, warehouse=warehouse, as_of=date(2011, 12, 9), currency="GBP")
    cohorts = found.reports["cohorts"]
    first = cohorts["rows"][0]
    assert first["month"] == "2010-12"
    assert first["buyers"] == expected(shared_data, "online_retail_2010_11")[key]
    # December 2011 is nine days long in this file.
    assert cohorts["is_incomplete_last"] is True
    assert first["is_incomplete_last"] is True


def test_online_retail_clean_totals(shared_data: Path, warehouse: Warehouse) -> None:
    clean = expected(shared_data, "online_retail_2010_11")["clean"]
    orders = warehouse.upload(online_retail(online_retail_path(shared_data), CLEAN))
    found = api.analyse(orders, warehouse=warehouse, as_of=date(2011, 12, 9), currency="GBP")
    summary = found.reports["summary"]
    assert summary["buyers"] == clean["customers"]
    assert summary["orders"] == clean["invoices"]
    # Some invoices hold tenths of a penny, so each may be half a penny off.
    assert abs(summary["net_minor"] - clean["revenue"] * 100) < clean["invoices"] / 2
    assert sum(cell["customers"] for cell in found.reports["portfolio"]["cells"]) == 4338
    cohorts = found.reports["cohorts"]["rows"]
    assert sum(row["size"] for row in cohorts) == clean["customers"]
    assert sum(sum(row["net_minor"]) for row in cohorts) == summary["net_minor"]


def _cdnow_orders(lines: pa.Table) -> pa.Table:
    count = lines.num_rows
    cents = [round(spend * 100) for spend in lines["spend"].to_pylist()]
    return pa.table(
        [
            lines["sample_id"],
            lines["date"],
            pa.array([True] * count),
            pa.array([False] * count),
            pa.array(cents, type=pa.int64()),
        ],
        schema=SCHEMA,
    )


def test_cdnow_lines_of_one_day_are_one_purchase(shared_data: Path, warehouse: Warehouse) -> None:
    lines = cdnow(shared_data)
    orders = warehouse.upload(_cdnow_orders(lines))
    days = {(row["sample_id"], row["date"]) for row in lines.to_pylist()}
    assert len(days) < lines.num_rows, "the trap is gone from the file"

    assert _purchases(warehouse, orders, LifecycleRules()) == len(days)
    assert _purchases(warehouse, orders, LifecycleRules(merge_same_day=False)) == lines.num_rows


def _purchases(warehouse: Warehouse, orders: ir.Table, rules: LifecycleRules) -> int:
    request = Request(date(1998, 6, 30), rules, RankRules())
    customers = analyse_customers(warehouse, orders, request).customers
    counts = warehouse.collect(customers.select("purchase_count"))["purchase_count"].to_pylist()
    assert len(counts) == 2357
    return sum(counts)


def test_cdnow_zero_spend_counts_as_a_purchase_without_money(
    shared_data: Path, warehouse: Warehouse
) -> None:
    lines = cdnow(shared_data)
    free = [row for row in lines.to_pylist() if row["spend"] == 0]
    assert free
    orders = warehouse.upload(_cdnow_orders(lines))
    summary = api.analyse(
        orders, warehouse=warehouse, as_of=date(1998, 6, 30), currency="USD"
    ).reports["summary"]
    assert summary["orders"] == lines.num_rows
    assert summary["net_minor"] == sum(round(s * 100) for s in lines["spend"].to_pylist())
