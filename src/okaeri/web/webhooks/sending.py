"""Deliveries on their way: claimed, sent, noted; tried again for days, each at its own pace.

1. The claim is committed before anything leaves; its lease outlives the longest attempt.
2. Any answer of 2xx is a success. Everything else (also a redirect, which is not followed) is tried
   again, and the endpoint rests so that a dead one does not hold up the others.
3. A worker killed between sending and noting leaves a lease that ends; then the same id leaves again.
4. An endpoint that took nothing for `DISABLED_AFTER` is switched off with a notice; so is one that
   says 410 Gone. What waits for it stays, and leaves when somebody switches it on again.
"""

import logging
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from django.db.models import F, Q, QuerySet

from okaeri.customers import api as customers
from okaeri.customers.access_types import ProvisionBasis
from okaeri.foundation import sealing
from okaeri.foundation.asking import UnavailableError, tell
from okaeri.foundation.errors import InputError
from okaeri.foundation.standard_webhooks import headers
from okaeri.foundation.text import Text
from okaeri.web.models import WebhookDelivery, WebhookEndpoint

log = logging.getLogger(__name__)
PURPOSE = b"okaeri.web.webhooks.v1"
DISABLED_AFTER = timedelta(days=5)
# Both secrets sign for so long after a change.
OVERLAP = timedelta(hours=24)
# Longer than any attempt: a look-up, connecting to each of a few addresses, `LONGEST_SECONDS`.
LEASE = timedelta(minutes=2)
_AT_ONCE = 20
_GONE = 410
_PAUSES = (5, 30, 120, 600, 1800, 3600, 7200, 21600)
_OFF = Text(
    "{days}日間、一度も受け取られなかったため止めました。受け手を確認してから、もう一度始めてください。",
    "It took nothing for {days} days and was switched off; look into the receiver, then start it again.",
).format(days=DISABLED_AFTER.days)
_SAID_GONE = Text(
    "受け手が「もう存在しない(410)」と答えたため止めました。",
    "The receiver answered that it is gone (410), so it was switched off.",
)


def pause_after(attempts: int, number: int) -> timedelta:
    """Give the pause after the n-th failure (5 seconds to 6 hours); `number` spreads it by a tenth."""
    seconds = _PAUSES[min(attempts, len(_PAUSES)) - 1]
    return timedelta(seconds=seconds * (1 + number % 11 / 100))


def send_due(now: datetime) -> int:
    """Send what is due, some for each endpoint in turn; gives how many attempts were made."""
    is_rested = Q(rests_until__isnull=True) | Q(rests_until__lte=now)
    endpoints = WebhookEndpoint.objects.filter(is_rested, is_active=True).order_by("id")
    return sum(_send_some(endpoint, now) for endpoint in endpoints)


def _send_some(endpoint: WebhookEndpoint, now: datetime) -> int:
    taken: list[WebhookDelivery] = []
    tried = 0
    while tried < _AT_ONCE:
        delivery = claim(endpoint, now)
        if delivery is None:
            break
        tried += 1
        status, error = _send(endpoint, delivery, now)
        if not _is_taken(status):
            note_failure(endpoint, delivery, status, error, now)
            break
        note_success(endpoint, delivery, status, now)
        taken.append(delivery)
    _record_handing_out(endpoint, taken, now)
    return tried


def claim(endpoint: WebhookEndpoint, now: datetime) -> WebhookDelivery | None:
    """Take the delivery that is longest due, for as long as its lease lasts."""
    wall = datetime.now(UTC)
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=wall)
    due = WebhookDelivery.objects.filter(
        free, endpoint=endpoint, status=WebhookDelivery.Status.WAITING, next_attempt_at__lte=now
    )
    found = due.select_related("event").order_by("next_attempt_at", "id").first()
    if found is None:
        return None
    # Of two workers one finds the number of attempts changed and goes away.
    mine = WebhookDelivery.objects.filter(
        free, id=found.id, attempts=found.attempts, status=WebhookDelivery.Status.WAITING
    ).update(attempts=F("attempts") + 1, lease_until=wall + LEASE, last_attempt_at=now)
    if not mine:
        return None
    found.attempts += 1
    return found


def _send(
    endpoint: WebhookEndpoint, delivery: WebhookDelivery, now: datetime
) -> tuple[int | None, Text | None]:
    body = delivery.event.body.encode()
    # The receiver compares with its own clock, so the machine's counts and not a simulated one.
    signed = headers(secrets_of(endpoint, now), delivery.event.identity, int(time.time()), body)
    head = {"Content-Type": "application/json", "User-Agent": "Okaeri-Webhooks/1", **signed}
    try:
        return tell(endpoint.url, body, head), None
    except (UnavailableError, InputError) as error:
        return None, error.message


def _is_taken(status: int | None) -> bool:
    return status is not None and 200 <= status < 300


def secrets_of(endpoint: WebhookEndpoint, now: datetime) -> list[str]:
    """Give the secrets that sign now: the present one, and the one before for a day."""
    found = [sealing.unseal(endpoint.secret, PURPOSE)]
    if previous_until(endpoint, now) is not None:
        found.append(sealing.unseal(endpoint.previous_secret, PURPOSE))
    return found


def previous_until(endpoint: WebhookEndpoint, now: datetime) -> datetime | None:
    """Give until when the secret before the present one signs too; None where it no longer does."""
    if not endpoint.previous_secret or endpoint.rotated_at is None:
        return None
    until = endpoint.rotated_at + OVERLAP
    return until if now < until else None


def note_success(
    endpoint: WebhookEndpoint, delivery: WebhookDelivery, status: int | None, now: datetime
) -> None:
    """Settle a delivery that was taken; its endpoint is well again."""
    _mine(delivery).update(
        status=WebhookDelivery.Status.DELIVERED,
        lease_until=None,
        http_status=status,
        error={},
        first_attempt_at=delivery.first_attempt_at or now,
    )
    if endpoint.failures_in_a_row:
        endpoint.failures_in_a_row, endpoint.failing_since = 0, None
        WebhookEndpoint.objects.filter(id=endpoint.id).update(
            failures_in_a_row=0, failing_since=None, rests_until=None
        )


def note_failure(
    endpoint: WebhookEndpoint,
    delivery: WebhookDelivery,
    status: int | None,
    error: Text | None,
    now: datetime,
) -> None:
    """Put a delivery back for later, or give it up; let its endpoint rest, or switch it off."""
    began = delivery.first_attempt_at or now
    # As long as the endpoint takes nothing at all, no single delivery is to blame.
    is_alone = endpoint.failing_since is None or endpoint.failing_since > began
    is_over = is_alone and now - began >= DISABLED_AFTER
    number = delivery.id
    _mine(delivery).update(
        status=WebhookDelivery.Status.FAILED if is_over else WebhookDelivery.Status.WAITING,
        lease_until=None,
        http_status=status,
        error=error.as_json() if error else {},
        first_attempt_at=began,
        next_attempt_at=now + pause_after(delivery.attempts, number),
    )
    failures = endpoint.failures_in_a_row + 1
    since = endpoint.failing_since or now
    why = _SAID_GONE if status == _GONE else _OFF if now - since >= DISABLED_AFTER else None
    changes = {
        "failures_in_a_row": failures,
        "failing_since": since,
        "rests_until": now + pause_after(failures, number),
    }
    if why is not None:
        log.warning("webhook endpoint %d was switched off", endpoint.id)
        changes |= {"is_active": False, "disabled_why": why.as_json()}
    WebhookEndpoint.objects.filter(id=endpoint.id).update(**changes)


def _mine(delivery: WebhookDelivery) -> QuerySet[WebhookDelivery]:
    """The row while this attempt is the latest: what a slow worker heard must not undo a re-send."""
    return WebhookDelivery.objects.filter(
        id=delivery.id, attempts=delivery.attempts, status=WebhookDelivery.Status.WAITING
    )


def _record_handing_out(
    endpoint: WebhookEndpoint, taken: Sequence[WebhookDelivery], now: datetime
) -> None:
    """Note in the access log whose numbers went to whom (個人情報保護法 29条)."""
    one_by_one = {one.event.customer_id for one in taken if one.event.customer_id is not None}
    several = sum(one.event.people for one in taken if one.event.customer_id is None)
    fields = sorted({one.event.kind for one in taken})
    who, where = f"webhook:{endpoint.id}", endpoint.url.partition("?")[0][:255]
    note = partial(
        customers.log_access, recipient=endpoint.recipient, basis=ProvisionBasis(endpoint.basis)
    )
    if one_by_one:
        note(who, "export", one_by_one, fields, where, now)
    if several:
        note(who, "export", None, fields, where, now, people=several)
