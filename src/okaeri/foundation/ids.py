"""Keys that are the same wherever they are computed, and tokens that nobody can guess."""

import hashlib
import hmac
import re
import secrets

BUCKET_DIGITS = 8
BUCKETS = 16**BUCKET_DIGITS


def bucket_digits(salt: str, subject: int | str) -> str:
    """Give the first eight hex digits of sha256(salt + ":" + subject).

    The portable expression in a feature is
    `(salt + ":" + id).hexdigest("sha256").substr(0, 8)`: the same text on every engine.
    """
    return hashlib.sha256(f"{salt}:{subject}".encode()).hexdigest()[:BUCKET_DIGITS]


def share_threshold(share: float) -> str:
    """Give the hex text below which a share of all subjects falls (0.1 → '19999999')."""
    return format(min(int(share * BUCKETS), BUCKETS - 1), f"0{BUCKET_DIGITS}x")


def falls_in_share(salt: str, subject: int | str, share: float) -> bool:
    """Tell whether `subject` is among the `share` (0..1) of all subjects picked by `salt`."""
    return share >= 1 or bucket_digits(salt, subject) < share_threshold(share)


def new_token() -> str:
    """Give a secret of 256 bits that is safe in a URL."""
    return secrets.token_urlsafe(32)


# What makes a link of ours work; a number, a name or a date in front of it says whose it is.
_SIGNATURE = re.compile(r"(?<=[-.])[0-9a-f]{40}(?![0-9A-Za-z])")


def hide_signatures(text: str, instead: str) -> str:
    """Give words in which no signed link works any more: staff may read a letter, not act for its reader."""
    return _SIGNATURE.sub(instead, text)


def sign(secret: str, *parts: str | int) -> str:
    """Give 160 bits of HMAC-SHA256 over `parts`, in hex; compare with `signature_matches`."""
    text = "\x1f".join(str(part) for part in parts)
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()[:40]


def signature_matches(signature: str, secret: str, *parts: str | int) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(signature, sign(secret, *parts))
