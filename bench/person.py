"""The page of one customer with 10,000 entries in his story, and each tab of it as htmx asks for it."""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "20"))
MOST_MS = 300


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="okaeri-bench-") as folder:
        os.environ["OKAERI_DATA_DIR"] = folder
        from okaeri.project import startup

        startup.prepare()
        slow = _measure(Path(folder))
    sys.exit(slow)


def _measure(folder: Path) -> bool:
    from django.contrib.auth.models import User
    from django.test import Client
    from tests.web import shop
    from tests.web.long_story import live_long

    from okaeri.insight import api as insight
    from okaeri.web.pages.customers.timeline import TABS

    shop.fill(folder / "warehouse", people=60, is_live=False)
    person = insight.list_customers(limit=1, order_by="-purchase_count").rows[0].customer_id
    print(f"{live_long(person):,} entries", flush=True)
    client = Client(headers={"host": "127.0.0.1", "accept-language": "ja"})
    client.force_login(User.objects.create_superuser("mika"))
    page = f"/customers/{person}/"
    medians = [_median(client, page, {})]
    medians += [_median(client, f"{page}{tab}/", {"hx-request": "true"}) for tab in TABS]
    return max(medians) > MOST_MS


def _median(client: object, path: str, headers: dict[str, str]) -> float:
    took = []
    for _ in range(ROUNDS + 1):
        begin = time.perf_counter()
        response = client.get(path, headers=headers)  # type: ignore[attr-defined]
        took.append((time.perf_counter() - begin) * 1000)
        assert response.status_code == 200
    middle = statistics.median(took[1:])
    print(f"{path:28} median {middle:6.0f} ms   max {max(took[1:]):6.0f} ms   (< {MOST_MS} ms)")
    return middle


if __name__ == "__main__":
    main()
