"""The number on a person's membership card: for a QR code, a till's member code, or to be read out."""

import re
import unicodedata

from okaeri.foundation.ids import sign

_CARD = re.compile(r"OKR[0-9]{12,20}")
_SPACES = re.compile(r"[\s\-‐‑–—−]+")
_CHECKS = 10_000


def card_code(customer_id: int, secret: str) -> str:
    """Give OKR, the person's number in eight digits or more, and four digits nobody can guess.

    >>> card_code(12, "s")[:11]
    'OKR00000012'
    """
    check = int(sign(secret, "card", customer_id), 16) % _CHECKS
    return f"OKR{customer_id:08d}{check:04d}"


def read_card(text: str) -> str:
    """Give the code in what a scanner or a person typed, "" where there is none.

    >>> read_card("ｏｋｒ 0000-0012-3456")
    'OKR000000123456'
    """
    code = _SPACES.sub("", unicodedata.normalize("NFKC", text)).upper()
    return code if _CARD.fullmatch(code) else ""


def card_key(code: str) -> str:
    """Give the value of the identity key of a card: the same whichever till or cart names it."""
    return f"card:{code}"


def in_groups(code: str) -> str:
    """Give a code as people read it: OKR 0000 0012 3456; "" stays."""
    if not code:
        return ""
    digits = code[3:]
    return " ".join(["OKR", *(digits[i : i + 4] for i in range(0, len(digits), 4))])
