"""From data to a checked rule; raises RuleError with the part that is wrong."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from okaeri.foundation.text import Text, day_in_words
from okaeri.insight.domain.segment_rules import errors
from okaeri.insight.domain.segment_rules.catalog import BUILT_IN
from okaeri.insight.domain.segment_rules.errors import RuleError, shown
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
    walk,
)
from okaeri.insight.domain.words import sentence
from okaeri.insight.segment_types import (
    DEEPEST,
    MOST_DAYS,
    MOST_PARTS,
    NUMBER_OPS,
    OPERATORS,
    RELATIVE_OPS,
    Catalog,
    Field,
)

_LONGEST_TEXT = 200
_COUNT = Text("回数", "Count")
_MEASURED = {"int": Field(_COUNT, "int"), "float": Field(Text("割合", "Share"), "float", "percent")}
_EVERY_OP = tuple(dict.fromkeys(op for ops in OPERATORS.values() for op in ops))
_COMPARISON = {"field", "op", "value"}
_DID = {"did", "where", "last_days", "since", "until", "measure", "op", "value"}
_FOLLOWS = {"then", "within_days", "happened"}


def parse_rule(data: object, catalog: Catalog = BUILT_IN, depth: int = 0) -> Rule:
    """Check a rule tree and give it in the form the interpreters read."""
    if depth > DEEPEST:
        raise RuleError(errors.TOO_LARGE.format(most=DEEPEST))
    if not isinstance(data, Mapping):
        raise RuleError(errors.NOT_A_RULE.format(part=shown(data)))
    keys = set(data)
    if keys in ({"all"}, {"any"}):
        word = next(iter(keys))
        parts = tuple(parse_rule(part, catalog, depth + 1) for part in _parts(data[word]))
        return All(parts) if word == "all" else AnyOf(parts)
    if keys == {"not"}:
        return Not(parse_rule(data["not"], catalog, depth + 1))
    if keys == {"segment"}:
        return _member(data["segment"], catalog)
    if keys == _COMPARISON:
        return parse_comparison(data, catalog.fields)
    if "did" in keys and keys <= _DID:
        return _did(data, catalog)
    if keys - _FOLLOWS in ({"first"}, {"last"}) and "then" in keys:
        return _follows(data, "first" if "first" in keys else "last", catalog)
    raise RuleError(errors.NOT_A_RULE.format(part=shown(data)))


def _parts(data: object) -> list[object]:
    if not isinstance(data, list) or not data:
        raise RuleError(errors.NO_PARTS)
    if len(data) > MOST_PARTS:
        raise RuleError(errors.TOO_LARGE.format(most=MOST_PARTS))
    return data


def _member(number: object, catalog: Catalog) -> Member:
    if type(number) is not int or number not in catalog.segments:
        raise RuleError(errors.NO_SEGMENT.format(id=shown(number)))
    return Member(number)


def _did(data: Mapping[Any, Any], catalog: Catalog) -> Did:
    doing = _doing(data, catalog)
    columns = catalog.facts[doing.fact].columns
    sums = [f"sum:{name}" for name, column in columns.items() if column.kind in ("int", "float")]
    known = ("rows", "days", "share", *sums)
    measure, op = data.get("measure", "rows"), data.get("op", ">=")
    if measure not in known:
        raise RuleError(errors.BAD_MEASURE.format(measure=shown(measure), known=" ".join(known)))
    if op not in NUMBER_OPS:
        raise RuleError(errors.UNKNOWN_OP.format(op=shown(op), known=" ".join(NUMBER_OPS)))
    kind = "float" if measure == "share" else "int"
    value = _number(str(measure), _MEASURED[kind], data.get("value", 1))
    span = _span(data)
    if span != Span():
        _check_has_time(doing, catalog)
    return Did(doing, span, str(measure), str(op), value)


def _check_has_time(doing: Doing, catalog: Catalog) -> None:
    fact = catalog.facts[doing.fact]
    if fact.is_standing:
        raise RuleError(sentence(errors.NO_TIME, fact=fact.name))


def check_written(rule: Rule, catalog: Catalog = BUILT_IN) -> None:
    """Refuse what can never hold: values no field has, more days than are kept of a thing.

    Asked when a rule is written; one stored before there was a limit goes on within it (`resolve`).
    """
    for part in walk(rule):
        if isinstance(part, Comparison):
            _check_bounds(part, catalog.fields)
        elif isinstance(part, Did):
            _check_measured(part)
            _check_days(part.doing, part.span.last_days, catalog)
        elif isinstance(part, Follows):
            _check_days(part.start, part.within_days, catalog)
            _check_days(part.then, part.within_days, catalog)


def _check_bounds(rule: Comparison, fields: Mapping[str, Field]) -> None:
    field = fields[rule.field]
    for value in rule.value if isinstance(rule.value, tuple) else (rule.value,):
        if isinstance(value, int | float) and not field.holds(value):
            raise _out_of_range(rule.field, field, value)


def _check_measured(rule: Did) -> None:
    is_count = rule.measure in ("rows", "days")
    field = replace(_MEASURED["int" if is_count else "float"], low=0, high=None if is_count else 1)
    if (is_count or rule.measure == "share") and not field.holds(rule.value):
        raise _out_of_range(rule.measure, field, rule.value)


def _out_of_range(name: str, field: Field, value: float) -> RuleError:
    low, high = (_written(field, bound) for bound in (field.low, field.high))
    if low and high:
        bounds = Text(f"{low}〜{high}", f"from {low} to {high}")
    elif low:
        bounds = Text(f"{low}以上", f"of {low} or more")
    else:
        bounds = Text(f"{high}以下", f"of {high} or less")
    said = _written(field, value)
    words = sentence(errors.OUT_OF_RANGE, name=field.name, field=name, value=said, bounds=bounds)
    return RuleError(words)


def _written(field: Field, value: float | None) -> str:
    if value is None:
        return ""
    return f"{value * 100:g}%" if field.unit == "percent" else f"{value:g}"


def _check_days(doing: Doing, days: int | None, catalog: Catalog) -> None:
    fact = catalog.facts[doing.fact]
    if days is not None and days > fact.most_days:
        raise RuleError(sentence(errors.NOT_KEPT, fact=fact.name, days=days, most=fact.most_days))


def _doing(data: object, catalog: Catalog) -> Doing:
    if not isinstance(data, Mapping) or "did" not in data:
        raise RuleError(errors.NOT_A_RULE.format(part=shown(data)))
    fact = data["did"]
    if not isinstance(fact, str) or fact not in catalog.facts:
        known = ", ".join(catalog.facts)
        raise RuleError(errors.UNKNOWN_FACT.format(fact=shown(fact), known=known))
    where = data.get("where", [])
    if not isinstance(where, list) or len(where) > MOST_PARTS:
        raise RuleError(errors.NOT_A_RULE.format(part=shown(where)))
    columns = catalog.facts[fact].columns
    return Doing(fact, tuple(parse_comparison(one, columns) for one in where))


def _span(data: Mapping[Any, Any]) -> Span:
    last, since, until = (data.get(key) for key in ("last_days", "since", "until"))
    if last is not None and (since is not None or until is not None):
        raise RuleError(errors.TWO_SPANS)
    if last is not None and not _is_days(last):
        raise RuleError(errors.BAD_DAYS.format(days=shown(last)))
    start, end = _day(since), _day(until)
    if start is not None and end is not None and start > end:
        raise RuleError(sentence(errors.TURNED, since=day_in_words(start), until=day_in_words(end)))
    return Span(last, start, end)


def _day(value: object) -> date | None:
    try:
        return None if value is None else date.fromisoformat(str(value))
    except ValueError:
        raise RuleError(errors.BAD_DAY.format(day=shown(value))) from None


def _is_days(value: object) -> bool:
    return type(value) is int and 1 <= value <= MOST_DAYS


def _follows(data: Mapping[Any, Any], which: str, catalog: Catalog) -> Follows:
    within, happened = data.get("within_days"), data.get("happened", True)
    if within is not None and not _is_days(within):
        raise RuleError(errors.BAD_DAYS.format(days=shown(within)))
    for part in (data[which], data["then"]):
        if isinstance(part, Mapping) and set(part) - {"did", "where"}:
            raise RuleError(errors.NOT_A_RULE.format(part=shown(part)))
    if type(happened) is not bool:
        raise RuleError(errors.NOT_A_RULE.format(part=shown({"happened": happened})))
    start, then = _doing(data[which], catalog), _doing(data["then"], catalog)
    for doing in (start, then):
        _check_has_time(doing, catalog)
    return Follows(which, start, then, within, happened)


def parse_comparison(data: object, fields: Mapping[str, Field]) -> Comparison:
    """Check one comparison against the fields it may name."""
    if not isinstance(data, Mapping) or set(data) != _COMPARISON:
        raise RuleError(errors.NOT_A_RULE.format(part=shown(data)))
    name, op, value = data["field"], data["op"], data["value"]
    if not isinstance(name, str) or name not in fields:
        known = ", ".join(fields)
        raise RuleError(errors.UNKNOWN_FIELD.format(field=shown(name), known=known))
    if op not in _EVERY_OP:
        raise RuleError(errors.UNKNOWN_OP.format(op=shown(op), known=" ".join(_EVERY_OP)))
    field = fields[name]
    allowed = OPERATORS[field.kind]
    if op not in allowed:
        raise RuleError(errors.NOT_ORDERED.format(field=name, op=op, known=" ".join(allowed)))
    if op in RELATIVE_OPS:
        if type(value) is not int or not 0 <= value <= MOST_DAYS:
            raise _bad_value(name, field, value, errors.EXPECTED["days"])
        return Comparison(name, op, value)
    if op == "in":
        return Comparison(name, op, tuple(_value(name, field, item) for item in _parts(value)))
    if value is None and op in ("=", "!="):
        return Comparison(name, op, None)
    if field.kind == "birthday" and op != "month":
        # A day without a year is asked by its nearness and its month; "=" and "!=" ask whether it is known.
        known = "next_days month"
        raise RuleError(errors.NOT_ORDERED.format(field=name, op=op, known=known))
    return Comparison(name, op, _value(name, field, value))


def _value(name: str, field: Field, value: object) -> Any:  # noqa: ANN401 - of the field's own type
    if field.kind in ("int", "float"):
        return _number(name, field, value)
    if field.kind == "date":
        try:
            return value if type(value) is date else date.fromisoformat(str(value))
        except ValueError:
            raise _bad_value(name, field, value) from None
    if field.kind == "choice" and str(value) in field.choices:
        return str(value)
    if not _IS_GOOD.get(field.kind, lambda _: False)(value):
        raise _bad_value(name, field, value)
    return value


_IS_GOOD: Mapping[str, Callable[[Any], bool]] = {
    "bool": lambda value: type(value) is bool,
    "text": lambda value: isinstance(value, str) and _is_text(value),
    "birthday": lambda value: type(value) is int and 1 <= value <= 12,
}


def _is_text(value: str) -> bool:
    """Tell whether a page and a database can hold a text: no half characters, no NUL."""
    is_whole = not any(char == "\0" or "\ud800" <= char <= "\udfff" for char in value)
    return is_whole and 0 < len(value) <= _LONGEST_TEXT


def _number(name: str, field: Field, value: object) -> Any:  # noqa: ANN401 - int or float
    kind = field.kind
    if kind == "float" and type(value) is int and abs(value) < 2**53:
        value = float(value)
    if type(value) is int and kind == "int" and abs(value) < 2**63:
        return value
    if type(value) is float and kind == "float" and value == value and abs(value) < 1e18:
        return value
    raise _bad_value(name, field, value)


def _bad_value(name: str, field: Field, value: object, expected: Text | None = None) -> RuleError:
    meant = expected or errors.EXPECTED[field.kind]
    said = sentence(
        errors.BAD_VALUE, name=field.name, field=name, value=shown(value), expected=meant
    )
    return RuleError(said)
