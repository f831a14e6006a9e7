"""The end of being written to: at once, for good, as often as it is asked."""

from datetime import datetime

from django.db import transaction

from okaeri.customers import api as customers
from okaeri.customers.types import ConsentAction, ConsentBasis
from okaeri.deliver.domain.address import mask_address
from okaeri.deliver.domain.token import message_id_in, token_is_genuine
from okaeri.deliver.models import Message
from okaeri.deliver.store import locks, outbox, receipts, views
from okaeri.deliver.types import MessageNotFoundError, UnsubscribeView
from okaeri.foundation.text import Text

WITHDRAWN = "withdrawn"
_NO_SUCH_LINK = Text(
    "このリンクは正しくありません。メールのリンクをもう一度開いてください。",
    "This link is not complete; please open it from the mail again.",
)


def find_unsubscribe(token: str, secret: str) -> UnsubscribeView | None:
    """Look at what a link would end, without ending it; None for a link we did not make."""
    message = _message_of(token, secret)
    return None if message is None else _view(message, secret, is_done=_is_done(message))


def unsubscribe(token: str, secret: str, now: datetime, *, one_click: bool) -> UnsubscribeView:
    """Withdraw consent on the message's channel and call back what is still here.

    The second time changes nothing and says "done". Raises MessageNotFoundError for a foreign link.
    """
    message = _message_of(token, secret)
    if message is None:
        raise MessageNotFoundError(_NO_SUCH_LINK)
    source = "one_click" if one_click else "preference_page"
    ids = customers.ids_of(message.customer_id) or (message.customer_id,)
    with transaction.atomic():
        # 1. A claim that is deciding about this person ends first; the next one waits for us.
        locks.lock_people(ids)
        # 2. The ledger. After this commit no claim finds consent.
        if not _is_done(message):
            customers.record_consent(
                message.customer_id,
                channel=message.channel,
                action=ConsentAction.WITHDRAWN,
                basis=ConsentBasis.OPT_IN,
                source=source,
                proof={"message_id": message.id, "message_key": message.key},
                occurred_at=now,
            )
        # 3. What was planned, rendered, or claimed and not begun is called back.
        for number in ids:
            outbox.withdraw_marketing_of(number, message.channel, "unsubscribed", now)
        receipts.record(message.id, "unsubscribed", now, {"source": source})
    return _view(message, secret, is_done=True)


def _message_of(token: str, secret: str) -> Message | None:
    number = message_id_in(token)
    message = None if number is None else views.find_message(number)
    if message is None:
        return None
    genuine = token_is_genuine(token, secret, message.id, message.key, message.customer_id)
    return message if genuine else None


def _is_done(message: Message) -> bool:
    points = customers.list_contact_points([message.customer_id], message.channel)
    point = points.get(message.customer_id)
    return point is None or point.consent == WITHDRAWN


def _view(message: Message, secret: str, *, is_done: bool) -> UnsubscribeView:
    return UnsubscribeView(
        masked_address=mask_address(message.address),
        channel=message.channel,
        is_done=is_done,
        preferences_path=customers.preference_link(message.customer_id, "", secret),
    )
