"""The short way of the tag's usual calls: heard in the event loop, stored by the one writer.

The way through Django (a thread, the middlewares for pages, one wait per call) costs several times
what a page view is worth. A usual call needs nothing of it: no session, no language, no words in
the answer. Whatever is unusual in any way goes on to `events.collect`, which decides alone.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from okaeri.web.public import events

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

# Reading more than this would keep the others in the loop waiting.
MOST_BYTES = 64 * 1024
_PATH = "/e/"


def with_short_way(pages: App) -> App:
    """Give an application that answers usual calls itself and leaves the rest to `pages`."""

    async def respond(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != _PATH or scope["method"] != "POST":
            await pages(scope, receive, send)
            return
        heard = await _hear(receive)
        origin = _origin(scope)
        if not await _is_stored(scope, origin, heard):
            await pages(scope, _again(heard, receive), send)
            return
        headers = [
            (b"access-control-allow-origin", origin.encode("latin-1")),
            (b"vary", b"Origin"),
            (b"cache-control", b"no-store"),
        ]
        await send({"type": "http.response.start", "status": 204, "headers": headers})
        await send({"type": "http.response.body"})

    return respond


async def _hear(receive: Receive) -> list[Message]:
    """Give the messages of the body, no more than a usual call has."""
    heard: list[Message] = []
    size = 0
    while size <= MOST_BYTES:
        heard.append(await receive())
        size += len(heard[-1].get("body", b""))
        if heard[-1]["type"] != "http.request" or not heard[-1].get("more_body"):
            break
    return heard


def _again(heard: list[Message], receive: Receive) -> Receive:
    """Tell what was heard once more, then what comes after it."""
    waiting = iter(heard)

    async def tell() -> Message:
        said = next(waiting, None)
        return await receive() if said is None else said

    return tell


def _origin(scope: Scope) -> str:
    found = [value for name, value in scope["headers"] if name == b"origin"]
    return found[0].decode("latin-1") if len(found) == 1 else ""


async def _is_stored(scope: Scope, origin: str, heard: list[Message]) -> bool:
    last = heard[-1]
    if last["type"] != "http.request" or last.get("more_body"):
        return False
    body = b"".join(message.get("body", b"") for message in heard)
    if not origin or len(body) > MOST_BYTES:
        return False
    stored = events.begin_usual(origin, (scope.get("client") or ("",))[0], body)
    if stored is None:
        return False
    try:
        await asyncio.wrap_future(stored)
    except Exception:  # noqa: BLE001 - not stored: the long way tries once more and finds the words
        return False
    return True
