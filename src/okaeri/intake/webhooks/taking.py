"""Deliveries into effect, those that came together in one transaction: one row and one effect each.

Many orders cost little more than one, so the words of the whole group are put into effect at once.
Where that fails for something that was sent, each delivery stands behind a savepoint of its own.
"""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import DataError, IntegrityError, transaction

from okaeri.foundation.errors import InputError
from okaeri.foundation.sequences import next_numbers
from okaeri.foundation.settings import ShopProfile, hold, load
from okaeri.foundation.text import Text
from okaeri.intake.applying import AskRights, Surroundings, apply
from okaeri.intake.models import Connection, Delivery
from okaeri.intake.polling.knocking import knock
from okaeri.intake.types import Received
from okaeri.intake.webhooks import connections, eccube, generic, shopify
from okaeri.intake.webhooks.reading import parse_json
from okaeri.intake.webhooks.sealing import seal
from okaeri.intake.webhooks.words import Frame, Words
from okaeri.intake.writing import CHANGES

NOTICE_TOPIC = "eccube/notice"
_NOTICE = Text(
    "EC-CUBE の通知は変更の番号だけを伝えます。内容を読めるように、下の「Web APIで読む」を設定してください。",
    "EC-CUBE's notice tells only which record changed; set up reading by Web API below.",
)
_KNOCKED = Text(
    "変更の知らせを受けたので、すぐに読みに行きます。",
    "Told of a change; it is read at once.",
)
UNREADABLE = Text(
    "届いたデータの形が想定と違い、読めませんでした。内容は暗号化して残してあります。",
    "What arrived has a form nobody foresaw and could not be read; it is kept, encrypted.",
)
# What a payload nobody foresaw may raise below; the database being busy is no fault of a payload.
_UNFORESEEN = (
    ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError, DataError,
    IntegrityError,
)  # fmt: skip
_log = logging.getLogger(__name__)
_Key = tuple[int, str]


class Envelope(NamedTuple):
    """What stands around a delivery: its own id, what it is about, when it was sent."""

    delivery_id: str
    topic: str
    sent_at: datetime


class Arrived(NamedTuple):
    """A delivery that is truly from its source."""

    connection: Connection
    envelope: Envelope
    raw: bytes
    at: datetime
    ask_rights: AskRights | None

    @property
    def key(self) -> _Key:
        return self.connection.id, self.envelope.delivery_id


@dataclass(slots=True)
class _Read:
    """What a delivery says; no words where it is none of our business or cannot be used."""

    one: Arrived
    topic: str
    words: Words | None = None
    error: Text | None = None

    @property
    def status(self) -> Delivery.Status:
        if self.error is not None:
            return Delivery.Status.FAILED
        return Delivery.Status.DONE if self.words is not None else Delivery.Status.IGNORED


def take(group: Sequence[Arrived]) -> list[Received]:
    """Take deliveries in, in the order they came; gives what became of each."""
    with hold(), transaction.atomic():
        # Behind this lock no two of the same delivery run at once.
        next_numbers(CHANGES, 0)
        known = _known(group)
        fresh: dict[_Key, _Read] = {}
        for one in group:
            if one.key not in known and one.key not in fresh:
                fresh[one.key] = _read(one)
        _put_into_effect([read for read in fresh.values() if read.words])
        _keep(list(fresh.values()))
    return [_answer(one, fresh.get(one.key)) for one in group]


def _known(group: Sequence[Arrived]) -> set[_Key]:
    ids = {one.envelope.delivery_id for one in group}
    rows = Delivery.objects.filter(
        connection_id__in={one.connection.id for one in group}, delivery_id__in=ids
    )
    known = rows.exclude(status=Delivery.Status.FAILED)
    return set(known.values_list("connection_id", "delivery_id"))


def _read(one: Arrived) -> _Read:
    read = _Read(one, one.envelope.topic)
    try:
        payload = parse_json(one.raw)
        read.topic = read.topic or str(payload.get("type", ""))[:60]
        shop = load(ShopProfile)
        zone = shop.zone
        sent_at = one.envelope.sent_at
        frame = Frame(one.connection.source, shop.currency, zone, one.at, sent_at)
        read.words = _words(one.connection, read.topic, payload, frame)
    except InputError as error:
        read.error = error.message
    except _UNFORESEEN as error:
        read.error = _unforeseen(read, error)
    return read


def _unforeseen(read: _Read, error: Exception) -> Text:
    """Note a fault of ours by its kind alone: the message may hold what was sent."""
    _log.error("a delivery of %s raised %s", read.topic, type(error).__name__)
    return UNREADABLE


def _words(
    connection: Connection, topic: str, payload: Mapping[str, Any], frame: Frame
) -> Words | None:
    if topic == NOTICE_TOPIC:
        return None
    if connection.kind == Connection.Kind.SHOPIFY:
        return shopify.read(topic, payload, frame)
    if topic in eccube.FIELDS:
        return eccube.read(topic, payload, frame)
    return generic.read(topic, payload, frame)


def _put_into_effect(reads: Sequence[_Read]) -> None:
    """Apply all at once, or one by one where one of them cannot be stored."""
    if len({read.one.ask_rights for read in reads}) == 1:
        try:
            words = [word for read in reads for word in read.words or ()]
            _apply(words, reads[-1].one)
        except (InputError, *_UNFORESEEN):
            pass
        else:
            return
    for read in reads:
        try:
            _apply(read.words or (), read.one)
        except InputError as error:
            read.error = error.message
        except _UNFORESEEN as error:
            read.error = _unforeseen(read, error)


def _apply(words: Words, one: Arrived) -> None:
    zone = load(ShopProfile).zone
    with transaction.atomic():
        apply(words, Surroundings(zone, one.at, one.ask_rights))


def _keep(reads: Sequence[_Read]) -> None:
    """Write the rows; what could not be used is kept, so that nothing acknowledged is lost."""
    told = {read.one.connection.id: read.one.at for read in reads if read.topic == NOTICE_TOPIC}
    asked = {connection_id for connection_id, at in told.items() if knock(connection_id, at)}
    Delivery.objects.bulk_create(
        [_row(read, asked) for read in reads],
        update_conflicts=True,
        unique_fields=["connection", "delivery_id"],
        update_fields=["topic", "status", "error", "payload", "received_at"],
    )
    for read in {read.one.connection.id: read for read in reads}.values():
        connections.note_received(read.one.connection.id, read.one.at, read.error)


def _row(read: _Read, asked: Collection[int]) -> Delivery:
    error = read.error
    if read.topic == NOTICE_TOPIC:
        error = _KNOCKED if read.one.connection.id in asked else _NOTICE
    is_failed = read.status == Delivery.Status.FAILED
    return Delivery(
        connection_id=read.one.connection.id,
        delivery_id=read.one.envelope.delivery_id,
        topic=read.topic,
        status=read.status,
        error=error.as_json() if error else {},
        payload=seal(read.one.raw.decode("utf-8", "replace")) if is_failed else "",
        received_at=read.one.at,
    )


def _answer(one: Arrived, read: _Read | None) -> Received:
    delivery_id = one.envelope.delivery_id
    if read is not None and read.error is not None:
        return Received("failed", delivery_id, read.error)
    if read is None or read.one is not one:
        return Received("duplicate", delivery_id)
    return Received(read.status.value, delivery_id)
