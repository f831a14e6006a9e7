"""What became of messages after they left, and trying again what nobody knows."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings

from okaeri.deliver.actions import bouncing, receiving
from okaeri.deliver.store import receipts
from okaeri.deliver.types import BounceCounts, ConfirmationError
from okaeri.foundation.text import Text

_OTHER_NUMBER = Text(
    "不明のままのメッセージの数が、確認した {n} 通から変わりました。もう一度確認してください。",
    "The number of unknown messages is no longer the {n} you confirmed; please look again.",
)


def record_event(
    message_id: int,
    kind: str,
    occurred_at: datetime,
    detail: Mapping[str, Any] | None = None,
) -> bool:
    """Note that a message was delivered, opened, clicked, bounced or complained about.

    Gives whether it was news; an event settles a message that was unknown.
    """
    return receiving.record_event(message_id, kind, occurred_at, detail or {})


def record_reports(files: Iterable[bytes], now: datetime) -> BounceCounts:
    """Take in bounces and complaints as mail servers send them (RFC 3464, RFC 5965), or mboxes of them.

    Matched by the signed Message-ID that comes back; the same report again changes nothing.
    """
    return bouncing.take_reports(files, settings.OKAERI.secret_key, now)


def retry_unknown(source_kind: str, source_id: int, *, confirmed: int, now: datetime) -> int:
    """Send all unknown messages of a source again; some people may get them a second time.

    `confirmed` is the number a person saw and agreed to; another number raises ConfirmationError.
    """
    count = receipts.send_unknown_again(source_kind, source_id, confirmed, now)
    if count is None:
        raise ConfirmationError(_OTHER_NUMBER.format(n=confirmed))
    return count
