"""A program that is told what happens, and that misbehaves as it is asked to."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Receiver:
    """What came, and what is answered next; written by hand, sharing no line with the product."""

    url: str = ""
    came: list[dict[str, Any]] = field(default_factory=list)
    # How the next ones are answered, one after another; then 204.
    answers: list[str] = field(default_factory=list)
    before_answering: Callable[[], None] = lambda: None
    led_on_to: str = ""
    # A body that is refused whatever else is answered.
    never_takes: bytes = b"\x00"

    @property
    def ids(self) -> list[str]:
        return [one["headers"]["webhook-id"] for one in self.came]

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(one["body"]) for one in self.came]

    def is_genuine(self, secret: str, place: int = -1) -> bool:
        """Verify one as the standard says."""
        headers, body = self.came[place]["headers"], self.came[place]["body"]
        stamp = headers["webhook-timestamp"]
        signed = f"{headers['webhook-id']}.{stamp}.".encode() + body
        key = base64.b64decode(secret.removeprefix("whsec_"))
        mac = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        is_recent = abs(time.time() - int(stamp)) < 300
        return is_recent and f"v1,{mac}" in headers["webhook-signature"].split()


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Listen on this machine until the block ends."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.came.append({"path": self.path, "headers": headers, "body": body})
            receiver.before_answering()
            if body == receiver.never_takes:
                self._answer("400")
            else:
                self._answer(receiver.answers.pop(0) if receiver.answers else "204")

        def _answer(self, how: str) -> None:
            if how == "hang up":
                self.close_connection = True
                self.connection.close()
                return
            if how == "drip":
                for letter in b"HTTP/1.1 200 O" + b"K" * 500:
                    try:
                        self.connection.sendall(bytes([letter]))
                    except OSError:
                        return
                    time.sleep(0.1)
            self.send_response(int(how))
            if how.startswith("3"):
                self.send_header("Location", receiver.led_on_to)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            pass

    server = Quiet(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}/hook/?source=okaeri"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
