"""How many calls of the shop's tag the server takes, beside the same server with an empty endpoint.

The server is the product's own (`okaeri up`: pages and worker in one process) with one more address
that answers 204 and does nothing. Both get the same bodies over 32 connections that stay open, in
turns. Then the server is killed with SIGKILL while calls come in, five times, and every event that
was answered with 204 must be in the database.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PORT = 8766
ORIGIN = "https://shop.example"
CONNECTIONS = 32
SECONDS = 4.0
ROUNDS = 3
KILLS = 5
TARGET = 0.7
_KINDS = ("page_view", "page_view", "page_view", "product_view", "search", "cart_add", "checkout")


def body(events: int, dice: random.Random) -> tuple[bytes, list[str]]:
    """Make one call of the tag: what it says, and the keys of its events."""
    now = int(time.time() * 1000)
    # As the tag makes them: the instant in front, so that neighbours in time are neighbours on disk.
    keys = [f"{now:x}{dice.getrandbits(96):024x}" for _ in range(events)]
    rows = [
        {
            "key": key,
            "kind": dice.choice(_KINDS),
            "at": now - 1000 * place,
            "url": f"{ORIGIN}/products/detail/{dice.randrange(5000)}?from=top",
            "title": "薬用 保湿化粧水 120ml | 肌日和 公式オンラインショップ",
            "referrer": f"{ORIGIN}/",
            "sku": f"SKU-{dice.randrange(5000):05}",
        }
        for place, key in enumerate(keys)
    ]
    device = f"{dice.getrandbits(96):024x}"
    given = {"device": device, "sent_at": now, "events": rows}
    return json.dumps(given, ensure_ascii=False, separators=(",", ":")).encode(), keys


def request(path: str, content: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\nOrigin: {ORIGIN}\r\n"
        f"Content-Type: text/plain;charset=UTF-8\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


async def _call(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, content: bytes) -> int:
    writer.write(content)
    await writer.drain()
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-len")),
        0,
    )
    if length:
        await reader.readexactly(length)
    return int(head[9:12])


def processor_seconds(pid: int) -> float:
    """Give what a process has used of the processors (0 where the system does not say)."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return 0.0
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _rate(path: str, contents: list[bytes]) -> tuple[float, int]:
    """Give calls a second over all connections, and how many; every answer must be 204."""
    calls = [request(path, content) for content in contents]
    done, until = 0, time.perf_counter() + SECONDS

    async def client(number: int) -> None:
        nonlocal done
        reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
        place = number
        while time.perf_counter() < until and place < len(calls):
            status = await _call(reader, writer, calls[place])
            assert status == 204, f"{path} answered {status}"
            done += 1
            place += CONNECTIONS
        writer.close()

    begin = time.perf_counter()
    await asyncio.gather(*(client(number) for number in range(CONNECTIONS)))
    return done / (time.perf_counter() - begin), done


def serve(folder: str) -> None:
    """Be `okaeri up` with one more address."""
    from okaeri.project import startup

    startup.prepare(Path(folder))
    from django.http import HttpResponse
    from django.urls import path
    from django.views.decorators.csrf import csrf_exempt

    from okaeri.foundation.settings import save, specs_of
    from okaeri.intake.event_types import TagRules
    from okaeri.project import serving, urls
    from okaeri.web.access import open_to_all

    known = {spec.key: spec for spec in specs_of(TagRules).values()}
    save(known, {"tag.origins": ORIGIN, "tag.requests_per_minute": 10_000_000})

    @open_to_all
    @csrf_exempt
    def empty(_request: object) -> HttpResponse:
        return HttpResponse(status=204)

    urls.urlpatterns.insert(0, path("bench/empty/", empty))  # type: ignore[arg-type]
    with contextlib.suppress(KeyboardInterrupt):
        serving.serve(port=PORT, ready=lambda: print("ready", flush=True))


def start(folder: str) -> subprocess.Popen[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("OKAERI_")}
    server = subprocess.Popen(
        [sys.executable, "-m", "bench.events", "serve", folder],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert server.stdout is not None
    assert server.stdout.readline().strip() == "ready"
    return server


def measure(folder: str) -> bool:
    """Print calls a second with 1 and with 20 events; give whether both reach the target."""
    dice = random.Random(3)
    server = start(folder)
    print(
        f"{'events a call':>13} {'empty':>10} {'events':>10} {'ratio':>6} {'events/s':>10}   "
        "processor ms a call: empty, events, ratio"
    )
    reached = True
    try:
        for size in (1, 20):
            asyncio.run(_rate("/e/", [body(size, dice)[0] for _ in range(200)]))
            rates: dict[str, list[float]] = {"/bench/empty/": [], "/e/": []}
            costs: dict[str, list[float]] = {"/bench/empty/": [], "/e/": []}
            for _ in range(ROUNDS):
                contents = [body(size, dice)[0] for _ in range(12_000)]
                for path in rates:
                    used = processor_seconds(server.pid)
                    rate, calls = asyncio.run(_rate(path, contents))
                    rates[path].append(rate)
                    costs[path].append((processor_seconds(server.pid) - used) / calls * 1000)
            plain, ours = (statistics.median(found) for found in rates.values())
            cost, our_cost = (statistics.median(found) for found in costs.values())
            ratio = ours / plain
            reached = reached and ratio >= TARGET
            print(
                f"{size:13} {plain:8.0f}/s {ours:8.0f}/s {ratio:6.2f} {ours * size:8.0f}/s   "
                f"{cost:.2f}, {our_cost:.2f}, {cost / our_cost:.2f}",
                flush=True,
            )
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(60)
    return reached


async def _post_until_dead(acknowledged: set[str], dice: random.Random) -> None:
    async def client() -> None:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
            while True:
                content, keys = body(5, dice)
                if await _call(reader, writer, request("/e/", content)) == 204:
                    acknowledged.update(keys)
        except (OSError, asyncio.IncompleteReadError):
            return

    await asyncio.gather(*(client() for _ in range(CONNECTIONS)))


def kill(folder: str) -> bool:
    """Kill the server while calls come in; give whether every acknowledged event is stored."""
    dice, acknowledged = random.Random(5), set[str]()
    for _ in range(KILLS):
        server = start(folder)

        async def drill(pid: int) -> None:
            asyncio.get_running_loop().call_later(
                dice.uniform(0.5, 2.0), os.kill, pid, signal.SIGKILL
            )
            await _post_until_dead(acknowledged, dice)

        asyncio.run(drill(server.pid))
        server.wait()
    with sqlite3.connect(Path(folder) / "okaeri.db") as database:
        stored = {row[0] for row in database.execute("SELECT key FROM intake_event")}
    lost = acknowledged - stored
    print(f"{KILLS} kills: {len(acknowledged):,} events acknowledged, {len(lost)} of them lost")
    return not lost


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="okaeri-bench-") as folder:
        reached = measure(folder)
    with tempfile.TemporaryDirectory(prefix="okaeri-bench-") as folder:
        kept = kill(folder)
    return 0 if reached and kept else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(sys.argv[2])
    else:
        sys.exit(main())
