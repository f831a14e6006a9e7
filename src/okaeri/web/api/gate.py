"""Before any word of the API is heard: whose key, how often, how large, and was it said before."""

import logging
import math
from collections.abc import Callable
from functools import wraps

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from okaeri.foundation import clock
from okaeri.foundation.settings import load
from okaeri.intake.types import LiveRules
from okaeri.web.access import open_to_all
from okaeri.web.api import idempotency, keys
from okaeri.web.api.errors import ApiError
from okaeri.web.api.limits import Buckets, Taken

log = logging.getLogger(__name__)
MOST_BYTES = 5 * 1024 * 1024
_buckets = Buckets()
View = Callable[..., HttpResponse]


def gated(view: View) -> View:
    """Let only known keys through; a view of the API keeps its own scopes."""

    @open_to_all
    @csrf_exempt
    @wraps(view)
    def respond(request: HttpRequest, **places: object) -> HttpResponse:
        try:
            key = _admit(request)
            repeat = request.headers.get("Idempotency-Key")
            if request.method == "POST" and repeat is not None:
                response = idempotency.answer_once(
                    request, key.id, repeat, lambda asked: view(asked, **places)
                )
            else:
                response = view(request, **places)
            if response.status_code == 405:
                response = _with_allowed(response)
        except ApiError as error:
            response = error.as_response()
        taken: Taken | None = getattr(request, "rate_limit", None)
        for name, value in taken.headers().items() if taken else ():
            response[name] = value
        # Programs get JSON where people would get a page.
        response.is_error_page = True  # type: ignore[attr-defined]
        return response

    return respond


def _with_allowed(refused: HttpResponse) -> HttpResponse:
    response = ApiError("wrong_method").as_response()
    response["Allow"] = refused.get("Allow", "")
    return response


def _admit(request: HttpRequest) -> keys.KnownKey:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise ApiError("no_key")
    key = keys.find(token.strip(), clock.now())
    if key is None:
        raise ApiError("unknown_key")
    taken = _buckets.take(key.id, load(LiveRules).requests_per_minute)
    request.rate_limit = taken  # type: ignore[attr-defined]
    if taken.wait:
        seconds = math.ceil(taken.wait)
        raise ApiError("too_often", retry_after=seconds, seconds=seconds)
    _check_size(request)
    request.api_key = key  # type: ignore[attr-defined]
    return key


def _check_size(request: HttpRequest) -> None:
    length = request.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) > MOST_BYTES:
        raise ApiError("too_large")
    try:
        if len(request.body) > MOST_BYTES:
            raise ApiError("too_large")
    except RequestDataTooBig:
        raise ApiError("too_large") from None
