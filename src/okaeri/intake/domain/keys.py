"""Comparison keys of contacts: what decides that two ways of writing are the same (§2.11)."""

import re
from functools import lru_cache

import jaconv

from okaeri.foundation.addresses import unquoted
from okaeri.foundation.codes import folded

_EMAIL = re.compile(
    r"[^@\s,;:<>\"()\[\]\\]{1,64}@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]{2,}"
)
_IN_BRACKETS = re.compile(r"<([^<>]+)>\s*$")
_EXTENSION = re.compile(r"(?:内線|ext|x|#).*$")
_NOT_DIGITS = re.compile(r"[^0-9]")
_SAME_KANJI = str.maketrans("斉齋齊邊邉髙﨑濱澤嶋嶌廣國櫻", "斎斎斎辺辺高崎浜沢島島広国桜")
_LARGE_KANA = str.maketrans("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ")
_DROPPED = re.compile(r"[\s・･.,'’\-]")


def email_key(raw: str) -> str:
    """Give the address in lower case and half width, "" where it is no address.

    Two dots in a row or a dot before @, as old docomo addresses have, are let through; quotes around
    them, as other tools write, are taken off.
    """
    if not raw:
        return ""
    text = folded(raw).removeprefix("mailto:")
    bracketed = _IN_BRACKETS.search(text) if ">" in text else None
    text = unquoted((bracketed[1] if bracketed else text).strip()).lower()
    return text if len(text) <= 254 and _EMAIL.fullmatch(text) else ""


def phone_key(raw: str) -> str:
    """Give the national digits (+81 and 0081 become 0), "+44…" abroad, "" for none and dummies."""
    if not raw:
        return ""
    if raw.isascii() and raw.isdigit() and not raw.startswith("00"):
        return "" if _is_dummy(raw) else raw
    text = _EXTENSION.sub("", folded(raw).lower())
    digits = _NOT_DIGITS.sub("", text)
    if text.startswith("+") or (digits.startswith("00") and len(digits) > 11):
        number = digits.removeprefix("00") if not text.startswith("+") else digits
        if not number.startswith("81"):
            return "" if _is_dummy(number) else f"+{number}"
        digits = "0" + number[2:].removeprefix("0")
    return "" if _is_dummy(digits) else digits


def _is_dummy(digits: str) -> bool:
    """Too short or long for a telephone, or one digit behind the prefix (000-0000-0000)."""
    return not 9 <= len(digits) <= 15 or len(set(digits[3:])) == 1


@lru_cache(maxsize=65536)
def kana(raw: str) -> str:
    """Give full-width katakana of hiragana, half-width or full-width kana."""
    return str(jaconv.hira2kata(folded(raw)))


@lru_cache(maxsize=65536)
def name_key(raw: str) -> str:
    """Give a name for comparison: variant kanji united, small kana large, spaces and ・ dropped."""
    text = kana(raw).lower().translate(_SAME_KANJI).translate(_LARGE_KANA)
    return _DROPPED.sub("", text)
