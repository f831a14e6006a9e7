"""Many segment rules over everybody at once: each table is read once, whatever the number of rules.

The parts of all rules that look at what people did become columns of one aggregation per kind of
thing; "after A, B" costs one more pass for all such parts together. `domain.segment_rules.matches`
says the same for one person.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import reduce
from operator import and_, eq, ge, gt, le, lt, or_
from typing import Any

import ibis
import ibis.expr.types as ir

from okaeri.insight.domain.segment_rules import (
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
    walk,
)

Stage = Callable[[str, ir.Table], ir.Table]
_ORDERED: Mapping[str, Callable[..., Any]] = {"<": lt, "<=": le, ">": gt, ">=": ge}


@dataclass(frozen=True, slots=True)
class Parts:
    """The distinct parts of many rules; a part's column is named after its place.

    `fields` are the columns of people that are asked for.
    """

    dids: tuple[Did, ...]
    follows: tuple[Follows, ...]
    fields: frozenset[str]

    def facts(self) -> set[str]:
        """Give the kinds of things that must be read."""
        return {doing.fact for doing in self._doings()}

    def columns(self, fact: str) -> set[str]:
        """Give the columns of a kind of thing that are compared."""
        return {one.field for doing in self._doings() if doing.fact == fact for one in doing.where}

    def _doings(self) -> list[Doing]:
        asked = [did.doing for did in self.dids]
        return asked + [doing for one in self.follows for doing in (one.start, one.then)]


def parts_of(rules: Iterable[Rule]) -> Parts:
    """Gather the distinct parts of resolved rules."""
    every = [part for rule in rules for part in walk(rule)]
    return Parts(
        tuple(dict.fromkeys(part for part in every if isinstance(part, Did))),
        tuple(dict.fromkeys(part for part in every if isinstance(part, Follows))),
        frozenset(part.field for part in every if isinstance(part, Comparison)),
    )


def compute_segment_flags(
    people: ir.Table, facts: Mapping[str, ir.Table], rules: Sequence[Rule], stage: Stage
) -> ir.Table:
    """One row per person: customer_id and, for each resolved rule, whether it holds (s0, s1, ...).

    `people` has the columns named by `segment_rules.FIELDS`, each table of `facts` customer_id, day and the
    columns of that fact; every fact that a rule names must be there. `stage` keeps rows in between.
    """
    parts = parts_of(rules)
    rows = people
    measured: dict[str, ir.Table] = {}
    for fact in sorted(parts.facts()):
        columns = compute_measures(facts[fact], fact, parts)
        if columns is not None:
            measured[fact] = stage(f"segment_measures_{fact}", columns)
            rows = _joined(rows, measured[fact])
    for fact in sorted({one.then.fact for one in parts.follows}):
        followers = compute_followers(facts[fact], fact, measured, parts)
        rows = _joined(rows, stage(f"segment_followers_{fact}", followers))
    flags = {f"s{place}": _holds(rule, rows, parts) for place, rule in enumerate(rules)}
    return rows.select("customer_id", **flags)


def _joined(rows: ir.Table, more: ir.Table) -> ir.Table:
    return rows.left_join(more, "customer_id").drop("customer_id_right")


def compute_measures(rows: ir.Table, fact: str, parts: Parts) -> ir.Table | None:
    """One row per customer who did any of it: d<n> (how much) and t<n> (of how many), a<n> (when).

    None where no part of the rules needs it.
    """
    columns: dict[str, ir.Value] = {}
    wanted: list[ir.BooleanValue] = []
    for place, did in enumerate(parts.dids):
        if did.doing.fact != fact:
            continue
        in_span = _in_span(rows, did.span)
        is_it = _all([*in_span, *_where(did.doing, rows)])
        columns[f"d{place}"] = _measure(did, rows, is_it)
        if did.measure == "share":
            columns[f"t{place}"] = _count(_all(in_span))
        wanted.append(_all(in_span) if did.measure == "share" else is_it)
    for place, one in enumerate(parts.follows):
        if one.start.fact == fact:
            is_it = _all([rows.day <= one.until, *_where(one.start, rows)])
            days = is_it.ifelse(rows.day, ibis.null("date"))
            columns[f"a{place}"] = days.min() if one.which == "first" else days.max()
            wanted.append(is_it)
    if not columns:
        return None
    relevant = rows.filter(_relevant(rows, fact, parts, wanted) & rows.customer_id.notnull())
    return relevant.group_by("customer_id").agg(**columns)


def _relevant(
    rows: ir.Table, fact: str, parts: Parts, wanted: Sequence[ir.BooleanValue]
) -> ir.BooleanValue:
    """Give which rows any part may count; asking every part again is dear where some count all."""
    mine = [did for did in parts.dids if did.doing.fact == fact]
    starts = [one for one in parts.follows if one.start.fact == fact]
    counts_all = any(did.measure == "share" or not did.doing.where for did in mine)
    if not counts_all:
        return reduce(or_, wanted)
    since = [did.span.since for did in mine if did.span.since is not None]
    if starts or len(since) < len(mine):
        return ibis.literal(True)
    return rows.day >= min(since)


def _measure(did: Did, rows: ir.Table, is_it: ir.BooleanValue) -> ir.Value:
    if did.measure == "days":
        return is_it.ifelse(rows.day, ibis.null("date")).nunique()
    if did.measure in ("rows", "share"):
        return _count(is_it)
    return is_it.ifelse(rows[did.measure.removeprefix("sum:")], 0).sum()


def _count(condition: ir.BooleanValue) -> ir.Value:
    # Counting what is not NULL is cheaper than adding ones: DuckDB adds with 128 bits.
    return condition.ifelse(1, ibis.null("int64")).count()


def compute_followers(
    rows: ir.Table, fact: str, measured: Mapping[str, ir.Table], parts: Parts
) -> ir.Table:
    """One row per customer who did the first thing and later any of `fact`: f<n> is 1 if in time."""
    mine = [(place, one) for place, one in enumerate(parts.follows) if one.then.fact == fact]
    by_start: dict[str, list[int]] = {}
    for place, one in mine:
        by_start.setdefault(one.start.fact, []).append(place)
    for start, places in by_start.items():
        names = [f"a{place}" for place in places]
        starts = measured[start].select("customer_id", *names)
        starts = starts.filter(reduce(or_, [starts[name].notnull() for name in names]))
        # Of one kind of beginning only those who began matter; of several, whoever began either.
        how = "inner" if len(by_start) == 1 else "left"
        rows = rows.join(starts, "customer_id", how=how)
        rows = rows.drop("customer_id_right") if "customer_id_right" in rows.columns else rows
    columns: dict[str, ir.Value] = {}
    wanted: list[ir.BooleanValue] = []
    for place, one in mine:
        began = rows[f"a{place}"]
        conditions = [rows.day > began, rows.day <= one.until, *_where(one.then, rows)]
        if one.within_days is not None:
            conditions.append(rows.day.delta(began, unit="day") <= one.within_days)
        is_it = _all(conditions).fill_null(False)
        columns[f"f{place}"] = is_it.ifelse(1, 0).max()
        wanted.append(is_it)
    return rows.filter(reduce(or_, wanted)).group_by("customer_id").agg(**columns)


def _in_span(rows: ir.Table, span: Span) -> list[ir.BooleanValue]:
    conditions = []
    if span.since is not None:
        conditions.append(rows.day >= span.since)
    if span.until is not None:
        conditions.append(rows.day <= span.until)
    return conditions


def _where(doing: Doing, rows: ir.Table) -> list[ir.BooleanValue]:
    return [holds(one, rows) for one in doing.where]


def _all(conditions: Sequence[ir.BooleanValue]) -> ir.BooleanValue:
    return reduce(and_, conditions) if conditions else ibis.literal(True)


def holds(rule: Comparison, rows: ir.Table) -> ir.BooleanValue:
    """Give one comparison as a condition that is never NULL."""
    column = rows[rule.field]
    if rule.value is None:
        return column.isnull() if rule.op == "=" else column.notnull()
    if rule.op == "=":
        return eq(column, rule.value).fill_null(False)
    if rule.op == "!=":
        return (column != rule.value).fill_null(True)
    if rule.op == "in":
        return column.isin(rule.value).fill_null(False)
    if rule.op == "contains":
        return column.contains(rule.value).fill_null(False)
    return _ORDERED[rule.op](column, rule.value).fill_null(False)


def _holds(rule: Rule, rows: ir.Table, parts: Parts) -> ir.BooleanValue:
    if isinstance(rule, All | AnyOf):
        conditions = [_holds(part, rows, parts) for part in rule.parts]
        return reduce(and_ if isinstance(rule, All) else or_, conditions)
    if isinstance(rule, Not):
        return ~_holds(rule.part, rows, parts)
    if isinstance(rule, Did):
        return _did(rule, rows, parts.dids.index(rule))
    if isinstance(rule, Follows):
        return _follows(rule, rows, parts.follows.index(rule))
    if isinstance(rule, Member):
        raise TypeError("a rule is resolved before it is asked")
    return holds(rule, rows)


def _did(rule: Did, rows: ir.Table, place: int) -> ir.BooleanValue:
    found = rows[f"d{place}"].fill_null(0)
    if rule.measure != "share":
        return _compared(found, rule.op, rule.value)
    total = rows[f"t{place}"].fill_null(0)
    needed = total.cast("float64") * ibis.literal(rule.value, "float64")
    return (total > 0) & _compared(found.cast("float64"), rule.op, needed)


def _compared(left: ir.Value, op: str, right: object) -> ir.BooleanValue:
    if op == "=":
        return eq(left, right)
    if op == "!=":
        return left != right
    return _ORDERED[op](left, right)


def _follows(rule: Follows, rows: ir.Table, place: int) -> ir.BooleanValue:
    began = rows[f"a{place}"]
    happened = rows[f"f{place}"].fill_null(0) > 0
    is_known = began.notnull()
    if rule.since is not None:
        is_known = (began >= rule.since).fill_null(False)
    if rule.happened:
        return is_known & happened
    if rule.until is None or rule.within_days is None:
        return is_known & ~happened
    is_over = (began <= rule.until - timedelta(days=rule.within_days)).fill_null(False)
    return is_known & is_over & ~happened
