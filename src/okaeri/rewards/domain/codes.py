"""Coupon codes: 15 letters nobody can guess and one that finds slips of the pen.

The alphabet has 31 signs (a prime number), without those that look alike (0 O, 1 I L). 31^15 is 2^74:
with a million live coupons and 5.3e9 guesses a year the chance of one hit is 2e-7.
"""

import hashlib
import hmac
import secrets
import unicodedata

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LETTERS = 15
_BASE = len(ALPHABET)
_SPACES = str.maketrans("", "", " \t\r\n-‐‑–—−ー")


def new_salt() -> str:
    """Give 128 random bits in hex: a coupon's own part of its code."""
    return secrets.token_hex(16)


def coupon_code(salt: str, secret: str) -> str:
    """Give the code of a coupon: HMAC-SHA256 over its salt, in letters, and the check letter.

    The database keeps salt and hash; whoever reads it without the secret has no code.
    """
    number = int.from_bytes(
        hmac.new(secret.encode(), f"coupon\x1f{salt}".encode(), hashlib.sha256).digest()
    )
    letters = ""
    for _ in range(LETTERS):
        number, place = divmod(number, _BASE)
        letters += ALPHABET[place]
    return letters + check_letter(letters)


def check_letter(letters: str) -> str:
    """Give the sum of places × weights (1, 2, ...) modulo 31: one wrong or two swapped letters show."""
    total = sum(weight * ALPHABET.index(letter) for weight, letter in enumerate(letters, start=1))
    return ALPHABET[total % _BASE]


def read_code(text: str) -> str:
    """Give the code somebody typed or scanned, "" where it cannot be one of ours.

    >>> read_code("２２２２-2222 2222-2222")
    '2222222222222222'
    """
    code = unicodedata.normalize("NFKC", text).upper().translate(_SPACES)
    if len(code) != LETTERS + 1 or any(letter not in ALPHABET for letter in code):
        return ""
    return code if code[-1] == check_letter(code[:-1]) else ""


def hash_code(code: str) -> str:
    """Give what the database keeps of a code; 74 random bits need no slow hash."""
    return hashlib.sha256(code.encode()).hexdigest()
