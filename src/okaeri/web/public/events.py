"""Where the shop's tag reports: POST /e/. 204 means committed; anything else means send it again or not.

No cookie, no login, no CSRF token: what a call may do is to add events of a device. Only pages of
the shop's own addresses may call, and one address only so often.
"""

import hashlib
import hmac
from collections.abc import Sequence
from concurrent.futures import Future
from datetime import datetime
from functools import lru_cache
from time import monotonic

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from okaeri.deliver import api as deliver
from okaeri.foundation import clock
from okaeri.foundation.errors import BusyError, InputError
from okaeri.foundation.ids import sign
from okaeri.foundation.settings import load
from okaeri.foundation.text import Text
from okaeri.intake import api as intake
from okaeri.intake.event_types import IdentifyIn, SaidWho, TagRules
from okaeri.intake.types import PartyIn
from okaeri.web.access import open_to_all
from okaeri.web.rate import PerMinute
from okaeri.web.reader import language_of

MOST_BYTES = 1024 * 1024
# A changed setting counts after so many seconds; asking the database on every call would cost more
# than everything else.
_RULES_SECONDS = 5
_FOREIGN = Text(
    "このページからの計測は受け付けていません。設定の「計測タグ」にショップのアドレスを入れてください。",
    "Events from this page are not accepted. Add the shop's address under Settings, Tag.",
)
_TOO_OFTEN = Text(
    "送信が多すぎます。1分ほど待ってから送ってください。",
    "Too many calls; wait a minute and send again.",
)
_TOO_LARGE = Text("本文は1MBまでです。", "A body may have at most 1 MB.")
_ONLY_POST = Text("POSTで送ってください。", "Send events with POST.")
_calls = PerMinute()
# The moment, and the rules and origins that count in it.
_known: tuple[int, TagRules, frozenset[str]] | None = None


@open_to_all
@csrf_exempt
def collect(request: HttpRequest) -> HttpResponse:
    """Take events of the tag; answers 204 once they are committed."""
    global _known  # noqa: PLW0603 - what this process read last
    moment = _moment()
    rules, origins = rules_of(moment)
    _known = (moment, rules, origins)
    origin = request.headers.get("Origin", "")
    response = _answer(request, rules, is_ours=origin in origins)
    if origin in origins:
        response.headers["Access-Control-Allow-Origin"] = origin
    response.headers["Vary"] = "Origin"
    return response


def begin_usual(origin: str, address: str, body: bytes) -> Future[None] | None:
    """Take the usual call (right page, no hurry, nothing but events) without asking the database.

    The future ends with the commit. None: `collect` has to look at the call, and nothing has happened.
    """
    if _known is None or _known[0] != _moment():
        return None
    _, rules, origins = _known
    if origin not in origins:
        return None
    now = clock.now()
    try:
        batch = intake.parse_tag_batch(body, now)
        is_usual = batch.events and not batch.identifications
        if is_usual and _calls.allow(address, rules.requests_per_minute):
            return intake.begin_to_record(batch.events, now)
    except (InputError, BusyError):
        pass
    return None


def _moment() -> int:
    return int(monotonic() // _RULES_SECONDS)


@lru_cache(maxsize=1)
def rules_of(moment: int) -> tuple[TagRules, frozenset[str]]:
    """Give the shop's rules and the origins that may send, read once per moment."""
    rules = load(TagRules)
    return rules, frozenset(rules.origin_list())


def _answer(request: HttpRequest, rules: TagRules, *, is_ours: bool) -> HttpResponse:
    if not is_ours:
        return _refuse(request, 403, _FOREIGN)
    if request.method == "OPTIONS":
        return _preflight()
    if request.method != "POST":
        return _refuse(request, 405, _ONLY_POST)
    if not _calls.allow(request.META.get("REMOTE_ADDR", ""), rules.requests_per_minute):
        return _refuse(request, 429, _TOO_OFTEN)
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        return _refuse(request, 413, _TOO_LARGE)
    now = clock.now()
    try:
        batch = intake.parse_tag_batch(request.body, now)
        identified = _believed(batch.identifications, rules, now)
        intake.record_visit(batch.events, identified, now)
    except InputError as error:
        return _refuse(request, 400, error.message)
    except BusyError as error:
        return _refuse(request, 503, error.message)
    return HttpResponse(status=204)


def identify_key() -> str:
    """Give the secret with which the shop's own server signs who is logged in."""
    return sign(settings.SECRET_KEY, "identify key")


def _believed(said: Sequence[IdentifyIn], rules: TagRules, now: datetime) -> list[SaidWho]:
    """Leave out what is not proven. One claim each, so that no call can make two people one."""
    found = []
    for one in said:
        if one.token:
            party = deliver.find_addressee(one.token, now)
        elif _is_signed(one, is_needed=rules.signed_identify):
            party = PartyIn(email=one.email, member_no=one.member_no)
        else:
            party = None
        if party is not None:
            found.append(SaidWho(one.device_id, party, one.occurred_at))
    return found


def _is_signed(one: IdentifyIn, *, is_needed: bool) -> bool:
    if not one.signature:
        return not is_needed
    right = hmac.new(
        identify_key().encode(), (one.email or one.member_no).encode(), hashlib.sha256
    ).hexdigest()
    return hmac.compare_digest(one.signature.encode(), right.encode())


def _preflight() -> HttpResponse:
    headers = {
        "Access-Control-Allow-Methods": "POST",
        "Access-Control-Allow-Headers": "Content-Type",
        "Access-Control-Max-Age": "86400",
    }
    return HttpResponse(status=204, headers=headers)


def _refuse(request: HttpRequest, status: int, why: Text) -> HttpResponse:
    words = why.render(language_of(request))
    response = HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")
    response.is_error_page = True  # type: ignore[attr-defined]
    if status in (429, 503):
        response.headers["Retry-After"] = "60" if status == 429 else "5"
    return response
