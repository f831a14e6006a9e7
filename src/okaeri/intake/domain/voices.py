"""Cells of reviews: how many stars, and whether it may be read by others."""

import re

from okaeri.foundation.codes import folded
from okaeri.foundation.text import Text
from okaeri.intake.domain.cells import CellError, shown

_STARS = re.compile(
    r"(?:星|評価|★|☆)?\s*([1-5])(?:\.0+)?\s*(?:つ|点|stars?|/\s*5(?:\.0+)?)?", re.IGNORECASE
)
_FULL, _EMPTY = "★", "☆"
_MOST_STARS = 5
_PUBLISHED = frozenset((
    "公開", "公開済", "公開済み", "公開中", "掲載", "掲載中", "承認", "承認済", "承認済み", "はい", "済",
    "1", "true", "yes", "published", "approved",
))  # fmt: skip
_HIDDEN = frozenset((
    "非公開", "未公開", "不掲載", "未掲載", "未承認", "保留", "却下", "いいえ", "未",
    "0", "false", "no", "draft", "hidden", "pending", "rejected", "unpublished", "spam",
))  # fmt: skip
_NO_STARS = Text(
    "「{value}」は星の数として読めません(1から5の整数)。",
    "'{value}' is no number of stars (a whole number from 1 to 5).",
)
_NO_STATE = Text(
    "「{value}」は公開・非公開のどちらか分かりません。",
    "'{value}' does not say whether it is published.",
)


def parse_stars(raw: str) -> int:
    """Give 1 to 5 stars of "4", "4.0", "4/5", "★4", "★★★★☆"; halves are no stars of this scale."""
    text = folded(raw)
    if text and not text.strip(_FULL + _EMPTY) and 1 <= text.count(_FULL) <= _MOST_STARS:
        return text.count(_FULL)
    found = _STARS.fullmatch(text)
    if found is None:
        raise CellError("bad_stars", _NO_STARS.format(value=shown(raw)))
    return int(found.group(1))


def parse_published(raw: str) -> bool:
    """Tell whether a review is published."""
    word = folded(raw).lower()
    if word in _PUBLISHED or word in _HIDDEN:
        return word in _PUBLISHED
    raise CellError("bad_state", _NO_STATE.format(value=shown(raw)))
