"""Audiences of the LINE Messaging API ("manage audience"): made of user ids, added to, never taken from.

Source of addresses, limits and statuses: LINE's own OpenAPI description, manage-audience.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from okaeri.deliver.audience_types import Failure, Group, Standing
from okaeri.foundation.asking import Answer, UnavailableError, ask
from okaeri.foundation.text import Text

ADDRESS = "https://api.line.me"
LONGEST_NAME = 120
_PAGE = 40
_MOST_PAGES = 50
WAITS = (1.0, 3.0)
_REFUSED = Text(
    "LINEが受け付けませんでした({status} {said})。アクセストークンと権限を確認してください。",
    "LINE refused ({status} {said}); check the access token and its rights.",
)
_BUSY = Text(
    "LINEが混み合っています({status})。しばらくしてからもう一度同期してください。",
    "LINE is busy ({status}); sync again in a while.",
)
_GARBLED = Text("LINEの応答を読めませんでした。", "LINE's answer could not be read.")


class LineAudiences:
    """Implements `deliver.audience_types.AudienceService` over HTTP."""

    def __init__(
        self,
        token: str,
        address: str = ADDRESS,
        pause: Callable[[float], None] = time.sleep,
        waits: Sequence[float] = WAITS,
    ) -> None:
        # Seconds between tries; none where the caller may not wait and tries again by itself.
        self._waits = waits
        self._token = token
        self._address = address.rstrip("/")
        self._pause = pause

    def create(self, name: str, addresses: Sequence[str]) -> int | Failure:
        """Make a group; asked once only, because an answer that was lost may have made it."""
        given = {"description": name[:LONGEST_NAME], "audiences": _people(addresses)}
        body = self._once("POST", "upload", given)
        if isinstance(body, Failure):
            return body
        number = body.get("audienceGroupId")
        return number if isinstance(number, int) else Failure(_GARBLED, may_have_happened=True)

    def add(self, group_id: int, addresses: Sequence[str]) -> Failure | None:
        """Add people; asking again changes nothing, so a lost answer is asked for again."""
        given = {"audienceGroupId": group_id, "audiences": _people(addresses)}
        return _failure(self._often("PUT", "upload", given))

    def find(self, part: str) -> list[Group] | Failure:
        """Give the groups of this channel whose name contains `part`, in whichever case."""
        found: list[Group] = []
        for page in range(1, _MOST_PAGES + 1):
            query: dict[str, str | int] = {
                "page": page,
                "description": part,
                "size": _PAGE,
                "createRoute": "MESSAGING_API",
            }
            body = self._often("GET", "list", None, query)
            if isinstance(body, Failure):
                return body
            groups = body.get("audienceGroups") or []
            found += [Group(one["audienceGroupId"], one["description"]) for one in groups]
            if not body.get("hasNextPage"):
                break
        return [one for one in found if part.casefold() in one.name.casefold()]

    def look(self, group_id: int) -> Standing | Failure:
        """Tell how a group stands; whoever asks for one that is gone hears that it is over."""
        body = self._often("GET", str(group_id))
        if isinstance(body, Failure):
            return Standing(False, True, False, 0) if body.why == _GONE else body
        group = body.get("audienceGroup") or {}
        status, failed = group.get("status"), group.get("failedType") or ""
        return Standing(
            is_ready=status == "READY",
            is_over=status in ("FAILED", "EXPIRED", "INACTIVE"),
            is_too_small=failed == "AUDIENCE_GROUP_AUDIENCE_INSUFFICIENT",
            people=int(group.get("audienceCount") or 0),
        )

    def delete(self, group_id: int) -> Failure | None:
        """Remove a group; one that is gone already is no failure."""
        failed = _failure(self._often("DELETE", str(group_id)))
        return None if failed is not None and failed.why == _GONE else failed

    def _often(
        self,
        method: str,
        path: str,
        payload: Mapping[str, Any] | None = None,
        query: Mapping[str, str | int] | None = None,
    ) -> dict[str, Any] | Failure:
        answer = self._once(method, path, payload, query)
        for seconds in self._waits:
            if not isinstance(answer, Failure) or answer.why == _GONE:
                break
            if not answer.may_have_happened and answer.why not in _RETRIED:
                break
            self._pause(seconds)
            answer = self._once(method, path, payload, query)
        return answer

    def _once(
        self,
        method: str,
        path: str,
        payload: Mapping[str, Any] | None = None,
        query: Mapping[str, str | int] | None = None,
    ) -> dict[str, Any] | Failure:
        url = f"{self._address}/v2/bot/audienceGroup/{path}"
        try:
            return _read(ask(method, url, payload, token=self._token, query=query))
        except UnavailableError as error:
            return Failure(error.message, may_have_happened=True)


_GONE = Text("このオーディエンスはLINEにもうありません。", "LINE has no such audience any more.")
_TOO_MANY = _BUSY.format(status=429)
_RETRIED = (_TOO_MANY,)


def _read(answer: Answer) -> dict[str, Any] | Failure:
    said = _words(answer.body)
    if answer.status == 429:
        return Failure(_TOO_MANY, may_have_happened=False)
    if answer.status >= 500:
        return Failure(_BUSY.format(status=answer.status), may_have_happened=True)
    if answer.status == 404 or "AUDIENCE_GROUP_NOT_FOUND" in answer.body.decode("utf-8", "replace"):
        return Failure(_GONE, may_have_happened=False)
    if answer.status >= 400:
        why = _REFUSED.format(status=answer.status, said=str(said.get("message", ""))[:200])
        return Failure(why, may_have_happened=False)
    return said


def _words(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body or b"{}")
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _people(addresses: Sequence[str]) -> list[dict[str, str]]:
    return [{"id": one} for one in addresses]


def _failure(answer: dict[str, Any] | Failure) -> Failure | None:
    return answer if isinstance(answer, Failure) else None
