"""What links and pictures in mails do; none is believed that we did not sign."""

from datetime import datetime

from django.conf import settings

from okaeri.deliver.actions import tracking, unsubscribing
from okaeri.deliver.tracking_types import Followed
from okaeri.deliver.types import UnsubscribeView
from okaeri.intake.types import PartyIn


def find_unsubscribe(token: str) -> UnsubscribeView | None:
    """Look at what a link would end; changes nothing. None for a link we did not make."""
    return unsubscribing.find_unsubscribe(token, settings.SECRET_KEY)


def unsubscribe(token: str, now: datetime, *, one_click: bool) -> UnsubscribeView:
    """Stop marketing to this person on this channel at once; the second time says the same.

    Raises MessageNotFoundError for a link we did not make.
    """
    return unsubscribing.unsubscribe(token, settings.SECRET_KEY, now, one_click=one_click)


def follow(token: str, now: datetime, *, agent: str, method: str) -> Followed | None:
    """Give where a tracked link leads and note the press; None for a link we did not make.

    `agent` and `method` are the request's; they tell people from machines.
    """
    return tracking.follow(token, settings.SECRET_KEY, agent=agent, method=method, now=now)


def record_open(token: str, now: datetime, *, agent: str, method: str) -> bool:
    """Note that a mail's picture was fetched; False for a picture we did not make."""
    return tracking.record_open(token, settings.SECRET_KEY, agent=agent, method=method, now=now)


def find_addressee(landing_token: str, now: datetime) -> PartyIn | None:
    """Give whose mail a visitor of the shop's pages came from; None for a bad or old token."""
    return tracking.find_addressee(landing_token, settings.SECRET_KEY, now)
