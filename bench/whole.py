"""A whole refresh, every analysis: ours against hand-written SQL, pandas and Polars, in one run.

    python -m bench whole [SIZE ...]        (customers; default 10000 100000 1000000)

Orders and lines as `bench.whole_shop` makes them. The peers answer nine questions of a refresh (classes,
deciles, hours, survival, lifetime value, waits for the second purchase, months, products, pairs);
"same" answers these nine and nothing else from our shared tables, and is what the ratios compare.
"ours" computes the reports they come from with all their facets, "all" every analysis there is: no
peer does as much. The answers must agree, or the run fails. Then the growth of "all", and a night after
0.5 % of new orders beside a full refresh, both with writing everything back to SQLite
(`bench.refresh_whole`).
"""

import json
import math
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

from bench.refresh import ROOT, check_agreement, measure, report
from bench.whole_shop import make_shop

CONTENDERS = ("same", "ours", "all", "sql", "pandas", "polars")


def main() -> None:
    sizes = [int(word) for word in sys.argv[1:]] or [10_000, 100_000, 1_000_000]
    cpu: dict[int, float] = {}
    for customers in sizes:
        with tempfile.TemporaryDirectory(prefix="okaeri-bench-") as folder:
            make_shop(customers, Path(folder))
            found = measure(CONTENDERS, Path(folder), 1, "whole_peers")
            check_agreement(found)
            report(customers, customers * 10, found, beside="same")
            cpu[customers] = found["all"]["cpu_seconds"]
            _night(Path(folder))
    for small, large in pairwise(sizes):
        exponent = math.log(cpu[large] / cpu[small]) / math.log(large / small)
        print(
            f"growth of all from {small:,} to {large:,} customers: exponent {exponent:.2f} (target 1.05)"
        )


def _night(folder: Path) -> None:
    """Print a full refresh and a night after it, through the database."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.refresh_whole", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"refresh failed:\n{done.stderr[-3000:]}")
    told = json.loads(done.stdout.splitlines()[-1])
    full, night = told["full"], told["night"]
    print(
        f"  full refresh {full['seconds']:.1f} s (cpu {full['cpu_seconds']:.1f}, {full['peak_mb']:.0f} MB), "
        f"night {night['seconds']:.1f} s (cpu {night['cpu_seconds']:.1f}, {night['peak_mb']:.0f} MB): "
        f"{full['seconds'] / night['seconds']:.1f} times faster (target 10)"
    )


if __name__ == "__main__":
    main()
