"""The claimed batch leaves: phases before, outcomes after, nothing twice and nothing lost.

What a crash leaves behind, step by step:
1. Before the gate the row is claimed with phase "". Nothing left: it goes back in line.
2. The gate commits phase "data_sent" for exactly the message whose body is sent next. From here the
   far side may have it. A crash: asked where it can be asked (the local mailbox), otherwise unknown.
3. The outcome is committed with the gate of the following message (one commit per message, two
   steps in it), or at once when the far side is slow. A crash in between leaves one message per
   worker unknown although its outcome had been heard: never two, and never a second copy.
Every write is conditional on the row still being claimed by this worker, so a withdrawal that came
first wins, and a worker that was thought dead cannot overwrite what was decided without it.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from time import monotonic

from django.conf import settings
from django.db import transaction

from okaeri.customers import api as customers
from okaeri.deliver.actions import high_water
from okaeri.deliver.actions.claiming import (
    LEASE,
    anybody_may_be_sold_to,
    claim_due,
    nobody_is_followed,
    wall_clock,
)
from okaeri.deliver.actions.tracking import track
from okaeri.deliver.domain.retry import message_pause
from okaeri.deliver.models import Message
from okaeri.deliver.store import brakes, claims
from okaeri.deliver.types import (
    Accepted,
    Channel,
    InFollow,
    Links,
    NoSellingTo,
    Outcome,
    Outgoing,
    Rejected,
    Unknown,
    Unreachable,
)
from okaeri.foundation import clock
from okaeri.foundation.text import Text

log = logging.getLogger(__name__)
Status = Message.Status
# A far side slower than this is worth a commit of its own for each outcome.
_SLOW_SECONDS = 0.05
_RENEW_SECONDS = 60.0
_REPLY_LENGTH = 255
_BROKEN = Text(
    "送信の処理が思わぬエラーで止まりました。サーバーの記録を確認してください。",
    "Sending stopped on an unexpected error; see the server's log.",
)


def send_due(
    channel: Channel,
    worker: str,
    links: Links,
    now: datetime,
    no_selling_to: NoSellingTo = anybody_may_be_sold_to,
    in_follow: InFollow = nobody_is_followed,
) -> int:
    """Claim and send one batch; gives how many messages were sent, held or ended."""
    if brakes.find_state(channel.kind, now).is_paused or _is_restored(now):
        return 0
    claim = claim_due(channel.kind, worker, links, now, no_selling_to, in_follow)
    if not claim.outgoing:
        return claim.set_aside
    return claim.set_aside + send_batch(channel, track(claim.outgoing, links), worker, now)


def _is_restored(now: datetime) -> bool:
    """Tell whether the database is older than what was sent, and pull the brake if it is."""
    if not high_water.is_database_older(settings.OKAERI.data_dir):
        return False
    if not brakes.find_state(brakes.SENDING, now).is_paused:
        brakes.pull(high_water.RESTORED, now)
    return True


def send_batch(channel: Channel, batch: Sequence[Outgoing], worker: str, now: datetime) -> int:
    """Send a claimed batch and settle every message; gives how many were settled for good."""
    book = BatchBook(channel.kind, batch, worker, now)
    try:
        for message_id, outcome in channel.send_batch(list(batch), book.open_gate):
            book.record(message_id, outcome)
    except Exception:
        log.exception("channel %s broke off", channel.kind)
        book.break_off()
        raise
    book.close()
    return book.settled


class BatchBook:
    """What is known of one claimed batch while it leaves; writes it down in few commits."""

    def __init__(self, channel: str, batch: Sequence[Outgoing], worker: str, now: datetime) -> None:
        self._channel = channel
        self._by_id = {message.message_id: message for message in batch}
        self._left = set(self._by_id)
        self._begun: set[int] = set()
        self._heard: dict[int, Outcome] = {}
        self._worker = worker
        self._now = now
        self._committed_at = self._renewed_at = monotonic()
        self._has_contact = self._is_noted = False
        self.settled = 0

    def open_gate(self, ids: Sequence[int], phase: str) -> set[int]:
        """Commit what was heard so far together with the phase that begins for `ids`."""
        with transaction.atomic():
            self._write_heard()
            allowed = claims.mark_phase(ids, phase, self._worker)
            if monotonic() - self._renewed_at > _RENEW_SECONDS:
                claims.renew_lease(self._left, self._worker, wall_clock() + LEASE)
                self._renewed_at = monotonic()
        self._begun |= allowed
        if allowed and not self._is_noted:
            high_water.note(settings.OKAERI.data_dir, max(allowed))
            self._is_noted = True
        # Not allowed: withdrawn meanwhile. The row already says why; it is no longer ours.
        self._left -= set(ids) - allowed
        self._forget_heard()
        return allowed

    def record(self, message_id: int, outcome: Outcome) -> None:
        """Note one outcome; committed at once where commits are cheap beside the far side."""
        self._heard[message_id] = outcome
        if monotonic() - self._committed_at > _SLOW_SECONDS:
            self._flush()

    def close(self) -> None:
        """Write the rest; what the channel said nothing about did not begin and goes back."""
        self._flush()
        if self._left:
            claims.put_back(sorted(self._left), self._worker, None, {})

    def break_off(self) -> None:
        """The channel failed in an unforeseen way: what had begun is unknown, the rest goes back."""
        for message_id in self._left & self._begun - set(self._heard):
            self._heard[message_id] = Unknown("channel broke off")
        for message_id in self._left - set(self._heard):
            self._heard[message_id] = Unreachable(_BROKEN)
        self._flush()

    def _flush(self) -> None:
        with transaction.atomic():
            self._write_heard()
        self._forget_heard()

    def _forget_heard(self) -> None:
        self._committed_at = monotonic()
        self._left -= set(self._heard)
        self._heard = {}

    def _write_heard(self) -> None:
        accepted: dict[str, list[int]] = {}
        unreachable = None
        for message_id, outcome in self._heard.items():
            if isinstance(outcome, Accepted):
                accepted.setdefault(outcome.reply[:_REPLY_LENGTH], []).append(message_id)
            elif isinstance(outcome, Unreachable):
                unreachable = outcome.reason
                reason = {"code": "channel_unreachable", "detail": outcome.reason.as_json()}
                claims.put_back([message_id], self._worker, None, reason)
            else:
                self._write_failure(message_id, outcome)
        for reply, ids in accepted.items():
            self.settled += claims.settle(
                ids,
                self._worker,
                status=Status.ACCEPTED,
                transport_reply=reply,
                settled_at=clock.now(),
            )
        self._write_brake(unreachable, has_answered=bool(self._heard) and unreachable is None)

    def _write_brake(self, unreachable: Text | None, *, has_answered: bool) -> None:
        if unreachable is not None:
            brakes.rest(self._channel, unreachable, self._now)
        elif has_answered and not self._has_contact:
            brakes.record_contact(self._channel)
            self._has_contact = True

    def _write_failure(self, message_id: int, outcome: Rejected | Unknown) -> None:
        if isinstance(outcome, Unknown):
            self.settled += claims.settle(
                [message_id],
                self._worker,
                status=Status.UNKNOWN,
                reason={"code": "connection_lost"},
                transport_reply=outcome.reason[:_REPLY_LENGTH],
                settled_at=clock.now(),
            )
            return
        reply = outcome.reason[:_REPLY_LENGTH]
        if not outcome.permanent:
            self._put_back_later(message_id, reply)
            return
        code = "address_dead" if outcome.is_address_dead else "rejected"
        self.settled += claims.settle(
            [message_id],
            self._worker,
            status=Status.REJECTED,
            reason={"code": code, "reply": reply},
            transport_reply=reply,
            settled_at=clock.now(),
        )
        if outcome.is_address_dead:
            address = self._by_id[message_id].address
            customers.suppress(self._channel, address, "user_unknown", clock.now())

    def _put_back_later(self, message_id: int, reply: str) -> None:
        attempts = claims.attempts_of(message_id)
        reason = {"code": "retry_later", "reply": reply}
        due_at = self._now + message_pause(attempts)
        claims.put_back([message_id], self._worker, due_at, reason)
