"""The audiences of a LINE official account on this machine, and its bad days.

It speaks what LINE publishes as OpenAPI (manage-audience): POST and PUT /v2/bot/audienceGroup/upload
(202, at most 10,000 ids, an unknown id spoils the request), GET .../list by part of the name, page by
page, GET and DELETE .../{id}; 400 with AUDIENCE_GROUP_NOT_FOUND for what is gone.
"""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

_USER = re.compile(r"U[0-9a-f]{32}")
_MOST = 10_000


class FakeLine:
    """Groups by number, each with its name and ids; `asked` is (method, path) of every question."""

    def __init__(self) -> None:
        self.groups: dict[int, dict[str, Any]] = {}
        self.asked: list[tuple[str, str]] = []
        # What happens to the next questions: "" is good, "429", "503", "lost" (done, no answer),
        # "dropped" (not done, no answer).
        self.moods: list[str] = []
        # How a new group stands when it is looked at.
        self.status = "READY"
        self.failed = ""
        self.token = "line-token"
        self.page_size = 2
        self.url = ""
        self._next = 1_000

    def named(self) -> list[str]:
        return [group["description"] for group in self.groups.values()]

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        if path.endswith("/upload"):
            return self._upload(method, body)
        if path.endswith("/list"):
            return 200, self._list(query)
        group = self.groups.get(int(path.rsplit("/", 1)[1]))
        if group is None:
            gone = {"message": "AUDIENCE_GROUP_NOT_FOUND"}
            return 400, {"message": "audience group not found", "details": [gone]}
        if method == "DELETE":
            del self.groups[group["audienceGroupId"]]
            return 200, {}
        return 200, {"audienceGroup": self._shown(group), "jobs": []}

    def _upload(self, method: str, body: Any) -> tuple[int, Any]:
        ids = [one["id"] for one in body.get("audiences", [])]
        if len(ids) > _MOST or not all(_USER.fullmatch(one) for one in ids):
            return 400, {"message": "The request body has 1 error(s)"}
        if method == "PUT":
            group = self.groups.get(body["audienceGroupId"])
            if group is None:
                return 400, {"message": "x", "details": [{"message": "AUDIENCE_GROUP_NOT_FOUND"}]}
            group["ids"] |= set(ids)
            return 202, {}
        self._next += 1
        group = {"audienceGroupId": self._next, "description": body["description"]}
        self.groups[self._next] = {**group, "ids": set(ids)}
        return 202, {**group, "type": "UPLOAD", "createRoute": "MESSAGING_API"}

    def _list(self, query: dict[str, str]) -> dict[str, Any]:
        part, page = query.get("description", "").casefold(), int(query["page"])
        found = [one for one in self.groups.values() if part in one["description"].casefold()]
        start = (page - 1) * self.page_size
        shown = [self._shown(one) for one in found[start : start + self.page_size]]
        return {"audienceGroups": shown, "hasNextPage": len(found) > start + self.page_size}

    def _shown(self, group: dict[str, Any]) -> dict[str, Any]:
        told = {name: value for name, value in group.items() if name != "ids"}
        told |= {"status": self.status, "audienceCount": len(group["ids"])}
        return {**told, "failedType": self.failed} if self.failed else told


@contextmanager
def line_on_this_machine() -> Iterator[FakeLine]:
    """Serve one account until the block ends."""
    account = FakeLine()

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            account.asked.append((self.command, parts.path))
            mood = account.moods.pop(0) if account.moods else ""
            if self.headers["Authorization"] != f"Bearer {account.token}":
                self._say(401, {"message": "Authentication failed"})
            elif mood == "dropped":
                self.close_connection = True
            elif mood.isdecimal():
                self._say(int(mood), {"message": "busy"})
            else:
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                status, said = account.answer(self.command, parts.path, query, body)
                if mood == "silent":
                    # Until whoever asked has hung up.
                    self.rfile.read(1)
                if mood in ("lost", "silent"):
                    self.close_connection = True
                else:
                    self._say(status, said)

        def _say(self, status: int, said: Any) -> None:
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its own name
            """Say nothing."""

        do_GET = do_POST = do_PUT = do_DELETE = _serve

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    account.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield account
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
