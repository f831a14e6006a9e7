"""Sums over assigned customers: on every engine, against a plain loop."""

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pytest

from okaeri.foundation.errors import ConfigurationError
from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.measure.domain.sums import sums_of
from okaeri.measure.features.outcomes import (
    ASSIGNMENTS,
    NUMBERS,
    ORDERS,
    compute_outcomes,
    compute_sums,
)
from tests.compile_gate import compile_everywhere
from tests.insight.spark_cluster import ask_all_there

START = datetime(2026, 3, 1)


SPARK = pytest.param(
    "local[1]",
    marks=[
        pytest.mark.spark,
        pytest.mark.slow,
        # PySpark leaves a socket to be closed by the garbage collector.
        pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    ],
)


@pytest.fixture(params=[pytest.param("duckdb", marks=pytest.mark.engine), SPARK])
def warehouse(
    request: pytest.FixtureRequest, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Warehouse]:
    ask_all_there(monkeypatch, data_dir)
    try:
        opened = open_warehouse(data_dir / "warehouse", request.param)
    except ConfigurationError as absent:
        pytest.skip(f"{request.param}: {absent}")
    yield opened
    opened.close()


def random_shop(seed: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Two experiments over 300 people, and orders around, inside and outside their windows."""
    dice = random.Random(seed)
    assignments = [
        {
            "experiment_id": experiment_id,
            "customer_id": customer_id,
            "arm": dice.choice(["treated", "treated", "holdout"]),
            "assigned_at": START + timedelta(hours=dice.randrange(48)),
            "counted_until": START + timedelta(days=10 * experiment_id, hours=dice.randrange(48)),
        }
        for experiment_id in (1, 2)
        for customer_id in range(1, 301)
    ]
    orders = []
    for _ in range(2_000):
        net = dice.choice([-3_000, 0, 1_000, 10**9, 10**9 + 7, dice.randrange(20_000)])
        orders.append(
            {
                "customer_id": dice.randrange(1, 400),
                "ordered_at": START + timedelta(hours=dice.randrange(24 * 30)),
                "is_purchase": net > 0 and dice.random() < 0.8,
                "net_minor": net,
                "margin_minor": dice.choice([None, net // 3, net // 3, net // 3]),
            }
        )
    return assignments, orders


def by_hand(assignments: list[dict[str, Any]], orders: list[dict[str, Any]]) -> dict[Any, Any]:
    values: dict[Any, Any] = defaultdict(list)
    unknown: dict[Any, int] = defaultdict(int)
    for one in assignments:
        found = {"orders": 0, "net_minor": 0, "margin_minor": 0}
        for order in orders:
            if order["customer_id"] != one["customer_id"]:
                continue
            if not one["assigned_at"] < order["ordered_at"] <= one["counted_until"]:
                continue
            if not order["is_purchase"]:
                continue
            margin = order["margin_minor"]
            unknown[one["experiment_id"], one["arm"]] += margin is None
            found["orders"] += 1
            found["net_minor"] += order["net_minor"]
            found["margin_minor"] += margin or 0
        values[one["experiment_id"], one["arm"]].append(found)
    return {
        arm: {
            "customers": len(people),
            "buyers": sum(person["orders"] > 0 for person in people),
            "unknown": unknown[arm],
            **{name: sums_of(person[name] for person in people) for name in NUMBERS.values()},
        }
        for arm, people in values.items()
    }


def test_sums_and_arms_are_those_of_a_plain_loop(warehouse: Warehouse) -> None:
    assignments, orders = random_shop(seed=1)
    warehouse.replace("orders", pa.Table.from_pylist(orders, schema=ORDERS))
    people = warehouse.upload(pa.Table.from_pylist(assignments, schema=ASSIGNMENTS))
    outcomes = warehouse.stage("outcomes", compute_outcomes(people, warehouse.table("orders")))
    rows = warehouse.collect(compute_sums(outcomes)).to_pylist()
    expected = by_hand(assignments, orders)
    assert len(rows) == len(expected) == 4
    for row in rows:
        wanted = expected[row["experiment_id"], row["arm"]]
        assert {name: row[name] for name in ("customers", "buyers", "unknown")} == {
            name: wanted[name] for name in ("customers", "buyers", "unknown")
        }
        for name in NUMBERS.values():
            assert row[f"{name}_total"] == pytest.approx(wanted[name].total)
            assert row[f"{name}_squares"] == pytest.approx(wanted[name].squares, rel=1e-12)


def test_the_expressions_compile_for_every_engine() -> None:
    people = ibis.table(ibis.Schema.from_pyarrow(ASSIGNMENTS), name="people")
    orders = ibis.table(ibis.Schema.from_pyarrow(ORDERS), name="orders")
    outcomes = compute_outcomes(people, orders)
    for expr in (outcomes, compute_sums(outcomes)):
        assert all(sql.startswith(("SELECT", "WITH")) for sql in compile_everywhere(expr).values())
