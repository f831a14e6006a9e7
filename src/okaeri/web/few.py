"""When a figure is of too few people to tell anything, and which of several shares is clearly the highest."""

from collections.abc import Sequence
from dataclasses import dataclass

from okaeri.foundation.text import Text

# Under so many people a comparison says little, and single people can be told (H-14).
FEWEST = 30
_TOO_FEW = Text(
    "まだ{n}人なので、何も言えません({fewest}人から答えが出ます)",
    "Of {n} so far: too few to tell anything (answers begin with {fewest})",
)


def too_few(people: int) -> Text | None:
    """Give what to say instead of a finding about so many people; None where they are enough."""
    return None if people >= FEWEST else _TOO_FEW.format(n=people, fewest=FEWEST)


@dataclass(frozen=True, slots=True)
class Share:
    """One group's share with its 95% interval, of so many people."""

    key: str
    people: int
    rate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Best:
    """The highest share; `is_among_large`: a group under `FEWEST` people stands higher in the table."""

    share: Share
    is_among_large: bool


def clearly_best(shares: Sequence[Share]) -> Best | None:
    """Give the share whose interval lies above those of all other groups of enough people; None if none does.

    A single group of enough people is the best only where no smaller group stands higher.
    """
    large = [one for one in shares if one.people >= FEWEST]
    if not large or len(shares) < 2:
        return None
    best = max(large, key=lambda one: one.rate)
    rivals = [one for one in large if one is not best]
    is_passed = any(one.rate >= best.rate for one in shares if one.people < FEWEST)
    if any(one.high >= best.low for one in rivals) or (is_passed and not rivals):
        return None
    return Best(best, is_passed)
