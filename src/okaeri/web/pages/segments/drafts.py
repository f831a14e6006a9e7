"""A rule as a form holds it while somebody builds it: every value is text, and nothing is refused.

Each part has a path ("r", "r.0", "r.0.2"); its inputs are named path:what. `read_draft` reads a form,
`draft_of` a stored rule, `Draft.rule` gives the rule to check, `change` does what a button asks.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from okaeri.insight.segment_types import Catalog, Field

GROUPS = ("all", "any", "none")
_NULLS = {"known": "!=", "unknown": "="}
_MOST_PARTS, _DEEPEST = 20, 5


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison as it was typed."""

    field: str
    op: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """One part: a group ("all", "any", "none"), or "field", "did", "follows", "segment"."""

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
        if self.kind == "field":
            return _comparison(self.where[0], catalog.fields)
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
            value = value / 100
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


def _where(conditions: tuple[Condition, ...], fact: str, catalog: Catalog) -> list[dict[str, Any]]:
    known = catalog.facts.get(fact)
    return [_comparison(one, known.columns if known else {}) for one in conditions]


def _comparison(one: Condition, fields: Mapping[str, Field]) -> dict[str, Any]:
    if one.op in _NULLS:
        return {"field": one.field, "op": _NULLS[one.op], "value": None}
    known = fields.get(one.field)
    kind = known.kind if known else "text"
    if one.op == "in":
        values = [text.strip() for text in one.value.split(",") if text.strip()]
        return {"field": one.field, "op": "in", "value": [_typed(text, kind) for text in values]}
    if one.op in ("last_days", "before_days", "next_days", "month"):
        return {"field": one.field, "op": one.op, "value": _number(one.value)}
    return {"field": one.field, "op": one.op, "value": _typed(one.value.strip(), kind)}


def _typed(text: str, kind: str) -> object:
    if kind == "bool":
        return text == "1"
    return _number(text) if kind in ("int", "float") else text


def _number(text: str) -> object:
    plain = text.replace(",", "").strip()
    for kind in (int, float):
        try:
            return kind(plain)
        except ValueError:
            continue
    return text


def draft_of(rule: Mapping[str, Any]) -> Draft:
    """Give a stored rule as a draft whose root is a group."""
    found = _draft(rule)
    return found if found.kind in GROUPS else Draft("all", (found,))


def _draft(rule: Mapping[str, Any]) -> Draft:
    for word in ("all", "any"):
        if word in rule:
            return Draft(word, tuple(_draft(part) for part in rule[word]))
    if "not" in rule:
        inner = rule["not"]
        parts = inner["any"] if set(inner) == {"any"} else [inner]
        return Draft("none", tuple(_draft(part) for part in parts))
    if "segment" in rule:
        return Draft("segment", words={"segment": str(rule["segment"])})
    if "did" in rule:
        return _draft_did(rule)
    if "then" in rule:
        return _draft_follows(rule)
    return Draft("field", where=(_condition(rule),))


def _draft_did(rule: Mapping[str, Any]) -> Draft:
    value = rule.get("value", 1)
    if rule.get("measure") == "share":
        value = round(value * 100, 6)
    words = {
        "fact": rule["did"],
        "measure": rule.get("measure", "rows"),
        "op": rule.get("op", ">="),
    }
    words["value"] = f"{value:g}" if isinstance(value, float) else str(value)
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


def _condition(rule: Mapping[str, Any]) -> Condition:
    op, value = rule["op"], rule["value"]
    if value is None:
        return Condition(rule["field"], "known" if op == "!=" else "unknown")
    if isinstance(value, list):
        return Condition(rule["field"], op, ", ".join(str(one) for one in value))
    if isinstance(value, bool):
        return Condition(rule["field"], op, "1" if value else "0")
    return Condition(rule["field"], op, str(value))


# ---- forms -------------------------------------------------------------------------------------

_WORDS = (
    "fact", "measure", "op", "value", "last_days", "since", "until", "which", "then", "happened",
    "within_days", "segment",
)  # fmt: skip


def read_draft(form: Mapping[str, str]) -> Draft | None:
    """Read what the builder's form holds; None where it is another form."""
    return _read("r", form, 0) if form.get("r:kind") else None


def _read(path: str, form: Mapping[str, str], depth: int) -> Draft:
    kind = form.get(f"{path}:kind", "field")
    if kind in GROUPS:
        places = (f"{path}.{n}" for n in range(_MOST_PARTS * 2))
        parts = (_read(p, form, depth + 1) for p in places if f"{p}:kind" in form)
        return Draft(kind, tuple(parts) if depth < _DEEPEST else ())
    words = {word: form[f"{path}:{word}"][:200] for word in _WORDS if f"{path}:{word}" in form}
    return Draft(kind, (), _conditions(f"{path}:w", form), _conditions(f"{path}:t", form), words)


def _conditions(start: str, form: Mapping[str, str]) -> tuple[Condition, ...]:
    return tuple(
        Condition(
            form[f"{start}{n}:field"][:80],
            form.get(f"{start}{n}:op", "=")[:20],
            form.get(f"{start}{n}:value", "")[:200],
        )
        for n in range(_MOST_PARTS)
        if f"{start}{n}:field" in form
    )


_NEW = {
    "field": Draft("field", where=(Condition("purchase_count", ">=", "2"),)),
    "did": Draft("did", words={"fact": "order", "measure": "rows", "op": ">=", "value": "1"}),
    "follows": Draft("follows", words={"fact": "item", "then": "item", "which": "last"}),
    "segment": Draft("segment"),
    "group": Draft("any", (Draft("field", where=(Condition("is_lapsed", "=", "0"),)),)),
}
# The three axes marketers begin with; each lands as an ordinary condition.
_NEW |= {
    "frequency": Draft(
        "did",
        words={"fact": "order", "measure": "days", "op": ">=", "value": "3", "last_days": "365"},
    ),
    "amount": Draft("field", where=(Condition("net_12m_minor", ">=", "10000"),)),
    "category": Draft(
        "did",
        where=(Condition("category", "="),),
        words={"fact": "item", "measure": "rows", "op": ">=", "value": "1"},
    ),
}
_FIRST_COLUMN = {
    "order": "kind",
    "item": "sku",
    "subscription": "kind",
    "event": "kind",
    "answer": "question",
}


def change(root: Draft, asked: str) -> Draft:
    """Do what a button asks: "add-<kind>@path", "where@path", "then@path", "remove@path"."""
    action, _, path = asked.partition("@")
    steps = path.split(".")[1:]
    if action.startswith("add-") and action[4:] in _NEW:
        return _at(root, steps, lambda group: _with_part(group, _NEW[action[4:]]))
    if action == "remove" and steps and ":" in steps[-1]:
        return _at(root, [*steps[:-1], steps[-1].partition(":")[0]], lambda p: _less(p, path))
    if action == "remove" and ":" in path:
        return root
    if action == "remove" and steps:
        last = int(steps[-1])
        return _at(root, steps[:-1], lambda group: _without(group, last))
    if action == "where":
        return _at(root, steps, lambda p: replace(p, where=(*p.where, _first(p, "fact"))))
    if action == "then":
        return _at(root, steps, lambda p: replace(p, then_where=(*p.then_where, _first(p, "then"))))
    return root


def _first(part: Draft, word: str) -> Condition:
    return Condition(_FIRST_COLUMN.get(part.words.get(word, "order"), "kind"), "=")


def _with_part(group: Draft, part: Draft) -> Draft:
    return group if len(group.parts) >= _MOST_PARTS else replace(group, parts=(*group.parts, part))


def _without(group: Draft, place: int) -> Draft:
    parts = tuple(part for n, part in enumerate(group.parts) if n != place)
    return replace(group, parts=parts)


def _less(part: Draft, path: str) -> Draft:
    """Take one condition out: the path ends in ":w2" or ":t0"."""
    which, place = path.rpartition(":")[2][0], int(path.rpartition(":")[2][1:])
    name = "where" if which == "w" else "then_where"
    kept = tuple(one for n, one in enumerate(getattr(part, name)) if n != place)
    return replace(part, where=kept) if name == "where" else replace(part, then_where=kept)


def _at(root: Draft, steps: list[str], do: Any) -> Draft:  # noqa: ANN401 - Draft to Draft
    if not steps:
        found: Draft = do(root)
        return found
    place = int(steps[0])
    if root.kind not in GROUPS or place >= len(root.parts):
        return root
    parts = list(root.parts)
    parts[place] = _at(parts[place], steps[1:], do)
    return replace(root, parts=tuple(parts))


def without_empty(draft: Draft) -> Draft:
    """Take away groups nobody put anything into."""
    if draft.kind not in GROUPS:
        return draft
    parts = [without_empty(part) for part in draft.parts]
    return replace(draft, parts=tuple(p for p in parts if p.kind not in GROUPS or p.parts))


START = Draft("all", (Draft("field", where=(Condition("purchase_count", ">=", "2"),)),))
