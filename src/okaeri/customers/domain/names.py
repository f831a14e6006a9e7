"""Names and addresses brought to one form for comparison; what people see keeps its own writing.

Rules: domain.md 2.11. NFKC does not unify 髙/高 or 﨑/崎, so a table does.
"""

import re
import unicodedata
from functools import lru_cache

from okaeri.foundation.addresses import unquoted

# Each group is one character in many hands; the first one is what the key holds.
_VARIANT_GROUPS = (
    *(
        "斉齊斎齋",
        "辺邊邉",
        "高髙",
        "崎﨑嵜碕",
        "浜濱濵",
        "沢澤",
        "広廣",
        "島嶋嶌",
        "桜櫻",
        "吉𠮷",
        "富冨",
    ),
    *(
        "国國",
        "竜龍",
        "峰峯",
        "柳栁",
        "徳德",
        "恵惠",
        "真眞",
        "条條",
        "万萬",
        "礼禮",
        "実實",
        "寿壽",
    ),
    *(
        "桧檜",
        "滝瀧",
        "関關",
        "黒黑",
        "館舘",
        "野埜",
        "曽曾",
        "蔵藏",
        "栄榮",
        "渕淵",
        "頼賴",
        "瀬瀨",
        "槙槇",
    ),
)
_VARIANTS = str.maketrans({variant: group[0] for group in _VARIANT_GROUPS for variant in group[1:]})
_TO_KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}
_TO_LARGE = str.maketrans("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ")
_HYPHENS_TO_LONG = str.maketrans(dict.fromkeys("-‐‑‒–—―−ｰ", "ー"))
_NOT_A_LETTER = re.compile(r"[\W_]+")
_KEY_LENGTH = 160
# A batch asks for each name twice, for its keys and for its row.
_REMEMBERED = 65_536


@lru_cache(_REMEMBERED)
def name_key(family: str, given: str) -> str:
    """Give the comparison key of a written name: 髙橋 一郎 and 高橋　一郎 are the same.

    >>> name_key("髙﨑", "一 郎") == name_key("高崎", "一郎")
    True
    """
    text = unicodedata.normalize("NFKC", f"{family}{given}").casefold().translate(_VARIANTS)
    return _NOT_A_LETTER.sub("", text)[:_KEY_LENGTH]


@lru_cache(_REMEMBERED)
def kana_key(family_kana: str, given_kana: str) -> str:
    """Give the comparison key of a reading: hiragana, half-width and small kana are the same."""
    text = unicodedata.normalize("NFKC", f"{family_kana}{given_kana}").casefold()
    text = text.translate(_TO_KATAKANA).translate(_TO_LARGE).translate(_HYPHENS_TO_LONG)
    return _NOT_A_LETTER.sub("", text)[:_KEY_LENGTH]


def mail_address(text: str, key: str = "") -> str:
    """Give an address as it is written to: trimmed, half-width, its domain in lower case.

    `key` is its comparison key, which says where in `text` ("山田 <A@x.jp>") the address is.
    """
    folded = unicodedata.normalize("NFKC", text).strip()
    at = folded.lower().find(key)
    address = folded[at : at + len(key)] if key and at >= 0 else key or folded
    local, sign, domain = address.rpartition("@")
    return f"{local}{sign}{domain.lower()}"


def address_key(address: str) -> str:
    """Give the form in which two addresses of one channel are compared (suppression)."""
    return unquoted(unicodedata.normalize("NFKC", address).strip()).lower()


def phone_digits(text: str) -> str:
    """Give the digits of a phone number in its domestic form (+81 becomes 0); "+44…" abroad."""
    digits = "".join(c for c in unicodedata.normalize("NFKC", text) if c in "+0123456789")
    for prefix in ("+81", "0081"):
        if digits.startswith(prefix):
            return "0" + digits[len(prefix) :].lstrip("0")
    return digits[:1] + digits[1:].replace("+", "")
