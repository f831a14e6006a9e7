"""A rule as a form holds it while somebody builds it: every value is text, and nothing is refused.

Each part has a path ("r", "r.0", "r.0.2"); its inputs are named path:what. `reading.read_draft` reads a
form, `draft_of` a stored rule, `Draft.rule` gives the rule to check, `changing.change` does what a button
asks. Nothing is cut off: what is too large or cannot be read the checker says.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from okaeri.insight.segment_types import Catalog, Field

GROUPS = ("all", "any", "none")
_NULLS = {"known": "!=", "unknown": "="}
# A part the form cannot draw travels whole, as JSON in `words`.
KEPT = "kept"
# Longer texts are no number anybody means; to read millions of digits takes long.
_LONGEST_NUMBER = 40


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison as it was typed."""

    field: str
    op: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """One part: a group ("all", "any", "none"), or "field", "did", "follows", "segment", "kept"."""

    kind: str
    parts: tuple["Draft", ...] = ()
    # Of "field" the one comparison; of "did" and "follows" those the thing must meet.
    where: tuple[Condition, ...] = ()
    then_where: tuple[Condition, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)

    def rule(self, catalog: Catalog) -> dict[str, Any]:
        """Give the rule tree as data; what cannot be read stays text, so that the check names it."""
        if self.kind in GROUPS:
            return self._group(catalog)
        if self.kind == KEPT:
            return _kept(self.words.get("rule", ""))
        if self.kind == "field":
            return _comparison(self.where[0], catalog.fields) if self.where else {}
        if self.kind == "segment":
            return {"segment": _number(self.words.get("segment", ""))}
        return self._did(catalog) if self.kind == "did" else self._follows(catalog)

    def _group(self, catalog: Catalog) -> dict[str, Any]:
        parts = [part.rule(catalog) for part in self.parts]
        if self.kind == "none":
            return {"not": parts[0] if len(parts) == 1 else {"any": parts}}
        return {self.kind: parts}

    def _did(self, catalog: Catalog) -> dict[str, Any]:
        said = self.words
        measure = said.get("measure") or "rows"
        value = _number(said.get("value") or "1")
        if measure == "share" and isinstance(value, int | float):
            value = round(value / 100, 12)
        rule: dict[str, Any] = {
            "did": said.get("fact", "order"),
            "where": _where(self.where, said.get("fact", "order"), catalog),
            "measure": measure,
            "op": said.get("op") or ">=",
            "value": value,
        }
        if said.get("last_days"):
            return rule | {"last_days": _number(said["last_days"])}
        return rule | {key: said[key] for key in ("since", "until") if said.get(key)}

    def _follows(self, catalog: Catalog) -> dict[str, Any]:
        said = self.words
        start, then = said.get("fact", "order"), said.get("then", "order")
        rule: dict[str, Any] = {
            said.get("which") or "last": {
                "did": start,
                "where": _where(self.where, start, catalog),
            },
            "then": {"did": then, "where": _where(self.then_where, then, catalog)},
            "happened": said.get("happened", "1") == "1",
        }
        within = said.get("within_days", "")
        return rule | ({"within_days": _number(within)} if within else {})


def _kept(text: str) -> dict[str, Any]:
    """Give the rule that travelled whole; {} (no rule, says the checker) where somebody spoilt it."""
    try:
        rule = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return rule if isinstance(rule, dict) else {}


def kept(rule: Mapping[str, Any]) -> Draft:
    """Give a part as one that travels whole."""
    return Draft(KEPT, words={"rule": json.dumps(rule, separators=(",", ":"))})


def _where(conditions: tuple[Condition, ...], fact: str, catalog: Catalog) -> list[dict[str, Any]]:
    known = catalog.facts.get(fact)
    return [_comparison(one, known.columns if known else {}) for one in conditions]


def _is_share(field: Field | None) -> bool:
    return field is not None and field.unit == "percent"


def _of_each(value: object, change: Callable[[Any], object]) -> object:
    """Change a number, or each of several; what is no number stays as it is."""
    if isinstance(value, list):
        return [_of_each(one, change) for one in value]
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return change(value) if is_number else value


def _comparison(one: Condition, fields: Mapping[str, Field]) -> dict[str, Any]:
    if one.op in _NULLS:
        return {"field": one.field, "op": _NULLS[one.op], "value": None}
    known = fields.get(one.field)
    if one.op == "in":
        values = [text.strip() for text in one.value.split(",") if text.strip()]
        typed = [_typed(text, known) for text in values]
        return {"field": one.field, "op": "in", "value": typed}
    if one.op in ("last_days", "before_days", "next_days", "month"):
        return {"field": one.field, "op": one.op, "value": _number(one.value)}
    return {"field": one.field, "op": one.op, "value": _typed(one.value.strip(), known)}


def _typed(text: str, field: Field | None) -> object:
    kind = field.kind if field else "text"
    if _is_share(field):
        return _of_each(_number(text), lambda percent: round(percent / 100, 12))
    if kind == "bool":
        return text == "1"
    return _number(text) if kind in ("int", "float", "birthday") else text


def _number(text: str) -> object:
    plain = text.replace(",", "").strip()
    if len(plain) > _LONGEST_NUMBER:
        return text
    for kind in (int, float):
        try:
            return kind(plain)
        except ValueError:
            continue
    return text


Whole = Callable[[Mapping[str, Any]], bool]


def draft_of(
    rule: Mapping[str, Any],
    is_whole: Whole = lambda _: False,
    fields: Mapping[str, Field] = MappingProxyType({}),
) -> Draft:
    """Give a stored rule as a draft whose root is a group; parts for which `is_whole` are kept whole.

    `fields` tell which values a form writes in percent. Raises KeyError, TypeError, AttributeError or
    ValueError for what is no rule at all.
    """
    found = _draft(rule, is_whole, fields)
    return found if found.kind in GROUPS else Draft("all", (found,))


def _draft(rule: Mapping[str, Any], is_whole: Whole, fields: Mapping[str, Field]) -> Draft:
    if is_whole(rule):
        return kept(rule)
    for word in ("all", "any"):
        if set(rule) == {word}:
            return Draft(word, tuple(_draft(part, is_whole, fields) for part in rule[word]))
    if set(rule) == {"not"}:
        inner = rule["not"]
        parts = inner["any"] if set(inner) == {"any"} else [inner]
        return Draft("none", tuple(_draft(part, is_whole, fields) for part in parts))
    return leaf_draft(rule, fields)


def leaf_draft(rule: Mapping[str, Any], fields: Mapping[str, Field]) -> Draft:
    """Give one condition as a draft."""
    if "segment" in rule:
        return Draft("segment", words={"segment": str(rule["segment"])})
    if "did" in rule:
        return _draft_did(rule)
    if "then" in rule:
        return _draft_follows(rule)
    return Draft("field", where=(_condition(rule, fields),))


def _draft_did(rule: Mapping[str, Any]) -> Draft:
    value = rule.get("value", 1)
    if rule.get("measure") == "share":
        value = round(value * 100, 6)
    words = {
        "fact": rule["did"],
        "measure": rule.get("measure", "rows"),
        "op": rule.get("op", ">="),
    }
    words["value"] = f"{value:.15g}" if isinstance(value, float) else str(value)
    words |= {key: str(rule[key]) for key in ("last_days", "since", "until") if key in rule}
    return Draft("did", where=tuple(map(_condition, rule.get("where", []))), words=words)


def _draft_follows(rule: Mapping[str, Any]) -> Draft:
    which = "first" if "first" in rule else "last"
    words = {
        "which": which,
        "fact": rule[which]["did"],
        "then": rule["then"]["did"],
        "happened": "1" if rule.get("happened", True) else "0",
        "within_days": str(rule.get("within_days") or ""),
    }
    return Draft(
        "follows",
        where=tuple(map(_condition, rule[which].get("where", []))),
        then_where=tuple(map(_condition, rule["then"].get("where", []))),
        words=words,
    )


def _condition(
    rule: Mapping[str, Any], fields: Mapping[str, Field] = MappingProxyType({})
) -> Condition:
    op, value, name = rule["op"], rule["value"], rule["field"]
    if isinstance(name, str) and _is_share(fields.get(name)):
        value = _of_each(value, lambda share: f"{share * 100:.12g}")
    if value is None:
        return Condition(rule["field"], "known" if op == "!=" else "unknown")
    if isinstance(value, list):
        return Condition(rule["field"], op, ", ".join(str(one) for one in value))
    if isinstance(value, bool):
        return Condition(rule["field"], op, "1" if value else "0")
    return Condition(rule["field"], op, str(value))


START = Draft("all", (Draft("field", where=(Condition("purchase_count", ">=", "2"),)),))
