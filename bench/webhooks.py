"""Shopify deliveries at a steady rate, each told five times and shuffled: how long until the answer."""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

from tests.intake.deliveries import SECRET
from tests.web.real_server import serving, storm

TARGET_MS = 500
EVENTS, TIMES, PER_SECOND = 400, 5, 200


def main() -> int:
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder), SECRET) as server:
        storm(server, events=20, times=1, per_second=20)
        seconds = storm(server, events=EVENTS, times=TIMES, per_second=PER_SECOND, first=1_000)
        counts = server.counts()
    shares = statistics.quantiles(seconds, n=100)
    p50, p95, p99 = (1000 * shares[place] for place in (49, 94, 98))
    print(f"{EVENTS} events x {TIMES} at {PER_SECOND}/s, one process, SQLite")
    print(f"  p50 {p50:.0f} ms, p95 {p95:.0f} ms, p99 {p99:.0f} ms (target {TARGET_MS} ms)")
    is_once = counts["orders"] == counts["deliveries"] == EVENTS + 20
    print(f"  one effect per event: {'yes' if is_once else 'NO'}")
    return 0 if is_once and p99 <= TARGET_MS else 1


if __name__ == "__main__":
    sys.exit(main())
