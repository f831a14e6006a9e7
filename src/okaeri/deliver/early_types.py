"""What crosses deliver's border of the first thirty days after a first purchase (row D-04, §1.3 #18)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from okaeri.foundation.text import Text

EARLY_DAYS = 30


class WhyFew(StrEnum):
    """Why so few useful messages left for somebody."""

    HELD_OUT = "held_out"
    UNREACHABLE = "unreachable"
    UNTOLD = ""


WHY_FEW_NAMES = {
    WhyFew.HELD_OUT: Text("効果検証のため送らない方", "Left out on purpose, to compare"),
    WhyFew.UNREACHABLE: Text("送ってよい宛先がない", "No address we may write to"),
    WhyFew.UNTOLD: Text("送れるのに少ない", "Could be written to"),
}


@dataclass(frozen=True, slots=True)
class EarlyContact:
    """One first-time buyer: `useful` messages left in the thirty days from his purchase on `first_on`."""

    customer_id: int
    first_on: date
    useful: int
    why: WhyFew


@dataclass(frozen=True, slots=True)
class EarlyCare:
    """First-time buyers of `since` to `until`, and those who got fewer than `least` so far.

    `short` has the least cared for first. `is_whole` is False where there were more buyers than are
    counted: then the newest count.
    """

    since: date
    until: date
    least: int
    buyers: int
    short: Sequence[EarlyContact]
    is_whole: bool

    @property
    def writable(self) -> int:
        """Give how many of those short of messages could have been written to."""
        return sum(one.why == WhyFew.UNTOLD for one in self.short)
