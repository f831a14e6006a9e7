"""Signed words of forms: the page that was shown, the link in a mail, the file that is handed out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from okaeri.foundation.ids import sign, signature_matches

_SHOWN, _CONFIRM, _FILE, _MARK = "form shown", "form confirm", "form file", "form mark"
# A page may lie open this long before it is sent.
OPEN_AT_MOST = timedelta(hours=12)
Check = Callable[[str, str, int, str], bool]


@dataclass(frozen=True, slots=True)
class Shown:
    """A form as it was shown: which, at which version, when, to which page."""

    version: int
    at: datetime


def shown_token(secret: str, form_key: str, version: int, now: datetime) -> str:
    """Give the word a form carries instead of a cookie: its version and when it was shown."""
    stamp = int(now.timestamp())
    return f"{version}.{stamp}.{sign(secret, _SHOWN, form_key, version, stamp)}"


def read_shown(token: str, secret: str, form_key: str) -> Shown | None:
    """Give what a form's word says; None where we never wrote it."""
    parts = token.split(".")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts[:2]):
        return None
    version, stamp = int(parts[0]), int(parts[1])
    if stamp > 2**33 or version > 2**31 or not parts[2].isascii():
        return None
    if not signature_matches(parts[2], secret, _SHOWN, form_key, version, stamp):
        return None
    return Shown(version, datetime.fromtimestamp(stamp, UTC))


def confirm_token(secret: str, entry_id: int, entry_token: str) -> str:
    """Give the word in a confirmation link: the entry's number and a signature over its own secret."""
    return f"{entry_id}-{sign(secret, _CONFIRM, entry_id, entry_token)}"


def file_token(secret: str, entry_id: int, entry_token: str) -> str:
    """Give the word in a link to a file."""
    return f"{entry_id}-{sign(secret, _FILE, entry_id, entry_token)}"


def entry_id_in(token: str) -> int | None:
    """Read the number a word claims to speak for; None when it is no such word at all."""
    number, dash, signature = token.partition("-")
    is_number = number.isascii() and number.isdigit() and len(number) < 19
    return int(number) if dash and signature and is_number else None


def is_confirm_token(token: str, secret: str, entry_id: int, entry_token: str) -> bool:
    """Tell whether we made this confirmation link for this entry."""
    return _matches(token, secret, _CONFIRM, entry_id, entry_token)


def is_file_token(token: str, secret: str, entry_id: int, entry_token: str) -> bool:
    """Tell whether we made this link to a file for this entry."""
    return _matches(token, secret, _FILE, entry_id, entry_token)


def _matches(token: str, secret: str, purpose: str, entry_id: int, entry_token: str) -> bool:
    signature = token.partition("-")[2]
    return signature.isascii() and signature_matches(
        signature, secret, purpose, entry_id, entry_token
    )


def mark_of(secret: str, kind: str, value: str) -> str:
    """Give a keyed hash by which two values are seen to be the same and nothing more; "" for ""."""
    return sign(secret, _MARK, kind, value) if value else ""
