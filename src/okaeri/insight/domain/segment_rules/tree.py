"""The parts a segment rule is made of, once it was read and checked.

`parse_rule` makes them from data, `resolve` turns what depends on the day or on other segments into
plain parts, and two interpreters read the result: `matches` for one person, `features.segment_flags`
for everybody.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Comparison:
    """One field against one value (a tuple for "in"); the value has the field's own type."""

    field: str
    op: str
    value: Any


@dataclass(frozen=True, slots=True)
class Doing:
    """Things of one kind a person did ("order", "event", ...) for which every comparison holds."""

    fact: str
    where: tuple[Comparison, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """Days that count: the last so many up to the day of analysis, or from a day to a day."""

    last_days: int | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Did:
    """How much of something: `measure` is "rows", "days", "share" or "sum:<column>"."""

    doing: Doing
    span: Span
    measure: str
    op: str
    value: float


@dataclass(frozen=True, slots=True)
class Follows:
    """After the first or last time of one thing, another happened within so many days, or did not.

    The day itself does not count as after. "Did not" holds once the days are over, without a limit
    at once. `until` is the last day looked at (None: the day of analysis, set by `resolve`). With a
    `since` (set by `resolve`) the first thing holds from that day on: before it nobody knows what came.
    """

    which: str
    start: Doing
    then: Doing
    within_days: int | None
    happened: bool
    until: date | None = None
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """Whoever another segment's rule holds for."""

    segment_id: int


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple["Rule", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple["Rule", ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: "Rule"


Rule = Comparison | Did | Follows | Member | All | AnyOf | Not


def walk(rule: Rule) -> Iterator[Rule]:
    """Give a rule and every part of it."""
    yield rule
    if isinstance(rule, All | AnyOf):
        for part in rule.parts:
            yield from walk(part)
    if isinstance(rule, Not):
        yield from walk(rule.part)


def segments_named(rule: Rule) -> set[int]:
    """Give the segments a rule speaks of."""
    return {part.segment_id for part in walk(rule) if isinstance(part, Member)}
