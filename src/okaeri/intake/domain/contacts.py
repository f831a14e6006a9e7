"""Contacts as sources write them: names in one field, postal codes without their zero, yes and no."""

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from okaeri.intake.domain.cells import CellError, clean_text, folded
from okaeri.intake.domain.days import parse_day
from okaeri.intake.domain.keys import kana
from okaeri.intake.types import PartyIn

_HYPHENS = re.compile(r"[-\u2010-\u2015\u2212\u30fc\uff0d\uff70~〜\s〒]")
_ADDRESS = ("address", "address2", "address3")
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
_NO_BIRTHDAY = frozenset({"0000-00-00", "0000/00/00", "-"})


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
    digits = _HYPHENS.sub("", folded(text))
    if digits.isascii() and digits.isdigit():
        if len(digits) == 6 and prefecture.startswith(_ZERO_PREFECTURES):
            return "0" + digits
        if len(digits) == 7:
            return digits
    return text[:10]


def split_name(raw: str) -> tuple[str, str]:
    """Give the parts before and after the first space; a name without one stays whole."""
    parts = clean_text(raw).replace("\u3000", " ").split(None, 1)
    if len(parts) == 2:
        return parts[0], parts[1]
    return (parts[0] if parts else ""), ""


def split_prefecture(address: str) -> tuple[str, str]:
    """Give the prefecture an address begins with ("" if none) and what follows it."""
    found = _PREFECTURE.match(address)
    return (found[0], address[found.end() :].lstrip()) if found else ("", address)


def parse_birthday(raw: str) -> date | None:
    """Give the day of birth, None where it is absent or cannot be read (never a reason to reject)."""
    if not raw.strip() or raw.strip() in _NO_BIRTHDAY:
        return None
    try:
        return parse_day(raw)
    except CellError:
        return None


def read_party(cells: Mapping[str, str]) -> PartyIn:
    """Give one contact from a row's cells by our field names; `name` and `kana` may be one field."""

    def text(field: str, most: int) -> str:
        raw = cells.get(field)
        return clean_text(raw, most) if raw else ""

    family, given = text("family_name", 80), text("given_name", 80)
    if not family and not given:
        family, given = _split(cells.get("name"))
    family_kana, given_kana = text("family_kana", 80), text("given_kana", 80)
    if not family_kana and not given_kana:
        family_kana, given_kana = _split(cells.get("kana"))
    prefecture = text("prefecture", 20)
    address = " ".join(filter(None, (text(name, 255) for name in _ADDRESS)))
    if not prefecture and address:
        prefecture, address = split_prefecture(address)
    postal_code = f"{cells.get('postal_code', '')}{cells.get('postal_code2', '')}"
    birthday, opt_in = cells.get("birth_on"), cells.get("email_opt_in")
    return PartyIn(
        member_no=text("member_no", 80),
        email=text("email", 254),
        phone=text("phone", 40),
        line_user_id=text("line_user_id", 40),
        family_name=family[:80],
        given_name=given[:80],
        family_kana=kana(family_kana)[:80] if family_kana else "",
        given_kana=kana(given_kana)[:80] if given_kana else "",
        postal_code=parse_postal_code(postal_code, prefecture) if postal_code else "",
        prefecture=prefecture,
        address=address[:255],
        birth_on=parse_birthday(birthday) if birthday else None,
        email_opt_in=parse_yes_no(opt_in) if opt_in else None,
    )


def _split(raw: str | None) -> tuple[str, str]:
    return split_name(raw) if raw else ("", "")
