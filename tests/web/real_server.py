"""A real server in a process of its own, on the lane's kind of database, for many clients at once."""

import json
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from threading import local
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

from tests.intake.deliveries import as_raw, shopify_headers, shopify_order
from tests.ports import free_port

_PREPARE = """
import django, json, sys
django.setup()
from okaeri.foundation import clock
from okaeri.intake import api as intake
from okaeri.web.api import keys
from okaeri.foundation.settings import save, specs_of
from okaeri.intake.event_types import TagRules
from okaeri.intake.types import LiveRules
tag = {"tag.origins": "https://shop.example", "tag.requests_per_minute": 10000000}
save({s.key: s for s in specs_of(TagRules).values()}, tag)
save({s.key: s for s in specs_of(LiveRules).values()}, {"api.requests_per_minute": 100000})
token = keys.create("test", keys.SCOPES, by="x", now=clock.now(), expires_at=None)[1]
shop = intake.create_connection("shop", "shopify", secret=sys.argv[1])[0]
print(json.dumps({"token": token, "hook": shop.key}))
"""
_COUNT = """
import django, json
django.setup()
from okaeri.intake.models import Delivery, Event, Order
from okaeri.web.models import StoredReply
changes = Order.objects.order_by("-change_no").values_list("change_no", flat=True).first()
print(json.dumps({"orders": Order.objects.count(), "deliveries": Delivery.objects.count(),
                  "delivery_ids": list(Delivery.objects.values_list("delivery_id", flat=True)),
                  "replies": StoredReply.objects.count(),
                  "event_keys": list(Event.objects.values_list("key", flat=True)), "last_change": changes}))
"""


@dataclass
class RealServer:
    """Where the server answers, and what a program needs to be heard."""

    port: int
    token: str
    hook: str
    env: dict[str, str]
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, also after it was killed, and wait until it answers."""
        self.end()
        command = [
            sys.executable, "-m", "uvicorn", "okaeri.project.asgi:application", "--port",
            str(self.port), "--log-level", "warning", "--lifespan", "off", "--no-access-log",
        ]  # fmt: skip
        self.process = subprocess.Popen(command, env=self.env, stderr=subprocess.DEVNULL)
        _wait(self.port)

    def twin(self) -> "RealServer":
        """Give a second server of the same shop, on a port of its own; the caller ends it."""
        second = RealServer(free_port(), self.token, self.hook, self.env)
        second.start()
        return second

    def kill(self) -> None:
        """Take it away between two instructions, as a power cut does."""
        if self.process is not None:
            self.process.kill()

    def end(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=30)

    def connect(self) -> HTTPConnection:
        return HTTPConnection("127.0.0.1", self.port, timeout=60)

    def counts(self) -> Any:
        return _run(_COUNT, self.env)


@contextmanager
def serving(folder: Path, secret: str) -> Iterator[RealServer]:
    """Serve an empty shop in `folder` until the block ends."""
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PYTEST")},
        "DJANGO_SETTINGS_MODULE": "okaeri.project.settings",
        "OKAERI_DATA_DIR": str(folder),
    }
    url = os.environ.get("OKAERI_DATABASE_URL", "")
    with own_database(url) as own:
        if own:
            env["OKAERI_DATABASE_URL"] = own
        subprocess.run([sys.executable, "-m", "django", "migrate", "-v", "0"], env=env, check=True)
        known = _run(_PREPARE, env, secret)
        server = RealServer(free_port(), known["token"], known["hook"], env)
        try:
            server.start()
            yield server
        finally:
            server.end()


@contextmanager
def own_database(url: str) -> Iterator[str]:
    """Make a database of this test's own on the lane's PostgreSQL; "" on SQLite."""
    if not url:
        yield ""
        return
    import psycopg

    name = f"okaeri_{uuid4().hex[:12]}"
    parts = urlsplit(url)
    host = dict(parse_qsl(parts.query)).get("host", parts.hostname or "")
    with psycopg.connect(
        host=host, user=parts.username, dbname=parts.path.strip("/"), autocommit=True
    ) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')  # type: ignore[call-overload, unused-ignore]
        try:
            yield url.replace(f"{parts.path}?", f"/{name}?", 1)
        finally:
            drop = f'DROP DATABASE "{name}" WITH (FORCE)'
            admin.execute(drop)  # type: ignore[call-overload, unused-ignore]


def _run(script: str, env: dict[str, str], *arguments: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], env=env, check=True, capture_output=True
    )
    return json.loads(done.stdout)


def storm(
    server: RealServer, *, events: int, times: int, per_second: int, first: int = 0
) -> list[float]:
    """Send deliveries at a steady rate whatever the answers take; gives seconds from due to answered."""
    told = []
    for number in range(first, first + events):
        raw = as_raw(shopify_order(number))
        told += [(raw, shopify_headers(raw, "orders/create", f"d-{number}"))] * times
    random.Random(5).shuffle(told)
    mine, begin = local(), time.perf_counter() + 0.5

    def send(place: int) -> float:
        due = begin + place / per_second
        time.sleep(max(0.0, due - time.perf_counter()))
        if not hasattr(mine, "connection"):
            mine.connection = server.connect()
            opened.callback(mine.connection.close)
        raw, headers = told[place]
        headers = headers | {"Content-Type": "application/json"}
        mine.connection.request("POST", f"/hooks/{server.hook}/", raw, headers)
        response = mine.connection.getresponse()
        response.read()
        assert response.status == 200
        return time.perf_counter() - due

    with ExitStack() as opened, ThreadPoolExecutor(64) as pool:
        return list(pool.map(send, range(len(told))))


def _wait(port: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the server did not start")
