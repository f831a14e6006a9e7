"""Many at once against a real server: fifty with one key, and a storm of deliveries told five times."""

import json
import random
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPException
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from tests.intake.deliveries import SECRET, as_raw, shopify_headers, shopify_order
from tests.web.real_server import RealServer, serving, storm

pytestmark = [pytest.mark.django_db]
ORDER = {
    "order_no": "A-1",
    "ordered_at": "2026-11-01T10:00:00+09:00",
    "lines": [{"sku": "A", "quantity": 1, "unit_price_minor": 100, "amount_minor": 100}],
}


def test_fifty_at_once_with_one_key_have_one_effect(tmp_path: Path) -> None:
    with serving(tmp_path, SECRET) as server:
        for round_no in range(5):
            _fifty(server, f"key-{round_no}", f"A-{round_no}")
        counts = server.counts()
        assert (counts["orders"], counts["replies"]) == (5, 5)
        # Every order was written exactly once: one change number each and one for its contact-less row.
        assert counts["last_change"] == 5


def _fifty(server: RealServer, key: str, number: str) -> None:
    together = Barrier(50)
    body = json.dumps({"items": [ORDER | {"order_no": number}]})
    headers = {
        "Authorization": f"Bearer {server.token}",
        "Idempotency-Key": key,
        "Content-Type": "application/json",
    }

    def ask(_: int) -> tuple[int, Any]:
        with closing(server.connect()) as connection:
            together.wait()
            connection.request("POST", "/api/v1/orders", body, headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read())

    with ThreadPoolExecutor(50) as pool:
        replies = list(pool.map(ask, range(50)))
    stored = {"new": 1, "updated": 0, "unchanged": 0, "stale": 0}
    assert {status for status, _ in replies} <= {200, 409}
    answered = [reply for status, reply in replies if status == 200]
    assert answered
    assert all(reply == stored for reply in answered)


@pytest.mark.slow
def test_deliveries_told_five_times_in_any_order_have_one_effect_each(tmp_path: Path) -> None:
    """A hundred events, each told five times, shuffled, on 64 lines; `bench webhooks` measures it."""
    with serving(tmp_path, SECRET) as server:
        storm(server, events=100, times=5, per_second=100)
        counts = server.counts()
    assert (counts["orders"], counts["deliveries"]) == (100, 100)


@pytest.mark.slow
def test_a_killed_server_has_lost_nothing_it_answered_and_does_nothing_twice(
    tmp_path: Path,
) -> None:
    """SIGKILL while deliveries pour in; the source sends everything again, as sources do."""
    dice = random.Random(11)
    answered: set[str] = set()
    with serving(tmp_path, SECRET) as server:
        for _ in range(2):
            end = time.monotonic() + dice.uniform(0.4, 1.2)
            with ThreadPoolExecutor(16) as pool:
                told = [pool.submit(_pour, server, line, answered) for line in range(16)]
                time.sleep(max(0.0, end - time.monotonic()))
                server.kill()
                assert not [one.result() for one in told if one.result() is not None]
            kept = set(server.counts()["delivery_ids"])
            assert answered
            assert answered <= kept
            server.start()
        storm(server, events=400, times=1, per_second=200)
        counts = server.counts()
    everything = {f"d-{number}" for number in range(400)} | kept
    assert set(counts["delivery_ids"]) == everything
    assert counts["orders"] == counts["deliveries"] == len(everything)


def _pour(server: RealServer, line: int, answered: set[str]) -> None:
    """Send deliveries of this line's own one after the other until nobody answers."""
    with closing(server.connect()) as connection:
        for number in range(line, 400, 16):
            raw = as_raw(shopify_order(number))
            headers = shopify_headers(raw, "orders/create", f"d-{number}")
            try:
                connection.request("POST", f"/hooks/{server.hook}/", raw, headers)
                response = connection.getresponse()
                response.read()
            except (OSError, HTTPException):
                return
            assert response.status == 200
            answered.add(f"d-{number}")
