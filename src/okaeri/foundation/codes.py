"""Codes and numbers as tools write them: which name nobody, and which a spreadsheet destroyed (§2.11).

Many strangers carry the same placeholder, and many long numbers end as the same 1.23E+11: neither
tells one from another.
"""

import re
import unicodedata

# What Excel makes of a long number, and shows for a broken formula or a narrow column.
_LOST_DIGITS = re.compile(r"[+-]?\d(?:[.,]\d+)?E\+\d+", re.IGNORECASE)
_SHEET_ERROR = re.compile(r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|#+)", re.IGNORECASE)
# What Japanese Excel makes of 3-1.
_DAY = re.compile(r"\d{1,2}月\d{1,2}日")
# What shops and tools write where a buyer has no number.
_NOBODY_EN = (
    "guest guestuser guestcustomer nonmember notmember anonymous unknown undefined null none nil "
    "nan na n/a"
)
_NOBODY_JA = (
    "ゲスト ゲスト購入 ゲスト会員 非会員 非会員購入 会員外 未会員 未登録 会員登録なし なし 無し 無 "
    "不明 匿名 空白"
)
_NOBODY = frozenset(f"{_NOBODY_EN} {_NOBODY_JA}".split())
_SIGNS = re.compile(r"^[\W_ー]+|[\W_ー]+$|\s+")


def folded(raw: str) -> str:
    """Give the NFKC form without outer spaces: full-width digits and signs become plain ones."""
    return (raw if raw.isascii() else unicodedata.normalize("NFKC", raw)).strip()


def is_mangled(raw: str) -> bool:
    """Tell whether a spreadsheet put this in a number's place.

    >>> [is_mangled(code) for code in ("1.23E+11", "#N/A", "####", "#1001", "1E5", "12E-3")]
    [True, True, True, False, False, False]
    """
    text = folded(raw)
    return bool(_LOST_DIGITS.fullmatch(text) or _SHEET_ERROR.fullmatch(text))


def is_day(raw: str) -> bool:
    """Tell whether this is what Japanese Excel makes of a code such as 3-1."""
    return bool(_DAY.fullmatch(folded(raw)))


def number_key(raw: str) -> str:
    """Give a member number or an account's id in half width, "" where it names nobody.

    Zeros, -1, signs alone, words such as ゲスト or NULL and destroyed numbers name nobody.

    >>> [number_key(raw) for raw in (" Ｍ１２ ", "0", "ゲスト", "1.23E+11", "(null)", "100")]
    ['M12', '', '', '', '', '100']
    """
    text = folded(raw)
    if text.isdigit():
        return text if text.strip("0") else ""
    word = _SIGNS.sub("", text).casefold()
    is_nobody = not word.strip("0.") or word in _NOBODY or text == "-1" or is_mangled(text)
    return "" if is_nobody else text
