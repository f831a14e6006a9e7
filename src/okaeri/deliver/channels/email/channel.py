"""The e-mail channel: composes a batch and hands it to its transport."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.conf import settings

from okaeri.deliver.channels.email.compose import compose, letterhead
from okaeri.deliver.channels.email.headers import clean
from okaeri.deliver.channels.email.transport import Envelope, Transport
from okaeri.deliver.types import Gate, Outcome, Outgoing, Rejected
from okaeri.foundation import clock
from okaeri.foundation.settings import ShopProfile, load


class EmailChannel:
    """E-mail over whatever transport it is given; the sender comes from the shop's settings."""

    kind = "email"

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def send_batch(self, batch: list[Outgoing], on_phase: Gate) -> Iterator[tuple[int, Outcome]]:
        """Send each message once and give its outcome as soon as it is known."""
        now = clock.now()
        head = letterhead(load(ShopProfile), now, settings.OKAERI.secret_key)
        mails = []
        for message in batch:
            composed = compose(message, head)
            if composed is None:
                yield message.message_id, Rejected("address cannot be written to", permanent=True)
                continue
            mails.append(
                _envelope(message, head.envelope_from, composed.recipient, composed.raw, now)
            )
        yield from self._transport.carry(mails, on_phase)

    def find_accepted(self, keys: Sequence[str]) -> set[str] | None:
        """Which of these keys the transport has; None when it cannot be asked."""
        return self._transport.find_accepted(keys)


def _envelope(
    message: Outgoing, sender: str, recipient: str, raw: bytes, now: datetime
) -> Envelope:
    return Envelope(
        message_id=message.message_id,
        key=message.key,
        sender=sender,
        recipient=recipient,
        subject=clean(message.subject),
        raw=raw,
        sent_at=now,
    )
