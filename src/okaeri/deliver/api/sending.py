"""Whether anything may leave at all: paused by a person, resting after failures."""

from datetime import datetime

from django.conf import settings

from okaeri.deliver.actions import high_water
from okaeri.deliver.store import brakes
from okaeri.deliver.types import SendingState
from okaeri.foundation import clock
from okaeri.foundation.text import Text

_PAUSED_BY_STAFF = Text("担当者が送信を止めています。", "Sending was paused by a person.")


def pause_sending(why: Text = _PAUSED_BY_STAFF, *, now: datetime | None = None) -> None:
    """Stop all sending; once this returns nothing more is claimed."""
    brakes.pull(why, now or clock.now())


def resume_sending(*, now: datetime | None = None) -> None:
    """Send again, and let resting channels try at once; a person has looked at what was restored."""
    high_water.forget(settings.OKAERI.data_dir)
    brakes.release(now or clock.now())


def is_paused(*, now: datetime | None = None) -> bool:
    """Tell whether a person or a guard stopped all sending."""
    return brakes.find_state(brakes.SENDING, now or clock.now()).is_paused


def sending_state(*, now: datetime | None = None) -> SendingState:
    """Tell whether all sending is paused, and why."""
    return brakes.find_state(brakes.SENDING, now or clock.now())


def resting_channels(*, now: datetime | None = None) -> dict[str, SendingState]:
    """Give the channels whose far side did not answer: why, since when, until when."""
    return brakes.list_resting_channels(now or clock.now())
