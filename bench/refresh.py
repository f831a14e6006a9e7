"""The nightly refresh: ours against hand-written SQL, pandas and Polars, in one run.

    python bench/refresh.py [--customers 1000000] [--runs 3] [--small 100000] [--only ours,sql]

Makes orders with DuckDB SQL (ten a customer, half of the customers with one order), then lets every
contender read the same Parquet file and give the same five answers: classes, RFM cells, freshness
bands, F2 by window, month cohorts. Each runs in a process of its own; seconds are wall time without
imports, memory is the peak of the process. The answers must agree, or the run fails.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

ROOT = Path(__file__).parent.parent
CONTENDERS = ("ours", "sql", "pandas", "polars")

_ORDERS = """
copy (
  with customers as (
    select i as customer_id, (hash(i) % 10000) / 10000.0 as u, (hash(i + 7919000000) % 10000) / 10000.0 as v
    from range(1, {customers} + 1) as t(i)),
  sized as (
    select *, case when u < 0.5 then 1
      else 2 + cast(floor(-ln(1 - (u - 0.5) * 2 * 0.99995) * 18.0) as bigint) end as orders
    from customers),
  orders as (select *, unnest(range(orders)) as nth from sized)
  select row_number() over () as order_id, customer_id,
    date '2023-01-01' + cast(floor(v * 900 + nth * (15 + hash(customer_id * 31 + 1) % 60))
      + hash(customer_id * 1009 + nth) % 20 as integer) % 1090 as ordered_on,
    cast(1500 + hash(customer_id * 17 + nth) % 12000 as bigint) as net_minor,
    hash(customer_id * 13 + nth) % 50 <> 0 as is_purchase,
    nth = 0 and customer_id % 7 = 0 as is_trial
  from orders
) to '{path}' (format parquet)
"""


def make_orders(customers: int, path: Path) -> int:
    """Write the orders of `customers` customers; give how many."""
    made = duckdb.connect(config={"memory_limit": "3GB", "preserve_insertion_order": "false"})
    made.execute(_ORDERS.format(customers=customers, path=path))
    return int(made.execute(f"select count(*) from '{path}'").fetchall()[0][0])


def run_once(contender: str, path: Path, package: str) -> dict[str, Any]:
    """Run one contender of `package` in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", f"bench.{package}.with_{contender}", str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{contender} failed:\n{done.stderr[-3000:]}")
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return measured


def measure(
    contenders: Sequence[str], path: Path, runs: int, package: str = "refresh_peers"
) -> dict[str, dict[str, Any]]:
    """Run every contender `runs` times, taking turns; give medians and the answers."""
    results: dict[str, list[dict[str, Any]]] = {name: [] for name in contenders}
    for _ in range(runs):
        for name in contenders:
            results[name].append(run_once(name, path, package))
            last = results[name][-1]
            print(
                f"  {name:8s}{last['seconds']:8.2f} s{last['cpu_seconds']:8.2f} cpu s"
                f"   load {os.getloadavg()[0]:.1f}",
                flush=True,
            )
    return {
        name: {
            "seconds": statistics.median(run["seconds"] for run in each),
            "cpu_seconds": statistics.median(run["cpu_seconds"] for run in each),
            "peak_mb": max(run["peak_mb"] for run in each),
            "answers": each[0]["answers"],
        }
        for name, each in results.items()
    }


def check_agreement(found: dict[str, dict[str, Any]]) -> None:
    """Stop with what differs when two contenders do not give the same answers."""
    (first, *others) = found
    for name in others:
        for question, answer in found[first]["answers"].items():
            if found[name]["answers"][question] != answer:
                sys.exit(f"{name} and {first} differ on {question}")


def report(
    customers: int, orders: int, found: dict[str, dict[str, Any]], *, beside: str = "ours"
) -> None:
    """Print wall and processor seconds, both as ratios to `beside`, and peak memory.

    On a machine that others use too, processor seconds are the steadier of the two.
    """
    ours = found.get(beside)
    print(f"\n{customers:,} customers, {orders:,} orders")
    print(f"{'':10s}{'seconds':>9s}{'ratio':>8s}{'cpu s':>9s}{'ratio':>8s}{'peak MB':>9s}")
    for name, row in found.items():
        wall, cpu = (
            f"{row[clock] / ours[clock]:.2f}" if ours else "-"
            for clock in ("seconds", "cpu_seconds")
        )
        print(
            f"{name:10s}{row['seconds']:9.2f}{wall:>8s}{row['cpu_seconds']:9.2f}{cpu:>8s}"
            f"{row['peak_mb']:9.0f}"
        )


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--customers", type=int, default=1_000_000)
    words.add_argument("--small", type=int, default=100_000, help="0: no growth figure")
    words.add_argument("--runs", type=int, default=3)
    words.add_argument("--only", default=",".join(CONTENDERS))
    asked = words.parse_args()
    contenders = asked.only.split(",")
    seconds: dict[int, tuple[float, float]] = {}
    with tempfile.TemporaryDirectory(prefix="okaeri-bench-") as folder:
        for customers in sorted({size for size in (asked.small, asked.customers) if size}):
            path = Path(folder) / f"orders-{customers}.parquet"
            orders = make_orders(customers, path)
            found = measure(contenders, path, asked.runs)
            check_agreement(found)
            report(customers, orders, found)
            if "ours" in found:
                ours = found["ours"]
                seconds[customers] = (ours["seconds"], ours["cpu_seconds"])
    if len(seconds) == 2:
        (small, large) = sorted(seconds)
        wall, cpu = (
            after / before for before, after in zip(seconds[small], seconds[large], strict=True)
        )
        print(
            f"\nours grows {wall:.1f} times (cpu {cpu:.1f}) from {small:,} to {large:,} customers"
            f" ({large / small:.0f} times)"
        )


if __name__ == "__main__":
    main()
