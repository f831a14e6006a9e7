"""Segment rules as data: {"all": [...]}, {"any": [...]}, {"not": {...}} or one comparison.

A comparison is {"field": "stage", "op": "=", "value": "first"}; fields are those of
`CustomerInsightView`. `matches` decides for one person; `store.rule_query` asks the database the
same; a property test compares them. A comparison with an unknown (NULL) value does not hold,
except "!=", which does; "=" and "!=" with null ask whether the value is unknown.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from operator import eq, ge, gt, le, lt, ne
from types import NoneType
from typing import Any, get_args

from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri.insight.types import CustomerInsightView, FreshnessBand, Stage

DEEPEST = 10
MOST_PARTS = 200


class RuleError(InputError):
    """A segment rule cannot be used; says which part and why."""

    code = "bad_rule"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One field against one value (a tuple for "in"); the value has the field's own type."""

    field: str
    op: str
    value: Any


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple["Rule", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple["Rule", ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: "Rule"


Rule = Comparison | All | AnyOf | Not

_ORDERED: dict[str, Callable[[Any, Any], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}
_EQUAL: dict[str, Callable[[Any, Any], bool]] = {"=": eq, "!=": ne}
OPERATORS = (*_EQUAL, *_ORDERED, "in")
_CHOICES = {"stage": Stage, "stage_before": Stage, "freshness_band": FreshnessBand}
FIELDS: dict[str, type] = {
    field.name: next(kind for kind in (*get_args(field.type), field.type) if kind is not NoneType)
    for field in fields(CustomerInsightView)
}


def parse_rule(data: object, depth: int = 0) -> Rule:
    """Check a rule tree and give it in a form both interpreters read; raises RuleError."""
    if depth > DEEPEST:
        raise RuleError(_TOO_LARGE.format(most=DEEPEST))
    if not isinstance(data, Mapping):
        raise RuleError(_NOT_A_RULE.format(part=_shown(data)))
    keys = set(data)
    if keys in ({"all"}, {"any"}):
        word = next(iter(keys))
        parts = tuple(parse_rule(part, depth + 1) for part in _parts(data[word]))
        return All(parts) if word == "all" else AnyOf(parts)
    if keys == {"not"}:
        return Not(parse_rule(data["not"], depth + 1))
    if keys == {"field", "op", "value"}:
        return _comparison(data["field"], data["op"], data["value"])
    raise RuleError(_NOT_A_RULE.format(part=_shown(data)))


def _parts(data: object) -> list[object]:
    if not isinstance(data, list) or not data:
        raise RuleError(_NO_PARTS)
    if len(data) > MOST_PARTS:
        raise RuleError(_TOO_LARGE.format(most=MOST_PARTS))
    return data


def _comparison(field: object, op: object, value: object) -> Comparison:
    if not isinstance(field, str) or field not in FIELDS:
        raise RuleError(_UNKNOWN_FIELD.format(field=_shown(field), known=", ".join(FIELDS)))
    if not isinstance(op, str) or op not in OPERATORS:
        raise RuleError(_UNKNOWN_OP.format(op=_shown(op), known=" ".join(OPERATORS)))
    if op in _ORDERED and (FIELDS[field] is bool or field in _CHOICES):
        raise RuleError(_NOT_ORDERED.format(field=field, op=op))
    if op == "in":
        return Comparison(field, op, tuple(_value(field, item) for item in _parts(value)))
    if value is None and op in _EQUAL:
        return Comparison(field, op, None)
    return Comparison(field, op, _value(field, value))


def _value(field: str, value: object) -> Any:  # noqa: ANN401 - of the field's own type
    kind = FIELDS[field]
    try:
        if kind is date:
            return value if type(value) is date else date.fromisoformat(str(value))
        if field in _CHOICES:
            return _CHOICES[field](str(value))
    except ValueError:
        raise RuleError(_BAD_VALUE.format(field=field, value=_shown(value))) from None
    if kind is float and type(value) is int:
        value = float(value)
    if type(value) is not kind or (kind is int and abs(int(str(value))) >= 2**63):
        raise RuleError(_BAD_VALUE.format(field=field, value=_shown(value)))
    return value


def matches(rule: Rule, person: CustomerInsightView) -> bool:
    """Tell whether the rule holds for one person."""
    if isinstance(rule, All):
        return all(matches(part, person) for part in rule.parts)
    if isinstance(rule, AnyOf):
        return any(matches(part, person) for part in rule.parts)
    if isinstance(rule, Not):
        return not matches(rule.part, person)
    known = getattr(person, rule.field)
    if rule.op in _EQUAL:
        return _EQUAL[rule.op](known, rule.value)
    if known is None:
        return False
    return known in rule.value if rule.op == "in" else _ORDERED[rule.op](known, rule.value)


def _shown(part: object) -> str:
    text = repr(part)
    return text if len(text) <= 60 else text[:57] + "..."


_NOT_A_RULE = Text(
    "セグメント条件の {part} を読めません。all / any / not か、field・op・value の組で書いてください。",
    "The segment rule has {part}, which is no rule; write all / any / not, or field, op and value.",
)
_NO_PARTS = Text(
    "セグメント条件の all / any / in には1つ以上の要素を並べてください。",
    "all, any and in of a segment rule need a list of at least one part.",
)
_TOO_LARGE = Text(
    "セグメント条件が大きすぎます({most} まで)。分けて作成してください。",
    "The segment rule is too large (at most {most}); split it into several segments.",
)
_UNKNOWN_FIELD = Text(
    "セグメント条件の項目 {field} はありません。使えるのは {known} です。",
    "The segment rule names {field}, which is no field; known ones are {known}.",
)
_UNKNOWN_OP = Text(
    "セグメント条件の記号 {op} は使えません。使えるのは {known} です。",
    "The segment rule uses {op}; use one of {known}.",
)
_NOT_ORDERED = Text(
    "項目 {field} に大小はないため {op} は使えません。= か != か in を使ってください。",
    "Field {field} has no order, so {op} cannot be used; use =, != or in.",
)
_BAD_VALUE = Text(
    "項目 {field} の値 {value} は使えません。型と選択肢を確認してください。",
    "Field {field} cannot be compared with {value}; check its type and choices.",
)
