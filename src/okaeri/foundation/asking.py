"""One question over HTTP: short, bounded in time and size, and never led on to another address."""

import http.client
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlencode, urlsplit

from okaeri.foundation.errors import InputError, OkaeriError
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
    """Give an address without its last slash; InputError unless it is https (or this machine)."""
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname or ""
        is_known = parts.port is None or parts.port > 0
    except ValueError:
        raise InputError(_UNSAFE) from None
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and _is_here(host))
    if not (is_safe and host and is_known) or parts.username or parts.query or parts.fragment:
        raise InputError(_UNSAFE)
    return url.strip().rstrip("/")


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


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


def _post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    return _ask("POST", url, body, headers, "")


def _ask(
    method: str, url: str, body: bytes | None, headers: Mapping[str, str], query: str
) -> Answer:
    parts = urlsplit(check_address(url))
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    until = time.monotonic() + LONGEST_SECONDS
    connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT_SECONDS)
    try:
        path = (parts.path or "/") + (f"?{query}" if query else "")
        connection.request(method, path, body, {"Accept": "application/json", **headers})
        response = connection.getresponse()
        return Answer(response.status, _read(response, until), _clock_of(response))
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise UnavailableError(_SILENT.format(host=parts.hostname)) from error
    finally:
        connection.close()


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
