"""One delivery from the door to its effect: whose is it, was it here before, what does it say."""

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.db import transaction

from okaeri.foundation.errors import InputError
from okaeri.foundation.sequences import next_numbers
from okaeri.foundation.settings import ShopProfile, hold, load
from okaeri.foundation.text import Text
from okaeri.intake.applying import AskRights, Surroundings, apply
from okaeri.intake.models import Connection, Delivery
from okaeri.intake.types import Received
from okaeri.intake.webhooks import connections, generic, shopify, signatures
from okaeri.intake.webhooks.sealing import seal, unseal
from okaeri.intake.webhooks.words import Frame, Words, read_instant
from okaeri.intake.writing import CHANGES

_NOT_JSON = Text("届いたデータが JSON として読めません。", "What arrived cannot be read as JSON.")
_NOTICE = Text(
    "EC-CUBE の通知は変更の番号だけを伝えます。内容は受注CSVの取り込みか、署名付きの送信で届けてください。",
    "EC-CUBE's notice tells only which record changed; send its contents signed, or import the CSV.",
)
_UNSIGNED = Text(
    "署名が合わない送信を断りました。秘密の値を確認してください。",
    "A delivery whose signature did not fit was refused; check the secret.",
)


class Envelope(NamedTuple):
    """What stands around a delivery: its own id, what it is about, when it was sent."""

    delivery_id: str
    topic: str
    sent_at: datetime


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
        connections.note_error(connection.id, _UNSIGNED, now)
        return Received("unsigned", error=_UNSIGNED)
    if _was_here(connection.id, envelope.delivery_id):
        return Received("duplicate", envelope.delivery_id)
    with hold():
        return _take(connection, envelope, raw, now, ask_rights)


def retry(delivery: Delivery, now: datetime, ask_rights: AskRights | None) -> Received:
    """Try a failed delivery again with what was kept of it."""
    envelope = Envelope(delivery.delivery_id, delivery.topic, delivery.received_at)
    raw = unseal(delivery.payload).encode()
    return _take(delivery.connection, envelope, raw, now, ask_rights)


def _open(
    connection: Connection, headers: Mapping[str, str], raw: bytes, now: datetime
) -> Envelope | None:
    """Give the envelope of a delivery that is truly from this source, None for any other."""
    secrets = connections.secrets_of(connection, now)
    if connection.kind == Connection.Kind.SHOPIFY:
        if not signatures.is_from_shopify(raw, headers, secrets):
            return None
        sent = headers.get("x-shopify-triggered-at", "")
        return Envelope(
            headers.get("x-shopify-webhook-id", "")[:80] or uuid4().hex,
            headers.get("x-shopify-topic", "")[:60],
            _sent_at(sent, now),
        )
    if connection.kind == Connection.Kind.ECCUBE and "x-eccube-signature" in headers:
        # The plugin numbers nothing: every notice is one of its own.
        fits = signatures.is_from_eccube(raw, headers, secrets)
        return Envelope(uuid4().hex, "eccube/notice", now) if fits else None
    if not signatures.is_standard(raw, headers, secrets, now):
        return None
    return Envelope(headers["webhook-id"][:80], "", now)


def _sent_at(text: str, now: datetime) -> datetime:
    try:
        # Shopify writes nanoseconds; six digits are read.
        return read_instant(text.removesuffix("Z")[:26] + "+00:00", "sent_at")
    except InputError:
        return now


def _was_here(connection_id: int, delivery_id: str) -> bool:
    rows = Delivery.objects.filter(connection_id=connection_id, delivery_id=delivery_id)
    return rows.exclude(status=Delivery.Status.FAILED).exists()


def _take(
    connection: Connection,
    envelope: Envelope,
    raw: bytes,
    now: datetime,
    ask_rights: AskRights | None,
) -> Received:
    topic = envelope.topic
    try:
        payload = parse_json(raw)
        topic = topic or str(payload.get("type", ""))[:60]
        shop = load(ShopProfile)
        zone = ZoneInfo(shop.time_zone)
        frame = Frame(connection.source, shop.currency, zone, now, envelope.sent_at)
        words = _read(connection, topic, payload, frame)
        with transaction.atomic():
            # Behind this lock no two of the same delivery run at once.
            next_numbers(CHANGES, 0)
            if _was_here(connection.id, envelope.delivery_id):
                return Received("duplicate", envelope.delivery_id)
            status = Delivery.Status.IGNORED if words is None else Delivery.Status.DONE
            _keep(connection, envelope, topic, status, now)
            if words:
                apply(words, Surroundings(zone, now, ask_rights))
    except InputError as error:
        return _failed(connection, envelope, topic, raw, now, error.message)
    return Received(status.value, envelope.delivery_id)


def _read(
    connection: Connection, topic: str, payload: Mapping[str, Any], frame: Frame
) -> Words | None:
    if topic == "eccube/notice":
        return None
    if connection.kind == Connection.Kind.SHOPIFY:
        return shopify.read(topic, payload, frame)
    return generic.read(topic, payload, frame)


def _keep(
    connection: Connection,
    envelope: Envelope,
    topic: str,
    status: Delivery.Status,
    now: datetime,
    *,
    error: Text | None = None,
    payload: str = "",
) -> None:
    if topic == "eccube/notice":
        error = _NOTICE
    values = {
        "topic": topic,
        "status": status,
        "error": error.as_json() if error else {},
        "payload": payload,
        "received_at": now,
    }
    whose = {"connection_id": connection.id, "delivery_id": envelope.delivery_id}
    if not Delivery.objects.filter(**whose).update(**values):
        Delivery.objects.create(**whose, **values)
    connections.note_received(connection.id, now, error if payload else None)


def _failed(
    connection: Connection,
    envelope: Envelope,
    topic: str,
    raw: bytes,
    now: datetime,
    reason: Text,
) -> Received:
    """Keep what could not be used, so that nothing that was acknowledged is lost."""
    kept = seal(raw.decode("utf-8", "replace"))
    with transaction.atomic():
        next_numbers(CHANGES, 0)
        if not _was_here(connection.id, envelope.delivery_id):
            failed = Delivery.Status.FAILED
            _keep(connection, envelope, topic, failed, now, error=reason, payload=kept)
    return Received("failed", envelope.delivery_id, reason)


def parse_json(raw: bytes) -> dict[str, Any]:
    """Read a JSON object: whole numbers of any size stay whole, others are Decimals, never floats.

    A list (EC-CUBE's notices) becomes {"items": [...]}. Letters no database can hold are taken out.
    """
    try:
        text = raw.decode("utf-8-sig")
        found = json.loads(text, parse_float=_decimal, parse_constant=_refuse)
        found = _storable(found) if "\\u0000" in text or "\\ud" in text.lower() else found
    except (ValueError, RecursionError, ArithmeticError):
        raise InputError(_NOT_JSON) from None
    if isinstance(found, list):
        return {"items": found}
    if not isinstance(found, dict):
        raise InputError(_NOT_JSON)
    return found


def _decimal(text: str) -> Decimal:
    if len(text) > 100:
        raise ValueError
    return Decimal(text)


def _refuse(name: str) -> None:
    raise ValueError(name)


def _storable(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_storable(one) for one in value]
    if isinstance(value, dict):
        return {_storable(name): _storable(one) for name, one in value.items()}
    return value
