"""One delivery at the door: whose is it, is it truly his, and who takes it from here."""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from uuid import uuid4

from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri.foundation.work.together import GroupCommit
from okaeri.intake.applying import AskRights
from okaeri.intake.models import Connection, Delivery
from okaeri.intake.types import Received
from okaeri.intake.webhooks import connections, signatures
from okaeri.intake.webhooks.sealing import unseal
from okaeri.intake.webhooks.taking import NOTICE_TOPIC, Arrived, Envelope, take
from okaeri.intake.webhooks.words import read_instant

_UNSIGNED = Text(
    "署名が合わない送信を断りました。秘密の値を確認してください。",
    "A delivery whose signature did not fit was refused; check the secret.",
)
# The number a payload of Shopify's begins with; what begins otherwise is told apart by all of it.
_FIRST_ID = re.compile(rb'\s*\{\s*"id"\s*:\s*"?([0-9]{1,20})\b')
# Sources tell in bursts. Those who come together share one commit, one lock and most of the work.
_taken = GroupCommit("deliveries", take)


def receive(
    connection_key: str,
    headers: Mapping[str, str],
    raw: bytes,
    now: datetime,
    ask_rights: AskRights | None,
) -> Received:
    """Take one delivery in; its row stands in the same transaction as its effect.

    1. Unknown address or signature that does not fit: nothing is read, nothing is stored.
    2. The same delivery id again: nothing happens (a failed one is tried again).
    3. What cannot be used is kept encrypted for staff to look into; the source gets its answer all
       the same, because sending it again would not help.
    """
    connection = connections.find_active(connection_key)
    if connection is None:
        return Received("unknown")
    lower = {name.lower(): value for name, value in headers.items()}
    envelope = _open(connection, lower, raw, now)
    if envelope is None:
        connections.note_error(connection, _UNSIGNED)
        return Received("unsigned", error=_UNSIGNED)
    return _taken.submit(Arrived(connection, envelope, raw, now, ask_rights))


def retry(delivery: Delivery, now: datetime, ask_rights: AskRights | None) -> Received:
    """Try a failed delivery again with what was kept of it."""
    envelope = Envelope(delivery.delivery_id, delivery.topic, delivery.received_at)
    raw = unseal(delivery.payload).encode()
    return _taken.submit(Arrived(delivery.connection, envelope, raw, now, ask_rights))


def _open(
    connection: Connection, headers: Mapping[str, str], raw: bytes, now: datetime
) -> Envelope | None:
    """Give the envelope of a delivery that is truly from this source, None for any other."""
    secrets = connections.secrets_of(connection, now)
    if connection.kind == Connection.Kind.SHOPIFY:
        if not signatures.is_from_shopify(raw, headers, secrets):
            return None
        sent = headers.get("x-shopify-triggered-at", "")
        topic = headers.get("x-shopify-topic", "")[:60]
        return Envelope(_shopify_id(headers, topic, raw), topic, _sent_at(sent, now))
    if connection.kind == Connection.Kind.ECCUBE and "x-eccube-signature" in headers:
        # The plugin numbers nothing: every notice is one of its own.
        fits = signatures.is_from_eccube(raw, headers, secrets)
        return Envelope(uuid4().hex, NOTICE_TOPIC, now) if fits else None
    if not signatures.is_standard(raw, headers, secrets, now):
        return None
    return Envelope(headers["webhook-id"][:80], "", now)


def _shopify_id(headers: Mapping[str, str], topic: str, raw: bytes) -> str:
    """Give what makes a delivery the same as another: the event, its topic and the thing it is about.

    `X-Shopify-Event-Id` is the same in every copy, also where two subscriptions bring one each (then
    `X-Shopify-Webhook-Id` differs). One deed in the shop has the same event id in several topics and,
    done to many orders at once, for each of them; those are no copies.
    https://shopify.dev/docs/apps/build/webhooks/ignore-duplicates
    """
    event = headers.get("x-shopify-event-id", "")[:40]
    if not event:
        return headers.get("x-shopify-webhook-id", "")[:80] or uuid4().hex
    thing = _FIRST_ID.match(raw)
    about = f"{topic}\n{thing[1].decode() if thing else hashlib.sha256(raw).hexdigest()}"
    return f"{event}:{hashlib.sha256(about.encode()).hexdigest()[:32]}"


def _sent_at(text: str, now: datetime) -> datetime:
    try:
        # Shopify writes nanoseconds; six digits are read.
        return read_instant(text.removesuffix("Z")[:26] + "+00:00", "sent_at")
    except InputError:
        return now
