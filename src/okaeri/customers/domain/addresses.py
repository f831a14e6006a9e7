"""Addresses brought to the numbers that a postman needs; what people see keeps its own writing.

Rules: domain.md 2.11. 一丁目2番3号, １－２－３ and 1-2-3 are one place; a building's name and a room are not
part of it, because half of all writers leave them out.
"""

import re
import unicodedata
from functools import lru_cache

_DIGITS = {character: number for number, character in enumerate("〇一二三四五六七八九")}
_KANJI_NUMBER = re.compile(r"([〇一二三四五六七八九十百]+)(?=丁目|番地|番|号|条|線)")
_HYPHENS = re.compile(r"[-‐‑‒–—―−－ーｰ〜~]")
_BETWEEN = "丁目|番地|番|号|条|線|東|西|南|北|ノ|の|之|-| "
_NUMBERS = re.compile(rf"\d+(?:(?:{_BETWEEN})+\d+)*(?:丁目|番地|番|号)?")
_PREFECTURE = re.compile(r"^(東京都|北海道|(?:京都|大阪)府|.{2,3}県)")
_NOT_A_LETTER = re.compile(r"[\W_]+")
_TOWN_VARIANTS = str.maketrans(
    {"ヶ": "ケ", "ガ": "ケ", "が": "ケ", "之": "ノ", "の": "ノ", "ｹ": "ケ"}
)
_POSTAL_DIGITS = 7
_MOST_NUMBERS = 3
_REMEMBERED = 65_536


@lru_cache(_REMEMBERED)
def place_of(address: str) -> tuple[str, str]:
    """Give an address as (town, numbers): the letters before its numbers, and "1-2-3" of them.

    A fourth number is a room. ("", "") and ("…", "") where there are none.

    >>> place_of("東京都渋谷区神宮前一丁目２番３号 サンハイツ101")
    ('渋谷区神宮前', '1-2-3')
    """
    text = unicodedata.normalize("NFKC", address).strip()
    text = _PREFECTURE.sub("", text)
    text = _KANJI_NUMBER.sub(lambda found: str(_read_number(found[1])), text)
    text = _HYPHENS.sub("-", text)
    found = _NUMBERS.search(text)
    if found is None:
        return _letters(text), ""
    numbers = re.findall(r"\d+", found[0])[:_MOST_NUMBERS]
    is_bare_district = len(numbers) == 1 and found[0].endswith("丁目")
    return _letters(text[: found.start()]), "" if is_bare_district else "-".join(
        number.lstrip("0") or "0" for number in numbers
    )


def _letters(text: str) -> str:
    return _NOT_A_LETTER.sub("", text).translate(_TOWN_VARIANTS)


def _read_number(kanji: str) -> int:
    total, digits = 0, 0
    for character in kanji:
        if character in _DIGITS:
            digits = digits * 10 + _DIGITS[character]
        else:
            total += (digits or 1) * (10 if character == "十" else 100)
            digits = 0
    return total + digits


@lru_cache(_REMEMBERED)
def postal_digits(postal_code: str) -> str:
    """Give the seven digits of a postal code, "" for anything else.

    Six digits have lost their leading zero in a spreadsheet.
    """
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", postal_code))
    if len(digits) == _POSTAL_DIGITS - 1:
        digits = "0" + digits
    return digits if len(digits) == _POSTAL_DIGITS else ""


def home_key(postal_code: str, address: str) -> str:
    """Give the key of one home: postal code and numbers; "" where either is missing."""
    postal = postal_digits(postal_code)
    numbers = place_of(address)[1] if postal else ""
    return f"{postal}|{numbers}" if numbers else ""
