"""Contacts as sources write them: names in one field, postal codes without their zero, yes and no."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache
from operator import add
from typing import Any

from okaeri.foundation.codes import folded
from okaeri.intake.domain.cells import CellError, clean_text
from okaeri.intake.domain.days import parse_day, says_no_day
from okaeri.intake.domain.keys import kana
from okaeri.intake.types import PartyIn

_HYPHENS = re.compile(r"[-\u2010-\u2015\u2212\u30fc\uff0d\uff70~〜\s〒]")
_ADDRESS = ("address", "address2", "address3")
# What a spreadsheet makes of a long number: 09012345678.0.
_AS_FLOAT = re.compile(r"(\d{5,15})\.0+")
# A mobile number that lost its zero in a spreadsheet, or its plus (+81 90…).
_MOBILE = re.compile(r"(?:81)?([789]0\d{8})")
# What databases and spreadsheets write for an unknown day of birth.
_NOBODYS_DAY = date(1900, 1, 1)
_TITLE = re.compile(r"\s*様$")
_PREFECTURE = re.compile(
    "東京都|北海道|(?:京都|大阪)府|(?:神奈川|和歌山|鹿児島|[^\\s都道府県]{2})県"
)
# The only prefectures whose postal codes begin with 0.
_ZERO_PREFECTURES = ("北海道", "青森", "岩手", "秋田")
_YES_WORDS = """
1 1.0 yes y true t on はい する 希望 希望する 許可 許可する 可 同意 同意する ○ 〇 有 あり 受け取る
受信する 配信 配信する 配信可 購読 購読中 登録 subscribed オプトイン opt-in
"""
_NO_WORDS = """
0 0.0 no n false f off いいえ しない 希望しない 不要 拒否 許可しない 不可 同意しない × x 無 なし
受け取らない 受信しない 配信しない 配信不可 停止 解除 unsubscribed オプトアウト opt-out
"""
_YES, _NO = frozenset(_YES_WORDS.split()), frozenset(_NO_WORDS.split())


@lru_cache(maxsize=1024)
def parse_yes_no(raw: str) -> bool | None:
    """Give True, False, or None where the cell says neither."""
    text = folded(raw).lower()
    return True if text in _YES else False if text in _NO else None


def parse_postal_code(raw: str, prefecture: str = "") -> str:
    """Give seven digits; a zero lost in a spreadsheet comes back where the prefecture has one.

    What is no Japanese code (or cannot be decided) stays as written, at most 10 characters.
    """
    if len(raw) == 7 and raw.isascii() and raw.isdigit():
        return raw
    text = clean_text(raw)
    digits = _HYPHENS.sub("", without_point(folded(text)))
    if digits.isascii() and digits.isdigit():
        if len(digits) == 6 and prefecture.startswith(_ZERO_PREFECTURES):
            return "0" + digits
        if len(digits) == 7:
            return digits
    return text[:10]


def without_point(text: str) -> str:
    """Give a number that a spreadsheet wrote as 1500001.0 without its point.

    >>> [without_point(raw) for raw in ("1500001.0", "09012345678.00", "1.5", "150-0001")]
    ['1500001', '09012345678', '1.5', '150-0001']
    """
    found = _AS_FLOAT.fullmatch(text)
    return found[1] if found else text


def parse_phone(raw: str) -> str:
    """Give a telephone as written; what a spreadsheet took from a number comes back.

    >>> [parse_phone(raw) for raw in ("09012345678.0", "9012345678", "819012345678", "03-1234-5678")]
    ['09012345678', '09012345678', '09012345678', '03-1234-5678']
    """
    text = without_point(clean_text(raw, 40))
    mobile = _MOBILE.fullmatch(text)
    return f"0{mobile[1]}" if mobile else text


def split_name(raw: str) -> tuple[str, str]:
    """Give the parts before and after the first space; a name without one stays whole.

    様 behind it is how it was printed; letters put it there again.
    """
    parts = _TITLE.sub("", clean_text(raw)).replace("\u3000", " ").split(None, 1)
    if len(parts) == 2:
        return parts[0], parts[1]
    return (parts[0] if parts else ""), ""


def split_prefecture(address: str) -> tuple[str, str]:
    """Give the prefecture an address begins with ("" if none) and what follows it."""
    found = _PREFECTURE.match(address)
    return (found[0], address[found.end() :].lstrip()) if found else ("", address)


def parse_birthday(raw: str) -> date | None:
    """Give the day of birth, None where it is absent or cannot be read (never a reason to reject)."""
    if says_no_day(raw):
        return None
    try:
        born = parse_day(raw)
    except CellError:
        return None
    return None if born == _NOBODYS_DAY else born


def read_parties(fields: Sequence[str], rows: Sequence[Sequence[str]]) -> list[PartyIn]:
    """Give contacts from rows of cells, column by column; `name` and `kana` may be one field.

    A field that comes twice takes its first cell with text.
    """
    if not rows:
        return []
    columns = _Columns(fields, rows)
    family, given = columns.names("family_name", "given_name", "name")
    family_kana, given_kana = columns.names("family_kana", "given_kana", "kana")
    places = [columns.text(name, 255) for name in _ADDRESS]
    prefecture, address = columns.text("prefecture", 20), _joined(places)
    if "" in prefecture:
        pairs = zip(prefecture, address, strict=True)
        split = [(p, a) if p else split_prefecture(a) for p, a in pairs]
        prefecture, address = [p for p, _ in split], [a for _, a in split]
    codes = map(add, columns.raw("postal_code"), columns.raw("postal_code2"))
    return list(
        map(
            PartyIn,
            columns.text("member_no", 80),
            columns.text("email", 254),
            columns.each("phone", lambda raw: parse_phone(raw) if raw else ""),
            columns.text("line_user_id", 40),
            [name[:80] for name in family],
            [name[:80] for name in given],
            [kana(name)[:80] if name else "" for name in family_kana],
            [kana(name)[:80] if name else "" for name in given_kana],
            [
                parse_postal_code(code, pref) if code else ""
                for code, pref in zip(codes, prefecture, strict=True)
            ],
            prefecture,
            [text[:255] for text in address],
            columns.each("birth_on", lambda raw: parse_birthday(raw) if raw else None),
            columns.each("email_opt_in", lambda raw: parse_yes_no(raw) if raw else None),
        )
    )


class _Columns:
    """Rows of contacts on their side; a cell that comes back in a column is read once."""

    def __init__(self, fields: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        self._blank = [""] * len(rows)
        self._columns: dict[str, Sequence[str]] = {}
        for field, column in zip(fields, zip(*rows, strict=True), strict=True):
            before = self._columns.get(field)
            self._columns[field] = (
                [one or other for one, other in zip(before, column, strict=True)]
                if before
                else column
            )

    def raw(self, field: str) -> Sequence[str]:
        return self._columns.get(field, self._blank)

    def each(self, field: str, read: Callable[[str], Any]) -> list[Any]:
        column = self.raw(field)
        values = {raw: read(raw) for raw in set(column)}
        return list(map(values.__getitem__, column))

    def text(self, field: str, most: int) -> list[str]:
        if field not in self._columns:
            return self._blank
        return self.each(field, lambda raw: clean_text(raw, most))

    def names(self, family: str, given: str, whole: str) -> tuple[list[str], list[str]]:
        """Give both parts of a name; where neither is written, those of the whole name."""
        families, givens = self.text(family, 80), self.text(given, 80)
        if whole not in self._columns:
            return families, givens
        triples = zip(families, givens, self.each(whole, split_name), strict=True)
        both = [(f, g) if f or g else split for f, g, split in triples]
        return [f for f, _ in both], [g for _, g in both]


def _joined(places: list[list[str]]) -> list[str]:
    """Put the lines of an address together."""
    if not any(map(any, places[1:])):
        return places[0]
    return [" ".join(filter(None, parts)) for parts in zip(*places, strict=True)]
