"""What keeps messages from leaving: a person's pause, and a channel's rest after a failure."""

from datetime import datetime

from django.db import transaction

from okaeri.deliver.domain.retry import channel_pause
from okaeri.deliver.models import Brake
from okaeri.deliver.store.locks import own_sending
from okaeri.deliver.types import SendingState
from okaeri.foundation.text import Text

SENDING = "sending"
_FREE = SendingState(is_paused=False, why=None, since=None, until=None)


def pull(why: Text, now: datetime) -> None:
    """Stop all sending until `release`; after the commit nothing new is claimed."""
    with transaction.atomic():
        own_sending()
        Brake.objects.update_or_create(
            name=SENDING,
            defaults={"is_on": True, "until": None, "why": why.as_json(), "since": now},
        )


def release(now: datetime) -> None:
    """Let messages leave again and forget the rest of every channel."""
    with transaction.atomic():
        Brake.objects.update(is_on=False, until=None, failures_in_a_row=0, why={}, since=now)


def rest(channel: str, why: Text, now: datetime) -> datetime:
    """Give a channel a rest that grows with each failure in a row; gives its end."""
    with transaction.atomic():
        brake, _ = Brake.objects.select_for_update().get_or_create(name=channel)
        brake.failures_in_a_row += 1
        brake.is_on, brake.why = True, why.as_json()
        brake.since = brake.since if brake.failures_in_a_row > 1 else now
        brake.until = now + channel_pause(brake.failures_in_a_row)
        brake.save()
    return brake.until


def record_contact(channel: str) -> None:
    """Forget the failures of a channel that has just answered."""
    Brake.objects.filter(name=channel, failures_in_a_row__gt=0).update(
        is_on=False, until=None, failures_in_a_row=0, why={}, since=None
    )


def find_state(name: str, now: datetime) -> SendingState:
    """Tell whether this brake holds at `now`."""
    brake = Brake.objects.filter(name=name, is_on=True).first()
    if brake is None or (brake.until is not None and brake.until <= now):
        return _FREE
    why = Text.from_json(brake.why) if brake.why else None
    return SendingState(is_paused=True, why=why, since=brake.since, until=brake.until)


def list_resting_channels(now: datetime) -> dict[str, SendingState]:
    """Give the channels that are resting at `now`, by name."""
    names = Brake.objects.filter(is_on=True, until__gt=now).exclude(name=SENDING)
    return {name: find_state(name, now) for name in names.values_list("name", flat=True)}
