"""Signed words that name a message, prove we made it, and hold no address: in links and Message-IDs."""

import hmac
import re

from okaeri.foundation.ids import sign, signature_matches

_PURPOSE = "unsubscribe"
_MARK = "message"
_MARKS = re.compile(r"<([0-9]{1,18}\.[0-9a-f]{32})@")


def unsubscribe_token(secret: str, message_id: int, key: str, customer_id: int) -> str:
    """Give the token of one message: its number and 160 bits of HMAC over number, key and person."""
    return f"{message_id}-{sign(secret, _PURPOSE, message_id, key, customer_id)}"


def message_id_in(token: str) -> int | None:
    """Read the message number a token claims to speak for; None when it is no token at all."""
    number, dash, signature = token.partition("-")
    if not dash or not signature or not (number.isascii() and number.isdigit()) or len(number) > 18:
        return None
    return int(number)


def token_is_genuine(token: str, secret: str, message_id: int, key: str, customer_id: int) -> bool:
    """Tell whether we made `token` for this message; compares in constant time."""
    signature = token.partition("-")[2]
    if not signature.isascii():
        return False
    return signature_matches(signature, secret, _PURPOSE, message_id, key, customer_id)


def unsubscribe_url(base_url: str, token: str) -> str:
    """Give the page a person opens; opening it changes nothing."""
    return f"{base_url}/u/{token}/"


def one_click_url(base_url: str, token: str) -> str:
    """Give the address mailbox providers POST to (RFC 8058)."""
    return f"{base_url}/u/{token}/one-click/"


def message_mark(secret: str, message_id: int, key: str) -> str:
    """Give what stands before the @ of a Message-ID: the number and 128 bits of HMAC over number and key.

    The same at every attempt, so that a copy is recognised as one.
    """
    return f"{message_id}.{sign(secret, _MARK, message_id, key)[:32]}"


def marks_in(message_ids: str) -> tuple[str, ...]:
    """Read the marks from a Message-ID header; nothing from one that is not ours."""
    return tuple(dict.fromkeys(_MARKS.findall(message_ids)))


def message_id_in_mark(mark: str) -> int | None:
    """Read the message number a mark claims to speak for; None when it is no mark."""
    number, dot, _ = mark.partition(".")
    is_number = number.isascii() and number.isdigit() and len(number) <= 18
    return int(number) if dot and is_number else None


def mark_is_genuine(mark: str, secret: str, message_id: int, key: str) -> bool:
    """Tell whether we made `mark` for this message; compares in constant time."""
    return hmac.compare_digest(mark, message_mark(secret, message_id, key))
