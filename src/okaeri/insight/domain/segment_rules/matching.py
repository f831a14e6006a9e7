"""One rule, one person, in Python; `features.segment_flags` decides the same for everybody.

A comparison with an unknown (None) value does not hold, except "!=", which does; "=" and "!=" with
None ask whether the value is unknown.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from okaeri.insight.domain.segment_rules.tree import (
    All,
    AnyOf,
    Comparison,
    Did,
    Doing,
    Follows,
    Member,
    Not,
    Rule,
)

Row = Mapping[str, Any]
_EQUAL: dict[str, Callable[[Any, Any], bool]] = {"=": eq, "!=": ne}
_ORDERED: dict[str, Callable[[Any, Any], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}


@dataclass(frozen=True, slots=True)
class Person:
    """What a rule may know of one person: columns, and rows (each with its `day`) by fact."""

    columns: Row
    facts: Mapping[str, Sequence[Row]] = field(default_factory=dict)


def matches(rule: Rule, person: Person) -> bool:
    """Tell whether a resolved rule holds for one person."""
    if isinstance(rule, All):
        return all(matches(part, person) for part in rule.parts)
    if isinstance(rule, AnyOf):
        return any(matches(part, person) for part in rule.parts)
    if isinstance(rule, Not):
        return not matches(rule.part, person)
    if isinstance(rule, Did):
        return _did(rule, person)
    if isinstance(rule, Follows):
        return _follows(rule, person)
    if isinstance(rule, Member):
        raise TypeError("a rule is resolved before it is asked")
    return holds(rule, person.columns)


def holds(rule: Comparison, row: Row) -> bool:
    """Tell whether one comparison holds for one row."""
    known = row[rule.field]
    if rule.op in _EQUAL:
        return _EQUAL[rule.op](known, rule.value)
    if known is None:
        return False
    if rule.op == "in":
        return known in rule.value
    if rule.op == "contains":
        return rule.value in known
    return _ORDERED[rule.op](known, rule.value)


def _is(doing: Doing, row: Row) -> bool:
    return all(holds(one, row) for one in doing.where)


def _did(rule: Did, person: Person) -> bool:
    since, until = rule.span.since, rule.span.until
    rows = [
        row
        for row in person.facts.get(rule.doing.fact, ())
        if (since is None or row["day"] >= since) and (until is None or row["day"] <= until)
    ]
    done = [row for row in rows if _is(rule.doing, row)]
    if rule.measure == "share":
        # Compared without a division, as the engines do.
        return bool(rows) and _number(rule.op, float(len(done)), rule.value * len(rows))
    if rule.measure == "rows":
        return _number(rule.op, len(done), rule.value)
    if rule.measure == "days":
        return _number(rule.op, len({row["day"] for row in done}), rule.value)
    column = rule.measure.removeprefix("sum:")
    return _number(rule.op, sum(row[column] or 0 for row in done), rule.value)


def _number(op: str, left: float, right: float) -> bool:
    return (_EQUAL | _ORDERED)[op](left, right)


def _follows(rule: Follows, person: Person) -> bool:
    if rule.until is None:
        raise TypeError("a rule is resolved before it is asked")
    starts = [
        row["day"]
        for row in person.facts.get(rule.start.fact, ())
        if row["day"] <= rule.until and _is(rule.start, row)
    ]
    if not starts:
        return False
    start = min(starts) if rule.which == "first" else max(starts)
    if rule.since is not None and start < rule.since:
        return False
    end = rule.until if rule.within_days is None else start + timedelta(days=rule.within_days)
    happened = any(
        start < row["day"] <= min(end, rule.until) and _is(rule.then, row)
        for row in person.facts.get(rule.then.fact, ())
    )
    return happened if rule.happened else not happened and end <= rule.until
