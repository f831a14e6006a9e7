"""Signed words of the shop's forms, and the mark of who sends them."""

from datetime import datetime

from django.conf import settings

from okaeri.intake.domain import form_links


def shown_token(form_key: str, version: int, now: datetime) -> str:
    """Give the signed word a shown form carries: which version, and when it was shown."""
    return form_links.shown_token(settings.SECRET_KEY, form_key, version, now)


def read_shown(token: str, form_key: str) -> form_links.Shown | None:
    """Read such a word; None where we did not write it for this form."""
    return form_links.read_shown(token, settings.SECRET_KEY, form_key)


def mark_of_request(address: str) -> str:
    """Give a keyed hash of a network address: enough to count by, nothing to look up."""
    return form_links.mark_of(settings.SECRET_KEY, "address", address)
