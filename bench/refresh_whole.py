# ruff: noqa: E402 - the settings must be named before Django is imported
"""One whole refresh of a prepared shop and a night after it: steps, seconds, memory as JSON.

    python -m bench.refresh_whole FOLDER [ENGINE [full]]

FOLDER holds orders.parquet and order_lines.parquet (`bench.whole_shop`). Prints one JSON line: the
full refresh, then (unless told "full") a night after 0.5 % of new orders. Each runs in a process of
its own, so that the memory of one is not what another left behind.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time

# The first process makes the folder, the others are told of it.
FOLDER = os.environ.get("BENCH_FOLDER") or tempfile.mkdtemp(prefix="okaeri-bench-")
os.environ["OKAERI_DATA_DIR"] = FOLDER
os.environ["DJANGO_SETTINGS_MODULE"] = "okaeri.project.settings"

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import django

django.setup()

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.core.management import call_command

from okaeri.foundation.warehouse import open_warehouse
from okaeri.insight import api
from okaeri.insight.actions import later
from okaeri.insight.actions import refresh as action
from okaeri.insight.actions.sync import LINES, ORDERS
from okaeri.insight.analyses import ANALYSES
from okaeri.insight.types import Depth

AS_OF = date(2025, 12, 1)
NEW_SHARE = 0.005


def _fill(folder: Path) -> None:
    warehouse = open_warehouse(Path(FOLDER) / "warehouse")
    for name, file in ((ORDERS, "orders"), (LINES, "order_lines")):
        reader = pq.ParquetFile(folder / f"{file}.parquet")
        batches = (_numbered(batch) for batch in reader.iter_batches(500_000))
        warehouse.upsert(name, batches, key="order_id", version="change_no")
    warehouse.close()


def _numbered(batch: pa.RecordBatch) -> pa.RecordBatch:
    rows = pa.Table.from_batches([batch])
    return rows.append_column("change_no", rows["order_id"]).combine_chunks().to_batches()[0]


def _add_a_day(folder: Path) -> None:
    """Let one order in two hundred be bought again, line by line, on the next day."""
    orders = pq.read_table(folder / "orders.parquet")
    chosen = orders.take(pa.array(range(0, orders.num_rows, round(1 / NEW_SHARE))))
    highest = pc.max(orders["order_id"]).as_py()
    numbers = pa.array(range(highest + 1, highest + 1 + chosen.num_rows))
    again = pa.table({"order_id": chosen["order_id"], "again": numbers})
    day = pa.array([AS_OF + timedelta(days=1)] * chosen.num_rows, pa.date32())
    place = chosen.schema.get_field_index("ordered_on")
    chosen = chosen.set_column(place, "ordered_on", day.cast(orders.schema.field(place).type))
    lines = pq.read_table(folder / "order_lines.parquet").join(again, "order_id", join_type="inner")
    warehouse = open_warehouse(Path(FOLDER) / "warehouse")
    for name, rows in ((ORDERS, chosen.append_column("again", numbers)), (LINES, lines)):
        place = rows.schema.get_field_index("order_id")
        rows = rows.set_column(place, "order_id", rows["again"]).drop_columns("again")
        batches = [_numbered(batch) for batch in rows.combine_chunks().to_batches()]
        warehouse.upsert(name, batches, key="order_id", version="change_no")
    warehouse.close()


def _measured(engine: str, as_of: date, *, depth: Depth) -> dict[str, float]:
    before, started = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    warehouse = open_warehouse(Path(FOLDER) / "warehouse", engine)
    summary = api.refresh(warehouse=warehouse, as_of=as_of, depth=depth)
    warehouse.close()
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "seconds": time.perf_counter() - started,
        "cpu_seconds": used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime,
        "peak_mb": used.ru_maxrss / 1024,
        "customers": summary.customers,
        "orders": summary.orders,
    }


def main() -> None:
    folder = Path(sys.argv[1])
    engine = sys.argv[2] if len(sys.argv) > 2 else "duckdb"
    try:
        call_command("migrate", verbosity=0)
        _apart("fill", folder, engine)
        told = _apart("full", folder, engine)
        if "full" not in sys.argv[3:]:
            _apart("add", folder, engine)
            told |= _apart("night", folder, engine)
    finally:
        shutil.rmtree(FOLDER)
    print(json.dumps(told))


def _apart(phase: str, folder: Path, engine: str) -> dict[str, Any]:
    """Run one phase in a process of its own; give what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.refresh_whole", str(folder), engine],
        env={**os.environ, "BENCH_FOLDER": FOLDER, "BENCH_PHASE": phase},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def run_phase(phase: str, folder: Path, engine: str) -> dict[str, Any]:
    """Do one of the four: fill and add write to the warehouse, full and night measure a refresh."""
    if phase in ("fill", "add"):
        (_fill if phase == "fill" else _add_a_day)(folder)
        return {}
    # Month-end snapshots are taken once in the life of a shop; they are no part of a refresh.
    action.SNAPSHOT_MONTHS = 0
    if phase == "night":
        return {"night": _measured(engine, AS_OF + timedelta(days=1), depth=Depth.DUE)}
    steps = _time_analyses()
    return {"full": _measured(engine, AS_OF, depth=Depth.ALL), "steps": steps}


def _time_analyses() -> dict[str, float]:
    """Let every analysis say how long it took; gives the dict that fills as they run."""
    steps: dict[str, float] = {}

    def timed(name: str, build: Any) -> Any:
        def run(sources: Any) -> dict[str, Any]:
            started = time.perf_counter()
            payload: dict[str, Any] = build(sources)
            steps[name] = time.perf_counter() - started
            return payload

        return run

    vars(later)["ANALYSES"] = {name: timed(name, build) for name, build in ANALYSES.items()}
    return steps


if __name__ == "__main__":
    if at := os.environ.get("BENCH_PHASE"):
        print(json.dumps(run_phase(at, Path(sys.argv[1]), sys.argv[2])))
    else:
        main()
