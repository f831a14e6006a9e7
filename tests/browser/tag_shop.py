"""A shop's page on one address and Okaeri on another: what a browser has to do with both."""

import http.server
import os
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, ClassVar

OKAERI = str(Path(sys.executable).parent / "okaeri")
_SET_UP = """
import sys
from pathlib import Path
from okaeri.project import startup
startup.prepare(Path(sys.argv[1]))
from okaeri.foundation.settings import save, specs_of
from okaeri.intake.event_types import TagRules
save({s.key: s for s in specs_of(TagRules).values()}, {"tag.origins": sys.argv[2]})
"""


class Page(http.server.BaseHTTPRequestHandler):
    """Gives whatever the test wrote."""

    pages: ClassVar[dict[str, str]] = {}

    def do_GET(self) -> None:
        body = self.pages.get(self.path.split("?")[0], "").encode()
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def shop_pages() -> Iterator[str]:
    """Serve `Page.pages`; gives the origin."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def okaeri_beside(folder: Path, origin: str, port: int) -> Iterator[str]:
    """Run the product as `okaeri up` does; gives its address."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("OKAERI_", "DJANGO_"))}
    subprocess.run(
        [sys.executable, "-c", _SET_UP, str(folder), origin], check=True, env=environment
    )
    server = subprocess.Popen(
        [OKAERI, "up", "--port", str(port), "--data-dir", str(folder)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    base = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: _answers(base), 180)
        yield base
    finally:
        server.terminate()
        server.wait(30)


def _answers(base: str) -> bool:
    try:
        with urllib.request.urlopen(f"{base}/static/okaeri/okaeri.js", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def wait_until(is_so: Any, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.05)


def stored(folder: Path, table: str = "intake_event") -> list[dict[str, Any]]:
    """Give the rows of a table as the database has them."""
    with closing(sqlite3.connect(folder / "okaeri.db")) as database:
        database.row_factory = sqlite3.Row
        rows = database.execute(f"SELECT * FROM {table} ORDER BY id").fetchall()
    return [dict(row) for row in rows]
