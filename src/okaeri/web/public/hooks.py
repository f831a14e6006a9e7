"""The door for live sources: signed deliveries in, one short answer out."""

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.foundation.errors import BusyError
from okaeri.intake import api as intake
from okaeri.intake.types import PartyIn, RightsRequest
from okaeri.web.access import open_to_all

MOST_BYTES = 5 * 1024 * 1024
# What cannot be used is kept for the staff: the source is told that it arrived, and stops resending.
_STATUS = {"unknown": 404, "unsigned": 401}


@open_to_all
@csrf_exempt
@require_POST
def hook(request: HttpRequest, key: str) -> HttpResponse:
    """Take one delivery in; no session, no cookie: the signature over the raw body is the proof."""
    length = request.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) > MOST_BYTES:
        return _answer("too_large", 413)
    try:
        raw = request.body
    except RequestDataTooBig:
        return _answer("too_large", 413)
    try:
        received = intake.receive(key, request.headers, raw, clock.now(), ask_rights=keep_request)
    except BusyError:
        # Nothing was stored; every source sends again what was not taken.
        response = _answer("busy", 503)
        response.headers["Retry-After"] = "5"
        return response
    return _answer(received.outcome, _STATUS.get(received.outcome, 200))


def _answer(outcome: str, status: int) -> HttpResponse:
    response = JsonResponse({"outcome": outcome}, status=status)
    response.is_error_page = True  # type: ignore[attr-defined]
    return response


def keep_request(asked: RightsRequest) -> None:
    """Hand a request of a person's, made through his shop, to those who answer it."""
    number = f"{asked.source} {asked.party.member_no}".strip()
    note = " ".join(filter(None, ("shop/redact" if asked.whole_shop else number, asked.note)))
    customers.request_data(
        asked.kind,
        None if asked.whole_shop else _person(asked.party),
        source=asked.source[:20],
        note=note,
        received_at=clock.now(),
    )


def _person(party: PartyIn) -> int | None:
    """Give the one person with this address; where several have it, staff decide."""
    if not party.email:
        return None
    address = party.email.strip().lower()
    found = [
        one.id
        for one in customers.search_customers(party.email)
        if one.email.strip().lower() == address
    ]
    return found[0] if len(found) == 1 else None
