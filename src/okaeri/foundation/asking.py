"""One question over HTTP: short, bounded in time and size, never to a machine inside or led on to another."""

import http.client
import json
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from threading import Timer
from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit

from okaeri.foundation.errors import InputError, OkaeriError
from okaeri.foundation.outside import (
    HTTPS_PORTS,
    InsideError,
    PlainConnection,
    SafeConnection,
    is_here,
    is_outside,
    may_ask_here,
)
from okaeri.foundation.text import Text

TIMEOUT_SECONDS = 10.0
# However slowly an answer drips in, the worker goes on to send mails after this.
LONGEST_SECONDS = 20.0
MOST_BYTES = 16 * 1024 * 1024
_CHUNK = 64 * 1024
_SILENT = Text(
    "{host} から応答がありません。しばらくしてからもう一度試します。",
    "{host} does not answer; it is tried again in a while.",
)
_TOO_MUCH = Text("{host} の応答が大きすぎます。", "The answer of {host} is too large.")
_UNSAFE = Text("アドレスは https:// から始めてください。", "The address must begin with https://.")
_OTHER_PORT = Text(
    "{host} のポート {port} には接続しません。使えるのは {known} です。",
    "Port {port} of {host} is not asked; {known} are.",
)
_INSIDE = Text(
    "{host} はインターネット上の機械ではないため、接続しません。",
    "{host} is no machine of the open internet; it is not asked.",
)


class UnavailableError(OkaeriError):
    """The other side cannot answer now; asking again later is right."""

    code = "source_unavailable"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `said_at` is the other side's own clock, None where it tells none."""

    status: int
    body: bytes
    said_at: datetime | None


def check_address(url: str) -> str:
    """Give an address without its last slash; InputError unless it is https to the open internet.

    This machine may be asked, by http too, where the environment says so. A name is looked up when
    it is asked (`outside.look_up`); an address in digits is judged here already.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise InputError(_UNSAFE) from None
    if not host or parts.username or parts.query or parts.fragment:
        raise InputError(_UNSAFE)
    if is_here(host) and may_ask_here():
        is_safe = parts.scheme in ("http", "https") and port != 0
    else:
        is_safe = parts.scheme == "https" and (port is None or port in HTTPS_PORTS)
        if is_safe and (is_here(host) or (_is_digits(host) and not is_outside(host))):
            raise InputError(_INSIDE.format(host=host))
        if parts.scheme == "https" and not is_safe:
            known = ", ".join(map(str, HTTPS_PORTS))
            raise InputError(_OTHER_PORT.format(host=host, port=port, known=known))
    if not is_safe:
        raise InputError(_UNSAFE)
    return url.strip().rstrip("/")


def _is_digits(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def ask_json(url: str, payload: Mapping[str, Any], *, token: str) -> Answer:
    """Post JSON with a bearer token."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    return _post(url, json.dumps(payload).encode(), headers)


def ask_form(url: str, values: Mapping[str, str]) -> Answer:
    """Post a form, as token endpoints want it."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return _post(url, urlencode(values).encode(), headers)


def ask(
    method: str,
    url: str,
    payload: Mapping[str, Any] | None,
    *,
    token: str,
    query: Mapping[str, str | int] | None = None,
) -> Answer:
    """Ask by any method, with JSON where there is some to give, and with a bearer token."""
    headers = {"Authorization": f"Bearer {token}"}
    body = None
    if payload is not None:
        body, headers["Content-Type"] = json.dumps(payload).encode(), "application/json"
    return _ask(method, url, body, headers, urlencode(query or {}))


def tell(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Post bytes to an address as it is written, query and last slash too; gives the status alone.

    Nothing of the answer's body is read, a redirect is not followed, and however slowly the other
    side drips, it is over after `LONGEST_SECONDS`. Raises UnavailableError without a status.
    """
    base, _, query = url.partition("?")
    check_address(base)
    parts = urlsplit(base)
    connection = _connection_to(parts)
    late = Timer(LONGEST_SECONDS, _hang_up, (connection,))
    late.daemon = True
    late.start()
    try:
        connection.request("POST", _path_of(parts, query), body, dict(headers))
        return connection.getresponse().status
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _unavailable(parts, error) from error
    finally:
        late.cancel()
        connection.close()


def _hang_up(connection: http.client.HTTPConnection) -> None:
    opened: socket.socket | None = connection.sock
    if opened is not None:
        with suppress(OSError):
            # Beneath TLS, whose own way of closing would wait for the other side.
            socket.socket.shutdown(opened, socket.SHUT_RDWR)


def _post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    return _ask("POST", url, body, headers, "")


def _ask(
    method: str, url: str, body: bytes | None, headers: Mapping[str, str], query: str
) -> Answer:
    parts = urlsplit(check_address(url))
    until = time.monotonic() + LONGEST_SECONDS
    connection = _connection_to(parts)
    try:
        path = _path_of(parts, query)
        connection.request(method, path, body, {"Accept": "application/json", **headers})
        response = connection.getresponse()
        return Answer(response.status, _read(response, until), _clock_of(response))
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _unavailable(parts, error) from error
    finally:
        connection.close()


def _connection_to(parts: SplitResult) -> http.client.HTTPConnection:
    kind = SafeConnection if parts.scheme == "https" else PlainConnection
    return kind(parts.hostname or "", parts.port, timeout=TIMEOUT_SECONDS)


def _path_of(parts: SplitResult, query: str) -> str:
    return (parts.path or "/") + (f"?{query}" if query else "")


def _unavailable(parts: SplitResult, error: Exception) -> UnavailableError:
    words = _INSIDE if isinstance(error, InsideError) else _SILENT
    return UnavailableError(words.format(host=parts.hostname))


def _read(response: http.client.HTTPResponse, until: float) -> bytes:
    parts = bytearray()
    while chunk := response.read1(_CHUNK):
        parts += chunk
        if len(parts) > MOST_BYTES:
            raise UnavailableError(_TOO_MUCH.format(host=""))
        if time.monotonic() > until:
            raise TimeoutError
    if response.length:
        raise http.client.IncompleteRead(bytes(parts), response.length)
    return bytes(parts)


def _clock_of(response: http.client.HTTPResponse) -> datetime | None:
    try:
        return parsedate_to_datetime(response.headers["Date"]).astimezone(UTC)
    except (TypeError, ValueError):
        return None
