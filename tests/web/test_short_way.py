"""The tag's usual calls are stored without a thread of their own; all others go the long way, whole."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from okaeri.foundation import clock
from okaeri.foundation.settings import save, specs_of
from okaeri.intake.event_types import TagRules
from okaeri.intake.events import recording
from okaeri.intake.models import Event
from okaeri.web.public import events
from okaeri.web.public.short_way import MOST_BYTES, Message, Receive, Scope, Send, with_short_way

pytestmark = pytest.mark.django_db(transaction=True)
SHOP = "https://shop.example"
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
MS = int(NOW.timestamp() * 1000)
LONG_WAY = 299


@pytest.fixture(autouse=True)
def _shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    known = {spec.key: spec for spec in specs_of(TagRules).values()}
    save(known, {"tag.origins": SHOP, "tag.requests_per_minute": 10})
    events.rules_of.cache_clear()
    events._calls._calls.clear()
    monkeypatch.setattr(events, "_moment", lambda: 7)
    with clock.use(clock.SimulatedClock(NOW)):
        # Whoever comes first goes the long way, which reads the shop's rules.
        Client(headers={"origin": SHOP}).post("/e/", b"", content_type="text/plain")
        events._calls._calls.clear()
        yield
    events.rules_of.cache_clear()
    events._known = None
    if connection.vendor == "postgresql":
        # The writing thread keeps its connection, and no database with guests can be taken down.
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid != pg_backend_pid()"
            )


def body(**changes: Any) -> bytes:
    row = {"key": "key-00000001", "kind": "page_view", "at": MS} | changes
    return json.dumps({"device": "device-0001", "sent_at": MS, "events": [row]}).encode()


def call(
    content: bytes, *, origin: str = SHOP, method: str = "POST", pieces: int = 1
) -> tuple[int, bytes]:
    """Give the status, and the body as the long way heard it."""
    size = max(1, -(-len(content) // pieces))
    parts = [content[start : start + size] for start in range(0, len(content), size)] or [b""]
    told = iter(
        {"type": "http.request", "body": part, "more_body": place < len(parts) - 1}
        for place, part in enumerate(parts)
    )
    heard, said = [], []

    async def receive() -> Message:
        return next(told)

    async def send(message: Message) -> None:
        said.append(message)

    async def pages(scope: Scope, receive: Receive, send: Send) -> None:
        is_over = False
        while not is_over:
            message = await receive()
            heard.append(message["body"])
            is_over = not message["more_body"]
        await send({"type": "http.response.start", "status": LONG_WAY, "headers": []})

    scope = {
        "type": "http", "method": method, "path": "/e/", "client": ("192.0.2.1", 1),
        "headers": [(b"origin", origin.encode())],
    }  # fmt: skip
    asyncio.run(with_short_way(pages)(scope, receive, send))  # type: ignore[arg-type]
    return said[0]["status"], b"".join(heard)


def test_a_usual_call_is_committed_before_it_is_answered() -> None:
    assert call(body(), pieces=3) == (204, b"")
    assert Event.objects.get().key == "key-00000001"


@pytest.mark.parametrize(
    ("content", "how"),
    [
        (body(), {"origin": "https://other.example"}),
        (body(), {"method": "OPTIONS"}),
        (b"no json", {}),
        (body(kind="identify", member_no="M1"), {}),
        (body(key=""), {}),
        (body(title="x" * (MOST_BYTES + 1)), {"pieces": 4}),
    ],
)
def test_whatever_is_unusual_goes_the_long_way_whole(content: bytes, how: dict[str, Any]) -> None:
    assert call(content, **how) == (LONG_WAY, content)
    assert not Event.objects.exists()


def test_who_calls_too_often_hears_so_from_the_long_way() -> None:
    answers = [call(body(key=f"key-{number:08}"))[0] for number in range(11)]
    assert answers == [*[204] * 10, LONG_WAY]


def test_rules_that_may_have_changed_are_asked_for_on_the_long_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(events, "_moment", lambda: 8)
    assert call(body())[0] == LONG_WAY


def test_what_cannot_be_committed_is_no_success(monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(*_: Any, **__: Any) -> int:
        raise OperationalError("database is locked")

    monkeypatch.setattr(recording, "write_events", locked)
    assert call(body()) == (LONG_WAY, body())
