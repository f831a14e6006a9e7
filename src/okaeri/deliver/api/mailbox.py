"""The local mailbox, which holds what would have gone out by mail."""

from collections.abc import Sequence

from django.conf import settings

from okaeri.deliver.channels.email.mailbox import MailboxTransport
from okaeri.deliver.store import rights
from okaeri.deliver.types import Mail, MessageNotFoundError
from okaeri.foundation.text import Text

_NO_MAIL = Text("メール {id} は見つかりません。", "There is no mail {id}.")


def list_mails(offset: int = 0, limit: int = 50) -> tuple[list[Mail], int]:
    """Give mails of the local mailbox, newest first, and how many there are."""
    return _mailbox().list(offset, limit)


def get_mail(message_id: int) -> Mail:
    """Give one mail of the local mailbox or raise MessageNotFoundError."""
    mail = _mailbox().find(message_id)
    if mail is None:
        raise MessageNotFoundError(_NO_MAIL.format(id=message_id))
    return mail


def erase_mails(customer_ids: Sequence[int], addresses: Sequence[str]) -> int:
    """Remove a person's mails from the local mailbox, which no transaction covers."""
    return _mailbox().erase(rights.ids_of(customer_ids), addresses)


def _mailbox() -> MailboxTransport:
    return MailboxTransport(settings.OKAERI.data_dir / "mailbox.db")
