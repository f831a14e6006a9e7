"""News about messages that left: delivered, opened, clicked, bounced, complained."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from okaeri.customers import api as customers
from okaeri.deliver.models import Message
from okaeri.deliver.store import outbox, receipts, views
from okaeri.deliver.types import MessageNotFoundError
from okaeri.foundation.text import Text

# A machine that looks into a mail proves as well as a person that it arrived.
_ARRIVED = (
    "delivered", "opened", "clicked", "machine_opened", "machine_clicked", "complained",
    "unsubscribed",
)  # fmt: skip
_NO_MESSAGE = Text("メッセージ {id} は見つかりません。", "There is no message {id}.")


def get_row(message_id: int) -> Message:
    """Give one message or raise MessageNotFoundError."""
    message = views.find_message(message_id)
    if message is None:
        raise MessageNotFoundError(_NO_MESSAGE.format(id=message_id))
    return message


def record_event(
    message_id: int, kind: str, occurred_at: datetime, detail: Mapping[str, Any]
) -> bool:
    """Note an event once; it may settle an unknown message and end writing to an address."""
    message = get_row(message_id)
    with transaction.atomic():
        if not receipts.record(message_id, kind, occurred_at, detail):
            return False
        if kind in _ARRIVED:
            receipts.resolve_unknown(message_id, Message.Status.ACCEPTED, {}, occurred_at)
        elif kind == "bounced":
            reason = {"code": "bounced"}
            receipts.resolve_unknown(message_id, Message.Status.REJECTED, reason, occurred_at)
        if kind == "complained":
            customers.suppress(message.channel, message.address, "complaint", occurred_at)
            for number in customers.ids_of(message.customer_id) or (message.customer_id,):
                outbox.withdraw_marketing_of(
                    number, message.channel, "address_suppressed", occurred_at
                )
    return True
