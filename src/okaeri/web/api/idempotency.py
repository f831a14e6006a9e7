"""The same request twice has one effect: the reply is stored in the transaction of the effect.

1. A row claims the key in a transaction of its own: of fifty at once one wins, the others hear 409.
2. Effect and reply are written together: after a crash neither stands, and the claim runs out.
3. A claim that ran out may be taken over; the one who was slow finds it gone and undoes his effect.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse

from okaeri.foundation import clock
from okaeri.web.api.errors import ApiError
from okaeri.web.models import StoredReply

# A request takes seconds at most; whoever claimed longer ago is dead.
CLAIM_ENDS = timedelta(minutes=2)
KEPT = timedelta(days=7)
MOST_LETTERS = 255
Handler = Callable[[HttpRequest], HttpResponse]


def answer_once(request: HttpRequest, api_key_id: int, key: str, handler: Handler) -> HttpResponse:
    """Answer a request with an Idempotency-Key, or give again what it was answered before."""
    if not 0 < len(key) <= MOST_LETTERS or not key.isprintable():
        raise ApiError("bad_input", reason=f"Idempotency-Key: 1..{MOST_LETTERS}")
    now = clock.now()
    fingerprint = _fingerprint(request)
    claim = _claim(api_key_id, key, fingerprint, now)
    if isinstance(claim, HttpResponse):
        return claim
    try:
        with transaction.atomic():
            response = handler(request)
            if response.status_code >= 400 or not _store(claim, now, response):
                transaction.set_rollback(True)
    except BaseException:
        _release(claim, now)
        raise
    if response.status_code >= 400:
        # Nothing happened, so the same key may be used for the corrected request.
        _release(claim, now)
    return response


def _claim(api_key_id: int, key: str, fingerprint: str, now: datetime) -> int | HttpResponse:
    """Give the id of the claimed row, or the stored reply; raises ApiError for the rest."""
    row = StoredReply.objects.filter(api_key_id=api_key_id, key=key).first()
    if row is None:
        _forget_old(api_key_id, now)
        try:
            with transaction.atomic():
                made = StoredReply.objects.create(
                    api_key_id=api_key_id, key=key, request_sha256=fingerprint, created_at=now
                )
        except IntegrityError:
            raise ApiError("in_flight", retry_after=1) from None
        return made.pk
    if row.request_sha256 != fingerprint:
        raise ApiError("other_request")
    if row.status is not None:
        response = HttpResponse(row.body, status=row.status, content_type="application/json")
        response["Idempotent-Replayed"] = "true"
        return response
    taken = StoredReply.objects.filter(
        pk=row.pk, status__isnull=True, created_at__lt=now - CLAIM_ENDS
    ).update(created_at=now)
    if not taken:
        raise ApiError("in_flight", retry_after=1)
    return row.pk


def _store(claim: int, claimed_at: datetime, response: HttpResponse) -> bool:
    """Keep the reply if the claim is still ours; else the effect must not stand."""
    mine = StoredReply.objects.filter(pk=claim, created_at=claimed_at, status__isnull=True)
    body = response.content.decode()
    return bool(mine.update(status=response.status_code, body=body))


def _release(claim: int, claimed_at: datetime) -> None:
    StoredReply.objects.filter(pk=claim, created_at=claimed_at, status__isnull=True).delete()


def _forget_old(api_key_id: int, now: datetime) -> None:
    StoredReply.objects.filter(api_key_id=api_key_id, created_at__lt=now - KEPT).delete()


def _fingerprint(request: HttpRequest) -> str:
    head = f"{request.method}\n{request.get_full_path()}\n".encode()
    return hashlib.sha256(head + request.body).hexdigest()
