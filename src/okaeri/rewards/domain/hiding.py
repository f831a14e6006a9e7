"""Words kept of a letter, shown to staff: whoever may look may not spend the coupon or be the person."""

import re

from okaeri.foundation.ids import hide_signatures
from okaeri.rewards.domain.codes import ALPHABET, read_code

HIDDEN = "●●●●"
_SIGN = f"[{ALPHABET}]"
# As letters have it (ABCD-EFGH-..., whatever the case), or as a link to the shop may carry it.
_CODE = re.compile(
    rf"(?<![0-9A-Za-z])(?:(?i:(?:{_SIGN}{{4}}-){{3}}{_SIGN}{{4}})|{_SIGN}{{16}})(?![0-9A-Za-z])"
)
_PAGE = re.compile(r"/my/\d+-\d+-[0-9A-Za-z_=-]+")


def hide_gifts(text: str) -> str:
    """Leave four letters of each coupon code, and of every link made for one person a dead one."""
    text = _PAGE.sub(f"/my/{HIDDEN}", _CODE.sub(_last_four, text))
    return hide_signatures(text, HIDDEN)


def _last_four(found: re.Match[str]) -> str:
    code = read_code(found.group())
    return f"{HIDDEN}-{HIDDEN}-{HIDDEN}-{code[-4:]}" if code else found.group()
