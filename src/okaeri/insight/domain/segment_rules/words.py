"""What a rule says, as one sentence in both languages."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from okaeri.foundation.text import Text, day_in_words
from okaeri.insight.domain.segment_rules.catalog import ATTRIBUTE_COLUMNS
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
)
from okaeri.insight.domain.words import money, sentence
from okaeri.insight.segment_types import Catalog, Fact, Field

_NUMBER_OPS: Mapping[str, Text] = {
    "=": Text("{v}", "exactly {v}"),
    "!=": Text("{v}以外", "not {v}"),
    "<": Text("{v}未満", "less than {v}"),
    "<=": Text("{v}以下", "at most {v}"),
    ">": Text("{v}より多い", "more than {v}"),
    ">=": Text("{v}以上", "at least {v}"),
}
_DATE_OPS: Mapping[str, Text] = {
    "=": Text("{v}", "on {v}"),
    "!=": Text("{v}以外", "not on {v}"),
    "<": Text("{v}より前", "before {v}"),
    "<=": Text("{v}以前", "on or before {v}"),
    ">": Text("{v}より後", "after {v}"),
    ">=": Text("{v}以降", "on or after {v}"),
    "last_days": Text("直近{v}日以内", "within the last {v} days"),
    "before_days": Text("{v}日以上前", "{v} or more days ago"),
    "next_days": Text("これから{v}日以内", "within the next {v} days"),
    "month": Text("{v}月", "in month {v}"),
}
_TEXT_OPS: Mapping[str, Text] = {
    "=": Text("{v}", "{v}"),
    "!=": Text("{v}以外", "not {v}"),
    "contains": Text("{v}を含む", "containing {v}"),
}
_UNITS: Mapping[str, Text] = {
    "": Text("{n}", "{n}"),
    "days": Text("{n}日", "{n} days"),
    "times": Text("{n}回", "{n} times"),
}


# Of a long list of values a sentence names so many.
_MOST_SAID = 20
_AND_MORE = Text("・ほか{n}件", " and {n} more")
_VERB_ENDINGS = ("る", "い", "た", "む")


def rule_in_words(rule: Rule, catalog: Catalog) -> Text:
    """Say whom a rule means: 「…、かつ…である人です。」 / "People with … and …."."""
    said = _said(rule, catalog, is_inner=False)
    # 「2回以上の人」 but 「離脱している人」: only a noun takes の.
    link = "" if said.ja.endswith(_VERB_ENDINGS) else "の"
    return sentence(Text(f"{{said}}{link}人です。", "People with {said}."), said=said)


def part_in_words(rule: Rule, catalog: Catalog) -> Text:
    """Say one condition, without the end of a sentence."""
    return _said(rule, catalog, is_inner=False)


def _said(rule: Rule, catalog: Catalog, *, is_inner: bool) -> Text:
    if isinstance(rule, All | AnyOf):
        parts = [_said(part, catalog, is_inner=True) for part in rule.parts]
        joiner = Text("、かつ", " and ") if isinstance(rule, All) else Text("、または", " or ")
        joined = _joined(parts, joiner)
        is_bare = not is_inner or len(parts) == 1
        return joined if is_bare else sentence(Text("({x})", "({x})"), x=joined)
    if isinstance(rule, Not):
        inner = _said(rule.part, catalog, is_inner=False)
        return sentence(Text("「{x}」に当てはまらない", "not ({x})"), x=inner)
    if isinstance(rule, Member):
        name = catalog.segments.get(rule.segment_id, f"#{rule.segment_id}")
        return Text(f"セグメント「{name}」に入っている", f'a place in segment "{name}"')
    if isinstance(rule, Did):
        return _did(rule, catalog)
    if isinstance(rule, Follows):
        return _follows(rule, catalog)
    return _compared(rule, catalog.fields, catalog.currency)


def _joined(parts: Sequence[Text], joiner: Text) -> Text:
    return Text(
        joiner.ja.join(part.ja for part in parts), joiner.en.join(part.en for part in parts)
    )


def _compared(rule: Comparison, fields: Mapping[str, Field], currency: str) -> Text:
    field = fields.get(rule.field) or Field(Text(rule.field, rule.field), "text")
    if rule.value is None:
        known = Text("{f}がわかっている", "{f} known")
        unknown = Text("{f}がわからない", "{f} unknown")
        return sentence(unknown if rule.op == "=" else known, f=field.name)
    if field.kind == "bool" and rule.op in ("=", "!="):
        is_so = rule.value is (rule.op == "=")
        if field.choices:
            return field.choices["1" if is_so else "0"]
        holds, fails = Text("{f}である", "{f}: yes"), Text("{f}ではない", "{f}: no")
        return sentence(holds if is_so else fails, f=field.name)
    if rule.op == "in":
        values = [_value(one, field, currency) for one in rule.value[:_MOST_SAID]]
        listed = _joined(values, Text("・", ", "))
        if more := len(rule.value) - len(values):
            listed = _joined([listed, _AND_MORE.format(n=f"{more:,}")], Text("", ""))
        return sentence(Text("{f}が{v}のどれか", "{f} one of {v}"), f=field.name, v=listed)
    value = _value(rule.value, field, currency)
    how = sentence(_ops_of(field)[rule.op], v=value)
    return sentence(Text("{f}が{how}", "{f} {how}"), f=field.name, how=how)


def _ops_of(field: Field) -> Mapping[str, Text]:
    if field.kind in ("date", "birthday"):
        return _DATE_OPS
    return _NUMBER_OPS if field.kind in ("int", "float") else _TEXT_OPS


def _value(value: Any, field: Field, currency: str) -> Text:  # noqa: ANN401 - of the field's kind
    if field.kind == "choice":
        return field.choices.get(str(value), Text(str(value), str(value)))
    if isinstance(value, date):
        return day_in_words(value)
    if isinstance(value, str):
        return Text(f"「{value}」", f'"{value}"')
    if field.unit == "money":
        return money(value, currency)
    if field.kind in ("date", "birthday"):
        return Text(str(value), str(value))
    if field.unit == "percent":
        share = f"{round(value * 100, 6):g}%"
        return Text(share, share)
    return _UNITS[field.unit].format(n=f"{value:,g}" if isinstance(value, float) else f"{value:,}")


def _doing(doing: Doing, catalog: Catalog) -> Text:
    if doing.fact == "attribute":
        fact = Fact(Text("回答", "answer"), Text("件", "times"), ATTRIBUTE_COLUMNS)
    else:
        fact = catalog.facts[doing.fact]
    if not doing.where:
        return fact.name
    parts = [_compared(one, fact.columns, catalog.currency) for one in doing.where]
    what = _joined(parts, Text("・", ", "))
    return sentence(Text("{fact}({what})", "{fact} ({what})"), fact=fact.name, what=what)


def _did(rule: Did, catalog: Catalog) -> Text:
    fact = catalog.facts.get(rule.doing.fact)
    values = {
        "when": _when(rule.span, fact),
        "what": _doing(rule.doing, catalog),
        "how": sentence(_NUMBER_OPS[rule.op], v=_amount(rule, catalog)),
    }
    is_never = (rule.op, rule.value) in (("=", 0), ("<", 1), ("<=", 0))
    if rule.measure in ("rows", "days") and is_never and fact and fact.is_standing:
        return sentence(Text("{what}がない", "no {what}"), **values)
    if rule.measure in ("rows", "days") and is_never:
        return sentence(Text("{when}{what}が一度もない", "no {what}{when}"), **values)
    if rule.measure == "rows" and (rule.op, rule.value) in ((">=", 1), (">", 0), ("!=", 0)):
        return sentence(Text("{when}{what}がある", "any {what}{when}"), **values)
    if rule.measure.startswith("sum:"):
        values["column"] = catalog.facts[rule.doing.fact].columns[rule.measure[4:]].name
    return sentence(_MEASURES[rule.measure.partition(":")[0]], **values)


_MEASURES: Mapping[str, Text] = {
    "rows": Text("{when}{what}が{how}", "{how} of {what}{when}"),
    "days": Text("{when}{what}をした日が{how}", "{what} on {how}{when}"),
    "share": Text("{when}そのうち{what}の割合が{how}", "a share of {what} of {how}{when}"),
    "sum": Text("{when}{what}の{column}の合計が{how}", "{column} of all {what} of {how}{when}"),
}


def _amount(rule: Did, catalog: Catalog) -> Text:
    if rule.measure == "share":
        return Text(f"{rule.value * 100:g}%", f"{rule.value * 100:g}%")
    if rule.measure == "days":
        return _UNITS["days"].format(n=f"{rule.value:,}")
    if rule.measure == "rows":
        return _counted(rule, catalog)
    column = catalog.facts[rule.doing.fact].columns[rule.measure.removeprefix("sum:")]
    return _value(rule.value, column, catalog.currency)


def _counted(rule: Did, catalog: Catalog) -> Text:
    fact, number = catalog.facts.get(rule.doing.fact), f"{rule.value:,}"
    if fact is None:
        return _UNITS["times"].format(n=number)
    return Text(f"{number}{fact.counter.ja}", f"{number} {fact.counter.en}")


_KEPT = Text("(直近{n}日の記録から)", " (of the last {n} days' records)")
_OF_RECORDS = Text("直近{n}日の記録で、{said}", "{said} (of the last {n} days' records)")


def _when(span: Span, fact: Fact | None) -> Text:
    """Say the days that count; of what is kept for a while only, how long that is."""
    if fact and fact.is_standing:
        return Text("", "")
    if fact is None or fact.kept_days is None or span.last_days is not None:
        return _span(span)
    if span == Span():
        return _span(Span(last_days=fact.kept_days))
    return _joined([_span(span), _KEPT.format(n=fact.kept_days)], Text("", ""))


def _span(span: Span) -> Text:
    if span.last_days is not None:
        return Text("直近{n}日に", " in the last {n} days").format(n=span.last_days)
    since = None if span.since is None else day_in_words(span.since)
    until = None if span.until is None else day_in_words(span.until)
    if since and until:
        return Text(f"{since.ja}から{until.ja}までに", f" from {since.en} to {until.en}")
    if since:
        return Text(f"{since.ja}以降に", f" since {since.en}")
    return Text(f"{until.ja}までに", f" up to {until.en}") if until else Text("これまでに", "")


def _follows(rule: Follows, catalog: Catalog) -> Text:
    within = "" if rule.within_days is None else str(rule.within_days)
    limit = (
        Text("から{n}日以内に", " within {n} days").format(n=within)
        if within
        else Text("の後に", " later")
    )
    which = Text("最初", "first") if rule.which == "first" else Text("最後", "last")
    happened = Text(
        "{which}の{start}{limit}{then}がある", "{then} after the {which} {start}{limit}"
    )
    missing = Text(
        "{which}の{start}{limit}{then}がない", "no {then} after the {which} {start}{limit}"
    )
    said = sentence(
        happened if rule.happened else missing,
        which=which,
        start=_doing(rule.start, catalog),
        then=_doing(rule.then, catalog),
        limit=limit,
    )
    kept = [catalog.facts[doing.fact].kept_days for doing in (rule.start, rule.then)]
    fewest = min((days for days in kept if days is not None), default=None)
    return said if fewest is None else sentence(_OF_RECORDS, said=said, n=fewest)
