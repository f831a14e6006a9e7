"""Segment rules as database conditions; `domain.segment_rules.matches` says the same in Python."""

from django.db.models import Q

from okaeri.insight.domain.segment_rules import All, AnyOf, Comparison, Not, Rule

_LOOKUPS = {"=": "exact", "<": "lt", "<=": "lte", ">": "gt", ">=": "gte", "in": "in"}


def to_condition(rule: Rule) -> Q:
    """Give the rule as a Q over CustomerInsight; unknown values behave as in `matches`."""
    if isinstance(rule, All | AnyOf):
        joined = Q()
        for part in rule.parts:
            condition = to_condition(part)
            joined = joined & condition if isinstance(rule, All) else joined | condition
        return joined
    if isinstance(rule, Not):
        return ~to_condition(rule.part)
    return _comparison(rule)


def _comparison(rule: Comparison) -> Q:
    if rule.value is None:
        return Q(**{f"{rule.field}__isnull": rule.op == "="})
    if rule.op == "!=":
        return ~Q(**{rule.field: rule.value})
    known = Q(**{f"{rule.field}__{_LOOKUPS[rule.op]}": rule.value})
    # Spelled out, so that "not" around it holds for unknown values too, on every database.
    return known & Q(**{f"{rule.field}__isnull": False})
