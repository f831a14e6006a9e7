"""Endpoints as rows: make one, change its secret, switch it, test it, send again, see what it got."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.db import transaction
from django.db.models import Count, QuerySet

from okaeri.customers.access_types import ProvisionBasis
from okaeri.foundation import sealing
from okaeri.foundation.asking import check_address
from okaeri.foundation.errors import InputError, NotFoundError
from okaeri.foundation.happenings import Happening
from okaeri.foundation.standard_webhooks import new_secret
from okaeri.foundation.text import Text
from okaeri.web.api.keys import checked_recipient
from okaeri.web.models import WebhookDelivery, WebhookEndpoint
from okaeri.web.webhooks.gathering import begin_at_the_end, event_of
from okaeri.web.webhooks.kinds import KINDS, TEST
from okaeri.web.webhooks.sending import PURPOSE

MOST_ENDPOINTS = 20
_MOST_LETTERS = 500
_NO_NAME = Text("名前を入力してください。", "Give the receiver a name.")
_NO_KIND = Text(
    "知らせる出来事を1つ以上選んでください。", "Choose at least one thing to be told of."
)
_BAD_KIND = Text("「{kind}」という出来事はありません。", "There is no happening '{kind}'.")
_TOO_LONG = Text("アドレスは500文字までです。", "The address may have 500 letters at most.")
_TOO_MANY = Text("登録できるのは20件までです。", "There may be 20 receivers at most.")
_NO_ENDPOINT = Text("その通知先は見つかりません。", "There is no such receiver.")
_NO_DELIVERY = Text("その通知は見つかりません。", "There is no such delivery.")


@dataclass(frozen=True, slots=True)
class Standing:
    """How many deliveries of an endpoint wait, were taken and were given up in the days kept."""

    waiting: int = 0
    delivered: int = 0
    failed: int = 0


@transaction.atomic
def create(
    name: str,
    url: str,
    kinds: Iterable[str],
    *,
    by: str,
    now: datetime,
    recipient: str = "",
    basis: ProvisionBasis = ProvisionBasis.OWN,
) -> tuple[WebhookEndpoint, str]:
    """Register an address; gives its row and its secret, which is shown once.

    Whoever is not the shop itself is named as `recipient`: what he is told is given to him.
    """
    recipient = checked_recipient(recipient, basis)
    name, url, wanted = name.strip()[:80], url.strip(), _checked(kinds)
    if not name:
        raise InputError(_NO_NAME)
    if len(url) > _MOST_LETTERS:
        raise InputError(_TOO_LONG)
    check_address(url.partition("?")[0])
    if WebhookEndpoint.objects.count() >= MOST_ENDPOINTS:
        raise InputError(_TOO_MANY)
    begin_at_the_end(wanted, now)
    secret = new_secret()
    row = WebhookEndpoint.objects.create(
        name=name,
        url=url,
        kinds=wanted,
        recipient=recipient,
        basis=basis.value,
        secret=sealing.seal(secret, PURPOSE),
        created_at=now,
        created_by=by[:150],
    )
    return row, secret


def _checked(kinds: Iterable[str]) -> list[str]:
    wanted = sorted(set(kinds))
    if not wanted:
        raise InputError(_NO_KIND)
    for kind in wanted:
        if kind not in KINDS:
            raise InputError(_BAD_KIND.format(kind=kind[:40]))
    return wanted


@transaction.atomic
def choose(endpoint_id: int, kinds: Iterable[str], now: datetime) -> None:
    """Change what an endpoint is told of from now on."""
    row, wanted = get(endpoint_id), _checked(kinds)
    begin_at_the_end(wanted, now)
    row.kinds = wanted
    row.save(update_fields=["kinds"])


def rotate(endpoint_id: int, now: datetime) -> str:
    """Give a new secret; for a day both sign."""
    row, secret = get(endpoint_id), new_secret()
    row.previous_secret, row.secret, row.rotated_at = row.secret, sealing.seal(secret, PURPOSE), now
    row.save(update_fields=["previous_secret", "secret", "rotated_at"])
    return secret


def switch(endpoint_id: int, *, is_active: bool, now: datetime) -> None:
    """Stop telling an endpoint, or go on; what waited leaves at once."""
    get(endpoint_id)
    fresh = {"is_active": is_active, "disabled_why": {}, "failing_since": None, "rests_until": None}
    WebhookEndpoint.objects.filter(id=endpoint_id).update(failures_in_a_row=0, **fresh)
    if is_active:
        _waiting(endpoint_id).filter(next_attempt_at__gt=now).update(next_attempt_at=now)


def remove(endpoint_id: int) -> None:
    """Forget an endpoint and what waited for it."""
    get(endpoint_id).delete()


@transaction.atomic
def test(endpoint_id: int, now: datetime) -> None:
    """Put a test on its way to one endpoint, before all that waits."""
    row, key = get(endpoint_id), uuid4().hex
    event = event_of(Happening(0, f"test:{key}", TEST, now, None, {"endpoint_id": row.id}), now)
    event.save()
    WebhookDelivery.objects.create(endpoint=row, event=event, next_attempt_at=row.created_at)
    WebhookEndpoint.objects.filter(id=row.id).update(rests_until=None)


def send_again(endpoint_id: int, delivery_id: int, now: datetime) -> None:
    """Send one delivery once more, delivered or not, under the id it always had."""
    get(endpoint_id)
    found = WebhookDelivery.objects.filter(id=delivery_id, endpoint_id=endpoint_id)
    if not found.update(**_anew(now)):
        raise NotFoundError(_NO_DELIVERY)
    WebhookEndpoint.objects.filter(id=endpoint_id).update(rests_until=None)


def send_failed_again(endpoint_id: int, now: datetime) -> int:
    """Send again what was given up; gives how many deliveries."""
    get(endpoint_id)
    failed = WebhookDelivery.objects.filter(
        endpoint_id=endpoint_id, status=WebhookDelivery.Status.FAILED
    )
    WebhookEndpoint.objects.filter(id=endpoint_id).update(rests_until=None)
    return failed.update(**_anew(now))


def _anew(now: datetime) -> dict[str, object]:
    return {
        "status": WebhookDelivery.Status.WAITING,
        "next_attempt_at": now,
        "first_attempt_at": None,
        "lease_until": None,
    }


def _waiting(endpoint_id: int) -> QuerySet[WebhookDelivery]:
    return WebhookDelivery.objects.filter(
        endpoint_id=endpoint_id, status=WebhookDelivery.Status.WAITING
    )


def get(endpoint_id: int) -> WebhookEndpoint:
    """Give one endpoint or raise NotFoundError."""
    row = WebhookEndpoint.objects.filter(id=endpoint_id).first()
    if row is None:
        raise NotFoundError(_NO_ENDPOINT)
    return row


def list_all() -> list[tuple[WebhookEndpoint, Standing]]:
    """Give every endpoint by name with how its deliveries stand."""
    rows = list(WebhookEndpoint.objects.order_by("name", "id"))
    standings = standings_of([row.id for row in rows])
    return [(row, standings.get(row.id, Standing())) for row in rows]


def standings_of(endpoint_ids: Sequence[int]) -> dict[int, Standing]:
    """Give endpoint → how its deliveries stand; one without any is left out."""
    counted = (
        WebhookDelivery.objects.filter(endpoint_id__in=endpoint_ids)
        .values_list("endpoint_id", "status")
        .annotate(deliveries=Count("id"))
        .order_by("endpoint_id", "status")
    )
    found: dict[int, dict[str, int]] = {}
    for endpoint_id, status, deliveries in counted:
        found.setdefault(endpoint_id, {})[status] = deliveries
    return {endpoint_id: Standing(**counts) for endpoint_id, counts in found.items()}


def list_deliveries(endpoint_id: int, status: str) -> QuerySet[WebhookDelivery]:
    """Give deliveries of an endpoint, the newest event first; "" for every status."""
    rows = WebhookDelivery.objects.filter(endpoint_id=endpoint_id).select_related("event")
    return (rows.filter(status=status) if status else rows).order_by("-id")


def count_switched_off() -> int:
    """Give how many endpoints were switched off because they took nothing."""
    return WebhookEndpoint.objects.filter(is_active=False).exclude(disabled_why={}).count()
