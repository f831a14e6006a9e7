"""Signed links: who is asked what about what, readable by us alone to change, without any address."""

import re
from dataclasses import dataclass

from okaeri.foundation.ids import sign, signature_matches

# Letters that need no escaping in a path; a dot separates the parts of a token.
_KEY = re.compile(r"[a-z0-9_-]{1,40}", re.ASCII)
_SUBJECT = re.compile(r"[A-Za-z0-9:_-]{0,60}", re.ASCII)
_NUMBER = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)
# A signature for one purpose is worth nothing for another.
_PURPOSE = "listen.question"


@dataclass(frozen=True, slots=True)
class Invitation:
    """One customer asked one question about one subject ("order:12", or "" for nothing particular)."""

    customer_id: int
    question_key: str
    subject: str = ""

    def __post_init__(self) -> None:
        if not _KEY.fullmatch(self.question_key) or not _SUBJECT.fullmatch(self.subject):
            raise ValueError(f"not fit for a link: {self.question_key!r}, {self.subject!r}")


def make_token(invitation: Invitation, secret: str) -> str:
    """Give `customer.question.subject.signature`."""
    parts = (invitation.customer_id, invitation.question_key, invitation.subject)
    return ".".join([*map(str, parts), sign(secret, _PURPOSE, *parts)])


def make_link(invitation: Invitation, base_url: str, secret: str) -> str:
    """Give the address of the question's page; opening it records nothing."""
    return f"{base_url.rstrip('/')}/q/{make_token(invitation, secret)}/"


def read_token(token: str, secret: str) -> Invitation | None:
    """Give what a token says, None where we did not sign it."""
    parts = token.split(".")
    if len(parts) != 4 or not token.isascii():
        return None
    customer, key, subject, signature = parts
    if not (_NUMBER.fullmatch(customer) and _KEY.fullmatch(key) and _SUBJECT.fullmatch(subject)):
        return None
    if not signature_matches(signature, secret, _PURPOSE, customer, key, subject):
        return None
    return Invitation(int(customer), key, subject)
