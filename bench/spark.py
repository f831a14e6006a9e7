"""A whole refresh by DuckDB in one process, beside a Spark cluster: from which size Spark pays.

    python -m bench.spark [CUSTOMERS ...]        (default 10000 100000 1000000; ten orders each)

The cluster is a master and two workers of one core each on loopback, so both sides share the same two
cores. Questions about few bytes are answered beside the cluster (docs/decisions/0014); a folder
SPARK_CONF_DIR with `spark.okaeri.nearMb 0` in its `spark-defaults.conf` sends all of them there. Every
analysis and every prediction, all rows written back to SQLite. Seconds are by the clock.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.insight.spark_cluster import cluster

from bench.refresh import ROOT
from bench.whole_shop import make_shop


def main() -> None:
    print(f"{'customers':>10} {'orders':>11} {'DuckDB':>10} {'Spark':>10} {'Spark/DuckDB':>13}")
    for customers in [int(word) for word in sys.argv[1:]] or [10_000, 100_000, 1_000_000]:
        with tempfile.TemporaryDirectory(prefix="okaeri-bench-") as name:
            folder = Path(name)
            make_shop(customers, folder)
            one = _refresh(folder, "duckdb")
            with cluster(folder) as address:
                many = _refresh(folder, address)
        assert one["orders"] == many["orders"], "both sides must have seen the same orders"
        ratio = many["seconds"] / one["seconds"]
        print(
            f"{customers:10,} {one['orders']:11,} {one['seconds']:8.1f} s {many['seconds']:8.1f} s "
            f"{ratio:13.1f}",
            flush=True,
        )


def _refresh(folder: Path, engine: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.refresh_whole", str(folder), engine, "full"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"the refresh by {engine} failed:\n{done.stderr[-3000:]}")
    full: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])["full"]
    return full


if __name__ == "__main__":
    main()
