"""A draft as the template draws it: every part with its path, its choices and the fitting inputs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.insight.segment_types import MOST_DAYS, OPERATORS, RELATIVE_OPS, Catalog, Fact, Field
from okaeri.web.pages.segments.drafts import GROUPS, KEPT, Condition, Draft

Choices = Sequence[tuple[str, Text]]
GROUP_NAMES: Choices = (
    ("all", Text("すべてに当てはまる", "all of these hold")),
    ("any", Text("どれかに当てはまる", "any of these holds")),
    ("none", Text("どれにも当てはまらない", "none of these holds")),
)
_FIELD_GROUPS: Mapping[str, Text] = {
    "buying": Text("買い方", "Buying"),
    "class": Text("クラスと鮮度", "Class and freshness"),
    "forecast": Text("予測", "Forecast"),
    "person": Text("人", "Person"),
    "attribute": Text("顧客属性", "Attributes"),
}
# Nobody asks for these by hand; a rule that names them travels whole.
HIDDEN = {"customer_id", "as_of"}
_OPS: Mapping[str, Mapping[str, Text]] = {
    "number": {
        ">=": Text("以上", "at least"),
        "<=": Text("以下", "at most"),
        "=": Text("ちょうど", "exactly"),
        "!=": Text("以外", "other than"),
        ">": Text("より多い", "more than"),
        "<": Text("未満", "less than"),
    },
    "words": {
        "=": Text("が次と同じ", "is"),
        "!=": Text("が次ではない", "is not"),
        "in": Text("が次のどれか(カンマ区切り)", "is one of (commas)"),
        "contains": Text("に次を含む", "contains"),
    },
    "date": {
        "last_days": Text("が直近の日数以内", "in the last days"),
        "before_days": Text("がこの日数以上前", "at least days ago"),
        "next_days": Text("がこの日数以内に来る", "in the next days"),
        ">=": Text("がこの日以降", "on or after"),
        "<=": Text("がこの日以前", "on or before"),
        "=": Text("がこの日", "on"),
        "!=": Text("がこの日以外", "not on"),
        ">": Text("がこの日より後", "after"),
        "<": Text("がこの日より前", "before"),
    },
    "birthday": {
        "next_days": Text("がこの日数以内に来る", "in the next days"),
        "month": Text("がこの月", "in month"),
    },
}
_KNOWN: Mapping[str, Text] = {
    "known": Text("がわかっている", "is known"),
    "unknown": Text("がわからない", "is unknown"),
}
_WORDS_OF = {"int": "number", "float": "number", "date": "date", "birthday": "birthday"}
NUMBER_OPS: Choices = tuple(_OPS["number"].items())
_CHOSEN = Text("一覧にあった{n}人", "{n} people of a list")
_CHOSEN_ONLY = Text("一覧にあった{n}人です。", "The {n} people of a list.")
MEASURES: Choices = (
    ("rows", Text("回数", "how often")),
    ("days", Text("した日の数", "on how many days")),
    ("share", Text("割合(%)", "share (%)")),
)
# Of what holds now and was not done at a time.
HOW_MANY: Choices = (("rows", Text("件数", "how many")),)


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison: its inputs are named `path` with :field, :op and :value."""

    path: str
    field: str
    fields: Sequence[tuple[Text, Choices]]
    op: str
    ops: Choices
    value: str
    # "choice", "number", "date", "text", "days" or "" for no value.
    widget: str
    choices: Choices
    unit: Text | None


@dataclass(frozen=True, slots=True)
class Box:
    """One part as it is drawn; `people` is how many it means alone, where that was counted."""

    path: str
    kind: str
    words: Mapping[str, str]
    parts: Sequence["Box"] = ()
    where: Sequence[Row] = ()
    then_where: Sequence[Row] = ()
    measures: Choices = ()
    is_root: bool = False
    people: int | None = None
    # Of a part that travels whole: what it says, or what is wrong with it.
    said: Text | None = None
    # Whether a period can be asked for, of how many days, and what no number of days means.
    has_time: bool = True
    most_days: int = MOST_DAYS
    kept_days: int | None = None


def boxes_of(draft: Draft, catalog: Catalog, path: str = "r", counts: Sequence[int] = ()) -> Box:
    """Give a draft as boxes; `counts` are the people of each top-level part."""
    parts = [boxes_of(part, catalog, f"{path}.{place}") for place, part in enumerate(draft.parts)]
    if counts and len(counts) == len(parts):
        parts = [_with_people(part, people) for part, people in zip(parts, counts, strict=True)]
    fact, then = (catalog.facts.get(draft.words.get(word, "order")) for word in ("fact", "then"))
    fields = catalog.fields if draft.kind == "field" else _columns(fact)
    looked_at = (fact, then) if draft.kind == "follows" else (fact,)
    most = min((one.most_days for one in looked_at if one), default=MOST_DAYS)
    return Box(
        path=path,
        kind="group" if draft.kind in GROUPS else draft.kind,
        words={**draft.words, "group": draft.kind},
        parts=parts,
        where=_rows(draft.where, fields, f"{path}:w", draft.kind == "field"),
        then_where=_rows(draft.then_where, _columns(then), f"{path}:t", False),
        measures=HOW_MANY if fact and fact.is_standing else (*MEASURES, *_sums(fact)),
        has_time=not (fact and fact.is_standing),
        most_days=most,
        kept_days=most if most < MOST_DAYS else None,
        is_root=path == "r",
        said=say_kept(draft, catalog) if draft.kind == KEPT else None,
    )


def _with_people(box: Box, people: int) -> Box:
    return replace(box, people=people)


def say_kept(draft: Draft, catalog: Catalog) -> Text:
    """Say a part that travels whole in words; where it cannot be counted, why."""
    rule = draft.rule(catalog)
    people = people_named(rule)
    if people:
        return _CHOSEN.format(n=f"{people:,}")
    try:
        return insight.say_part(rule, catalog)
    except InputError as wrong:
        return wrong.message


def people_in_words(rule: Mapping[str, Any], catalog: Catalog) -> Text:
    """Say whom a rule means, a list of people by its length; raises RuleError."""
    parts = rule.get("all", [])
    people = people_named(parts[0] if len(parts) == 1 and isinstance(parts[0], dict) else rule)
    said = insight.say_rule(rule, catalog)
    return _CHOSEN_ONLY.format(n=f"{people:,}") if people else said


def people_named(rule: Mapping[str, Any]) -> int:
    """Give how many customers a list of them names; 0 for any other rule."""
    lists = rule.get("any", []) if set(rule) == {"any"} else [rule]
    if not isinstance(lists, list) or not all(map(_is_list, lists)):
        return 0
    return sum(len(one["value"]) for one in lists)


def _is_list(rule: object) -> bool:
    """Tell whether a part names customers one by one."""
    return (
        isinstance(rule, dict)
        and (rule.get("field"), rule.get("op")) == ("customer_id", "in")
        and isinstance(rule.get("value"), list)
    )


def _columns(fact: Fact | None) -> Mapping[str, Field]:
    return fact.columns if fact else {}


def _sums(fact: Fact | None) -> Choices:
    total = Text("{n}の合計", "sum of {n}")
    return tuple(
        (f"sum:{key}", Text(total.ja.format(n=column.name.ja), total.en.format(n=column.name.en)))
        for key, column in _columns(fact).items()
        if column.kind == "int" and (column.unit == "money" or key == "quantity")
    )


def _rows(
    conditions: Sequence[Condition], fields: Mapping[str, Field], start: str, is_person: bool
) -> list[Row]:
    return [_row(one, fields, f"{start}{n}", is_person) for n, one in enumerate(conditions)]


def _row(one: Condition, fields: Mapping[str, Field], path: str, is_person: bool) -> Row:
    field = fields.get(one.field)
    ops = ops_of(field) if field else ()
    return Row(
        path=path,
        field=one.field,
        fields=_with_field(
            _grouped(fields) if is_person else [(Text("", ""), _names(fields))], one.field, field
        ),
        op=one.op,
        ops=_with_own(ops, one.op),
        value=one.value,
        widget=_widget(field, one.op),
        choices=_with_own(_choices(field), one.value),
        unit=_unit(field, one.op),
    )


def _with_field(
    groups: list[tuple[Text, Choices]], key: str, field: Field | None
) -> list[tuple[Text, Choices]]:
    """Give the fields to choose from and the row's own, whatever it is."""
    if any(key in dict(choices) for _, choices in groups):
        return groups
    return [*groups, (Text("", ""), [(key, field.name if field else Text(key, key))])]


def _names(fields: Mapping[str, Field]) -> Choices:
    return [(key, field.name) for key, field in fields.items() if key not in HIDDEN]


def _grouped(fields: Mapping[str, Field]) -> list[tuple[Text, Choices]]:
    return [
        (name, found)
        for group, name in _FIELD_GROUPS.items()
        if (found := _names({k: f for k, f in fields.items() if f.group == group}))
    ]


def ops_of(field: Field) -> Choices:
    """Give the operators a page offers for a field, the most used first."""
    if field.kind == "bool":
        return ()
    offered = _OPS[_WORDS_OF.get(field.kind, "words")]
    allowed = OPERATORS[field.kind]
    return (*((op, name) for op, name in offered.items() if op in allowed), *_KNOWN.items())


def _with_own(offered: Choices, own: str) -> Choices:
    """Give what is offered and the row's own: a select without it would post another."""
    is_there = not offered or not own or own in dict(offered)
    return offered if is_there else (*offered, (own, Text(own, own)))


def _choices(field: Field | None) -> Choices:
    if field is None:
        return ()
    if field.kind == "bool":
        yes_no = (("1", Text("はい", "yes")), ("0", Text("いいえ", "no")))
        return tuple((key, field.choices.get(key, name)) for key, name in yes_no)
    return tuple(field.choices.items())


def _widget(field: Field | None, op: str) -> str:
    if field is None or op in _KNOWN:
        return ""
    if op in ("last_days", "before_days", "next_days", "month"):
        return "number"
    if (field.choices and op not in ("in", "contains")) or field.kind == "bool":
        return "choice"
    return {"int": "number", "float": "number", "date": "date"}.get(field.kind, "text")


_UNITS = {
    "days": Text("日", "days"),
    "times": Text("回", "times"),
    "percent": Text("%", "%"),
}


def _unit(field: Field | None, op: str) -> Text | None:
    if op in ("last_days", "before_days", "next_days"):
        return Text("日", "days")
    if field is None or op in _KNOWN:
        return None
    return _UNITS.get(field.unit)


def fitted(draft: Draft, catalog: Catalog) -> Draft:
    """Give every comparison an operator and a choice that its field has: the field was changed."""
    if draft.kind in GROUPS:
        return Draft(draft.kind, tuple(fitted(part, catalog) for part in draft.parts))
    if draft.kind == KEPT:
        return draft
    if draft.kind == "segment" and draft.words.get("segment", "") == "":
        known = next(iter(catalog.segments), "")
        return Draft("segment", words={"segment": str(known)})
    fact, then = (catalog.facts.get(draft.words.get(word, "order")) for word in ("fact", "then"))
    fields = catalog.fields if draft.kind == "field" else _columns(fact)
    return Draft(
        draft.kind,
        (),
        tuple(_fitted(one, fields) for one in draft.where),
        tuple(_fitted(one, _columns(then)) for one in draft.then_where),
        _standing_words(draft.words) if fact and fact.is_standing else draft.words,
    )


def _standing_words(words: Mapping[str, str]) -> Mapping[str, str]:
    """Leave out what was typed for a thing with a time before another was chosen."""
    kept = {
        word: said for word, said in words.items() if word not in ("last_days", "since", "until")
    }
    return {**kept, "measure": "rows"}


def _fitted(one: Condition, fields: Mapping[str, Field]) -> Condition:
    name = one.field if one.field in fields else next(iter(fields), one.field)
    field = fields.get(name)
    if field is None:
        return one
    known = [op for op, _ in ops_of(field)] or ["="]
    op = one.op if one.op in known or one.op in OPERATORS[field.kind] else known[0]
    value = one.value if name == one.field else ""
    choices = [key for key, _ in _choices(field)]
    is_free = field.kind == "text" and value
    if choices and op in ("=", "!=") and value not in choices and not is_free:
        value = choices[0]
    return Condition(name, op, value if _suits(value, field, op) else _usual(field, op))


def _suits(value: str, field: Field, op: str) -> bool:
    """Tell whether a typed value may stay: one left over from another field may not."""
    is_number = value.replace(",", "").replace(".", "", 1).removeprefix("-").isdecimal()
    if op in RELATIVE_OPS or op == "month":
        return is_number
    if op in _KNOWN or op == "in" or field.kind not in ("int", "float", "date"):
        return True
    return value[:1].isdecimal() and "-" in value if field.kind == "date" else is_number


def _usual(field: Field, op: str) -> str:
    if op in RELATIVE_OPS:
        return "30"
    return "1" if op == "month" or field.kind in ("int", "float") else ""
