"""A real SMTP server on loopback that fails on purpose, and remembers what it took.

A fault is chosen per transaction by the recipient's local part (or by `choose`), so that a test
reads as a list of people and what happens to each.
"""

import re
import socketserver
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Self

REPLIES = {
    "later-421": (421, "4.3.2 going down"),
    "later-451": (451, "4.7.1 greylisted"),
    "refused-550": (550, "5.7.1 blocked by policy"),
    "nobody-550": (550, "5.1.1 user unknown"),
}
Choose = Callable[[str], str]


def by_local_part(recipient: str) -> str:
    """The fault is the local part: nobody-550@example.com."""
    return recipient.partition("@")[0].partition("+")[0]


class _Session(socketserver.StreamRequestHandler):
    server: "FaultySmtp"

    def handle(self) -> None:
        if self.server.greeting_fault:
            return
        self.say("220 faulty")
        while (line := self.rfile.readline()) and self.answer(line.decode().rstrip()):
            pass

    def say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")

    def answer(self, line: str) -> bool:
        verb = line[:4].upper()
        if verb == "EHLO":
            self.say("250-faulty")
            self.say("250 SIZE 10000000")
        elif verb == "RCPT":
            return self.recipient(re.sub(r".*<(.*)>.*", r"\1", line))
        elif verb == "DATA":
            return self.data()
        elif verb == "QUIT":
            self.say("221 bye")
            return False
        else:
            self.say("250 ok")
        return True

    def recipient(self, address: str) -> bool:
        self.address, self.fault = address, self.server.choose(address)
        if self.fault == "drop-before-data":
            return False
        if self.fault in REPLIES:
            code, words = REPLIES[self.fault]
            self.say(f"{code} {words}")
            return code != 421
        self.say("250 ok")
        return True

    def data(self) -> bool:
        if self.fault == "drop-at-data":
            return False
        if self.fault == "refused-at-data":
            self.say("554 5.6.0 no")
            return True
        self.say("354 go on")
        if self.fault == "drop-in-body":
            self.rfile.readline()
            return False
        body = b""
        while (line := self.rfile.readline()) and line != b".\r\n":
            body += line
        if not line:
            return False
        return self.taken(body)

    def taken(self, body: bytes) -> bool:
        server = self.server
        if self.fault == "refused-after-dot":
            self.say("554 5.7.1 spam")
            return True
        time.sleep(server.delay_seconds)
        server.keep(self.address, body)
        if self.fault == "drop-after-dot":
            return False
        if self.fault == "silent":
            self.rfile.read(1)
            return False
        self.say("250 2.0.0 taken as 12345")
        return True


class FaultySmtp(socketserver.ThreadingTCPServer):
    """Takes mails until closed; `mails` is what it took, in order."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, choose: Choose = by_local_part, *, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Session)
        self.choose = choose
        self.delay_seconds = 0.0
        self.greeting_fault = False
        self.mails: list[tuple[str, bytes]] = []
        self._lock = threading.Lock()

    def keep(self, address: str, body: bytes) -> None:
        with self._lock:
            self.mails.append((address, body))

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}?timeout=30&final_dot_timeout=30"

    @property
    def url_of_the_impatient(self) -> str:
        """For whoever meets silence after the final dot and need not wait for it."""
        return self.url.replace("final_dot_timeout=30", "final_dot_timeout=3")

    @property
    def recipients(self) -> list[str]:
        return [address for address, _ in self.mails]

    def copies(self) -> Counter[str]:
        """How often each Message-ID arrived."""
        return Counter(
            re.findall(rb"(?m)^Message-ID: (\S+)", body)[0].decode() for _, body in self.mails
        )

    def handle_error(self, *_: object) -> None:
        """A client that was killed is what these tests are about."""

    def __enter__(self) -> Self:
        return self


@contextmanager
def serving(choose: Choose = by_local_part, *, port: int = 0) -> Iterator[FaultySmtp]:
    """Serve inside the block."""
    server = FaultySmtp(choose, port=port)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
