"""Many at once against a real server: fifty with one key, and a storm of deliveries told five times."""

import json
import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Barrier, local
from typing import Any

import pytest

from tests.browser.tag_shop import wait_until
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


def test_two_servers_at_once_give_one_key_one_effect_and_refuse_other_words(
    tmp_path: Path,
) -> None:
    """One key, two bodies, two processes on one database: one order, one reply, nothing mixed."""
    with serving(tmp_path, SECRET) as server:
        with closing_server(server.twin()) as twin:
            for round_no in range(4):
                _two_bodies(server, twin, f"key-{round_no}", round_no)
        counts = server.counts()
    assert (counts["orders"], counts["replies"]) == (4, 4)


@contextmanager
def closing_server(server: RealServer) -> Iterator[RealServer]:
    try:
        yield server
    finally:
        server.end()


def _two_bodies(server: RealServer, twin: RealServer, key: str, round_no: int) -> None:
    bodies = [
        json.dumps({"items": [ORDER | {"order_no": f"{letter}-{round_no}"}]}) for letter in "AB"
    ]
    together = Barrier(16)

    def ask(place: int) -> tuple[int, int, bytes, str]:
        together.wait()
        return _order(server if place % 2 else twin, key, bodies[place // 2 % 2], place // 2 % 2)

    with ThreadPoolExecutor(16) as pool:
        replies = list(pool.map(ask, range(16)))
    assert {status for _, status, _, _ in replies} <= {200, 409, 422}
    won = {which for which, status, _, _ in replies if status == 200}
    assert len(won) == 1
    winner = won.pop()
    assert len({body for _, status, body, _ in replies if status == 200}) == 1
    # The other words are refused as others, or told to wait while it is not yet known whose key it is.
    assert all(status in (409, 422) for which, status, _, _ in replies if which != winner)
    for one in (server, twin):
        _, status, _, replayed = _order(one, key, bodies[winner], winner)
        assert (status, replayed) == (200, "true")
        assert _order(one, key, bodies[1 - winner], 1 - winner)[1] == 422


def _order(server: RealServer, key: str, body: str, which: int) -> tuple[int, int, bytes, str]:
    headers = {
        "Authorization": f"Bearer {server.token}",
        "Idempotency-Key": key,
        "Content-Type": "application/json",
    }
    with closing(server.connect()) as connection:
        connection.request("POST", "/api/v1/orders", body, headers)
        response = connection.getresponse()
        replayed = response.headers.get("Idempotent-Replayed", "")
        return which, response.status, response.read(), replayed


@pytest.mark.slow
def test_a_thousand_keys_sent_at_once_in_two_wordings_have_one_effect_each(tmp_path: Path) -> None:
    """F25: each key comes five times on fifty lines, once with another body; whoever is first counts."""
    with serving(tmp_path, SECRET) as server:
        with closing(_Lines(server)) as lines, ThreadPoolExecutor(50) as pool:
            said = list(pool.map(lines.ask, range(_ROUNDS * _TIMES)))
        assert {status for _, _, status in said} <= {200, 409, 422}
        counted: dict[int, set[bool]] = {}
        for round_no, is_altered, status in said:
            if status == 200:
                counted.setdefault(round_no, set()).add(is_altered)
        # Of every key one wording was taken, never both.
        assert all(len(wordings) == 1 for wordings in counted.values())
        # Enough of them met the other wording that this says something.
        assert sum(status == 422 for _, _, status in said) > _ROUNDS // 10
        counts = server.counts()
    assert (counts["orders"], counts["replies"], counts["last_change"]) == (_ROUNDS,) * 3
    assert len(counted) == _ROUNDS


_ROUNDS, _TIMES = 1_000, 5


class _Lines:
    """Lines that stay open, one for each thread."""

    def __init__(self, server: RealServer) -> None:
        self._server, self._own = server, local()
        self._opened: list[HTTPConnection] = []

    def close(self) -> None:
        for connection in self._opened:
            connection.close()

    def ask(self, number: int) -> tuple[int, bool, int]:
        """Send round `number // 5`; the third of the five has another price."""
        round_no, turn = divmod(number, _TIMES)
        is_altered = turn == _TIMES // 2
        line = {**ORDER["lines"][0], "unit_price_minor": 90 if is_altered else 100}  # type: ignore[dict-item]
        body = json.dumps({"items": [ORDER | {"order_no": f"B-{round_no}", "lines": [line]}]})
        headers = {
            "Authorization": f"Bearer {self._server.token}",
            "Idempotency-Key": f"round-{round_no}",
            "Content-Type": "application/json",
        }
        if not hasattr(self._own, "connection"):
            self._own.connection = self._server.connect()
            self._opened.append(self._own.connection)
        connection = self._own.connection
        connection.request("POST", "/api/v1/orders", body, headers)
        response = connection.getresponse()
        response.read()
        return round_no, is_altered, response.status


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
    answered: list[str] = []
    with serving(tmp_path, SECRET) as server:
        for _ in range(2):
            enough = len(answered) + dice.randint(20, 250)
            with ThreadPoolExecutor(16) as pool:
                told = [pool.submit(_pour, server, line, answered) for line in range(16)]
                wait_until(lambda enough=enough: len(answered) >= enough, 60)
                server.kill()
                assert not [one.result() for one in told if one.result() is not None]
            kept = set(server.counts()["delivery_ids"])
            assert set(answered) <= kept
            server.start()
        storm(server, events=400, times=1, per_second=200)
        counts = server.counts()
    everything = {f"d-{number}" for number in range(400)} | kept
    assert set(counts["delivery_ids"]) == everything
    assert counts["orders"] == counts["deliveries"] == len(everything)


def _pour(server: RealServer, line: int, answered: list[str]) -> None:
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
            answered.append(f"d-{number}")


@pytest.mark.slow
def test_no_event_of_a_page_that_was_answered_is_lost_when_the_server_is_killed(
    tmp_path: Path,
) -> None:
    """SIGKILL while pages tell what is done there; `bench events` does it at full speed."""
    answered: set[str] = set()
    with serving(tmp_path, SECRET) as server:
        with ThreadPoolExecutor(16) as pool:
            told = [pool.submit(_visit, server, line, answered) for line in range(16)]
            wait_until(lambda: len(answered) > 300, 60)
            server.kill()
            assert not [one.result() for one in told if one.result() is not None]
        kept = server.counts()["event_keys"]
    assert answered <= set(kept)
    assert len(kept) == len(set(kept))


def _visit(server: RealServer, line: int, answered: set[str]) -> None:
    """Tell of three things at a time, as the tag does, until nobody answers."""
    headers = {"Origin": "https://shop.example", "Content-Type": "text/plain;charset=UTF-8"}
    with closing(server.connect()) as connection:
        for call in range(100_000):
            now = int(time.time() * 1000)
            keys = [f"key-{line}-{call}-{place}" for place in range(3)]
            rows = [{"key": key, "kind": "page_view", "at": now} for key in keys]
            body = json.dumps({"device": f"device-{line:04}", "sent_at": now, "events": rows})
            try:
                connection.request("POST", "/e/", body, headers)
                response = connection.getresponse()
                response.read()
            except (OSError, HTTPException):
                return
            assert response.status == 204
            answered.update(keys)
