"""Where an order came from: prefecture and the first three digits of the postal code, no closer.

Three digits are a post office's district of some ten thousand homes; seven would nearly be a street.
"""

import re
import unicodedata
from functools import lru_cache

from okaeri.intake.domain.contacts import parse_postal_code
from okaeri.intake.domain.form_answers import PREFECTURES

# First two digits of a postal code (郵便番号の地域番号, Japan Post) → prefecture; each
# holds up to the next. Border villages that belong to the district of another prefecture
# (498-08 木曽岬町) count there, unless the source itself names the prefecture.
_DISTRICTS = (
    (0, "北海道"), (1, "秋田県"), (2, "岩手県"), (3, "青森県"), (4, "北海道"), (10, "東京都"),
    (21, "神奈川県"), (26, "千葉県"), (30, "茨城県"), (32, "栃木県"), (33, "埼玉県"), (37, "群馬県"),
    (38, "長野県"), (40, "山梨県"), (41, "静岡県"), (44, "愛知県"), (50, "岐阜県"), (51, "三重県"),
    (52, "滋賀県"), (53, "大阪府"), (60, "京都府"), (63, "奈良県"), (64, "和歌山県"), (65, "兵庫県"),
    (68, "鳥取県"), (69, "島根県"), (70, "岡山県"), (72, "広島県"), (74, "山口県"), (76, "香川県"),
    (77, "徳島県"), (78, "高知県"), (79, "愛媛県"), (80, "福岡県"), (84, "佐賀県"), (85, "長崎県"),
    (86, "熊本県"), (87, "大分県"), (88, "宮崎県"), (89, "鹿児島県"), (90, "沖縄県"), (91, "福井県"),
    (92, "石川県"), (93, "富山県"), (94, "新潟県"), (96, "福島県"), (98, "宮城県"), (99, "山形県"),
)  # fmt: skip
# Islands and border villages a post office of the neighbour serves: the longest beginnings that hold
# for every code of Japan Post's list of 2026.
_BORDERS = {
    "685": "島根県", "68401": "島根県", "68402": "島根県", "68403": "島根県", "68404": "島根県",
    "817": "長崎県", "8115": "長崎県", "84804": "長崎県", "87108": "福岡県", "87109": "福岡県",
    "49808": "三重県",
}  # fmt: skip
_ROMAJI = (
    "hokkaido aomori iwate miyagi akita yamagata fukushima ibaraki tochigi gunma saitama chiba tokyo "
    "kanagawa niigata toyama ishikawa fukui yamanashi nagano gifu shizuoka aichi mie shiga kyoto "
    "osaka hyogo nara wakayama tottori shimane okayama hiroshima yamaguchi tokushima kagawa ehime "
    "kochi fukuoka saga nagasaki kumamoto oita miyazaki kagoshima okinawa"
)
ENGLISH = {name: word.capitalize() for name, word in zip(PREFECTURES, _ROMAJI.split(), strict=True)}
_KNOWN = (
    {name: name for name in PREFECTURES}
    | {name[:-1]: name for name in PREFECTURES if name != "北海道"}
    | {word.lower(): name for name, word in ENGLISH.items()}
    | {f"jp-{number:02}": name for number, name in enumerate(PREFECTURES, 1)}
)
_SUFFIX = re.compile(r"[-\s](to|fu|ken|prefecture)$")


@lru_cache(maxsize=100_000)
def area_of(postal_code: str, prefecture: str) -> tuple[str, str]:
    """Give (prefecture, first three digits of the postal code), "" for what is not known.

    >>> area_of("150-0001", "")
    ('東京都', '150')
    """
    told = _named(prefecture)
    digits = parse_postal_code(postal_code, told)
    if not (len(digits) == 7 and digits.isascii() and digits.isdigit()):
        return told, ""
    return told or _district(digits), digits[:3]


def _named(prefecture: str) -> str:
    word = unicodedata.normalize("NFKC", prefecture).strip().lower()
    return _KNOWN.get(word) or _KNOWN.get(_SUFFIX.sub("", word), "")


def _district(digits: str) -> str:
    for length in (5, 4, 3):
        if digits[:length] in _BORDERS:
            return _BORDERS[digits[:length]]
    return next(name for first, name in reversed(_DISTRICTS) if int(digits[:2]) >= first)
