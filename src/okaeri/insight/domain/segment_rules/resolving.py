"""What depends on the day, on attributes and on other segments, put into plain parts."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from okaeri.insight.domain.segment_rules import errors
from okaeri.insight.domain.segment_rules.catalog import ATTRIBUTE, FACTS
from okaeri.insight.domain.segment_rules.errors import RuleError
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
    Span,
    segments_named,
    walk,
)

MOST_RESOLVED = 5000
_FAR = timedelta(days=1)


def resolve(
    rule: Rule,
    as_of: date,
    segments: Mapping[int, Rule] | None = None,
    names: Mapping[int, str] | None = None,
) -> Rule:
    """Give the rule as it reads on `as_of`, with other segments' rules in place of their names.

    The result holds no Member, no relative date, no attribute field and no birthday operator.
    Raises RuleError where a segment is missing or leads back to itself (told by `names`), or where the
    result grows beyond measure.
    """
    known, done = segments or {}, set[int]()
    for number in sorted(segments_named(rule)):
        _follow(number, known, names or {}, (), done)
    if _size(rule, known, {}) > MOST_RESOLVED:
        raise RuleError(errors.TOO_LARGE.format(most=MOST_RESOLVED))
    return _resolve(rule, as_of, known)


def _size(rule: Rule, segments: Mapping[int, Rule], known: dict[int, int]) -> int:
    """Count the parts of a resolved rule without making it: doubling grows fast. No circle is in it."""
    total = 0
    for part in walk(rule):
        if isinstance(part, Member):
            if part.segment_id not in known:
                known[part.segment_id] = _size(segments[part.segment_id], segments, known)
            total += known[part.segment_id]
        total += 1
    return total


def _resolve(rule: Rule, as_of: date, segments: Mapping[int, Rule]) -> Rule:
    if isinstance(rule, All):
        return All(tuple(_resolve(part, as_of, segments) for part in rule.parts))
    if isinstance(rule, AnyOf):
        return AnyOf(tuple(_resolve(part, as_of, segments) for part in rule.parts))
    if isinstance(rule, Not):
        return Not(_resolve(rule.part, as_of, segments))
    if isinstance(rule, Member):
        return _resolve(segments[rule.segment_id], as_of, segments)
    if isinstance(rule, Did):
        span = _days(rule.span, as_of, _kept_days(rule.doing))
        return Did(rule.doing, span, rule.measure, rule.op, rule.value)
    if isinstance(rule, Follows):
        # That something happened is known however long ago the first thing was.
        kept = None if rule.happened else _kept_days(rule.then)
        since = None if kept is None else as_of - timedelta(days=kept)
        return replace(rule, until=as_of, since=since)
    if rule.field.startswith(ATTRIBUTE):
        return _attribute(rule, as_of)
    return _comparison(rule, as_of)


def _kept_days(doing: Doing) -> int | None:
    fact = FACTS.get(doing.fact)
    return fact.kept_days if fact else None


def _days(span: Span, as_of: date, kept_days: int | None) -> Span:
    """No day after the day of analysis counts, whatever the rule says, and none of before `kept_days`."""
    if kept_days is not None and span.last_days is None:
        kept_since = as_of - timedelta(days=kept_days - 1)
        span = replace(span, since=max(span.since or kept_since, kept_since))
    elif kept_days is not None:
        span = replace(span, last_days=min(span.last_days or kept_days, kept_days))
    until = as_of if span.until is None else min(span.until, as_of)
    if span.last_days is not None:
        return Span(None, as_of - timedelta(days=span.last_days - 1), until)
    return Span(None, span.since, until)


def _comparison(rule: Comparison, as_of: date) -> Rule:
    field, days = rule.field, rule.value
    if field == "birthday" and rule.value is not None:
        return Comparison(field, "in", _month_days(rule, as_of))
    if rule.op == "last_days":
        since = as_of - timedelta(days=max(days - 1, 0))
        return All((Comparison(field, ">=", since), Comparison(field, "<=", as_of)))
    if rule.op == "before_days":
        return Comparison(field, "<=", as_of - timedelta(days=days))
    if rule.op == "next_days":
        end = as_of + timedelta(days=days)
        return All((Comparison(field, ">=", as_of), Comparison(field, "<=", end)))
    return rule


def _month_days(rule: Comparison, as_of: date) -> tuple[int, ...]:
    """Give the birthdays (month times 100 plus day) meant; 29 February is kept on 28 in plain years."""
    if rule.op == "month":
        return tuple(rule.value * 100 + day for day in range(1, 32))
    found: set[int] = set()
    for ahead in range(min(rule.value, 366) + 1):
        day = as_of + timedelta(days=ahead)
        found.add(day.month * 100 + day.day)
        if (day.month, (day + _FAR).month) == (2, 3):
            found.add(229)
    return tuple(sorted(found))


def _attribute(rule: Comparison, as_of: date) -> Rule:
    """An attribute is something the person "did": a row of key and answer; tags have several."""
    key = Comparison("key", "=", rule.field.removeprefix(ATTRIBUTE))

    def has(*more: Comparison) -> Did:
        return Did(Doing("attribute", (key, *more)), Span(), "rows", ">=", 1)

    if rule.value is None:
        return Not(has()) if rule.op == "=" else has()
    if rule.op == "!=":
        return Not(_attribute(Comparison(rule.field, "=", rule.value), as_of))
    plain = _comparison(Comparison(_column_of(rule), rule.op, rule.value), as_of)
    parts = plain.parts if isinstance(plain, All) else (plain,)
    return has(*(part for part in parts if isinstance(part, Comparison)))


def _column_of(rule: Comparison) -> str:
    sample = rule.value[0] if isinstance(rule.value, tuple) else rule.value
    if isinstance(sample, date) or rule.op in ("last_days", "before_days", "next_days"):
        return "on"
    return "number" if isinstance(sample, float) else "text"


def check_no_circle(number: int, rules: Mapping[int, Rule], names: Mapping[int, str]) -> None:
    """Raise RuleError where a segment's rule leads back to itself, or to a segment that is gone."""
    _follow(number, rules, names, (), set())


def _follow(
    number: int,
    rules: Mapping[int, Rule],
    names: Mapping[int, str],
    path: tuple[int, ...],
    done: set[int],
) -> None:
    """Follow a segment to all it builds on; `done` are those that lead to no circle."""
    if number in done:
        return
    if number in path:
        way = " → ".join(names.get(one, f"#{one}") for one in (*path[path.index(number) :], number))
        raise RuleError(errors.CYCLE.format(names=way))
    if number not in rules:
        raise RuleError(errors.NO_SEGMENT.format(id=number))
    for other in sorted(segments_named(rules[number])):
        _follow(other, rules, names, (*path, number), done)
    done.add(number)
