"""`make bench` runs every benchmark in a process of its own; `python -m bench NAME ...` runs some."""

from __future__ import annotations

import subprocess
import sys
import time

# name → what it measures and the target it is held to
BENCHMARKS = {
    "refresh": "nightly refresh, 1 M customers, 10 M orders: >= 4x pandas, >= 1.5x Polars, <= 1.3x SQL",
    "whole": "every analysis, 1 M customers, 10 M orders, 25 M lines: >= 5x pandas, >= 2x Polars, "
    "<= 1.3x SQL; growth < 1.05; a night >= 10x faster than all",
    "spark": "a whole refresh by DuckDB, beside two Spark workers on the same two cores: completes at "
    "10 M orders",
    "segments": "100 segments over 1 M customers, membership changes included: < 10 s altogether",
    "import_orders": "import of 1 M orders from CSV on SQLite: > 20,000 orders/s, memory < 1 GB",
    "import_retail": "real Online Retail file with identity, on SQLite: > 50,000 lines/s",
    "resolve_identity": "1 M new contacts against 1 M known: < 5 minutes, memory < 4 GB",
    "journeys": "journey decisions on SQLite: > 20,000 enrolments/s",
    "rights": "1 M accesses: breach answered < 60 s; export < 10 s, dossier < 2 s at 100 k customers, "
    "no byte of an erased person left",
    "matching": "identity: automatic precision >= 0.99, recall >= 0.95, queue >= 0.98 (Japanese set)",
    "lifetime": "against `lifetimes`: fit CDNOW >= 4x, fit 1 M >= 100x, score 1 M >= 2x",
    "person": "page of a customer with 10,000 entries, and its tabs: median < 300 ms",
    "pages": "first page with 100 k customers: p95 < 200 ms",
    "recommend": "leave one out over all items of Amazon Toys: HR@10 >= 0.077, beside implicit",
    "webhooks": "Shopify deliveries, 200 a second, each five times: p99 <= 500 ms, one effect each",
    "events": "calls of the shop's tag: >= 0.7 of an empty endpoint; none acknowledged lost by kill -9",
}


def main(wanted: list[str]) -> int:
    failed = []
    for name in wanted or BENCHMARKS:
        if name not in BENCHMARKS:
            print(f"There is no benchmark {name}; there are {', '.join(BENCHMARKS)}.")
            return 2
        print(f"\n=== {name}: {BENCHMARKS[name]}", flush=True)
        begin = time.monotonic()
        if subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode:
            failed.append(name)
        print(f"({time.monotonic() - begin:.0f} s in all)")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
