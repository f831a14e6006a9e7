"""Rules over plain columns as database conditions, for lists that are sorted and paged by an index.

Only what a column of CustomerInsight can answer is asked here; whatever looks at what people did is
counted over the warehouse (`features.segment_flags`). tests/insight/test_rule_query.py holds it to
`matches` for every operator, with unknown values and under "not".
"""

from django.db.models import Q

from okaeri.insight.domain.segment_rules import (
    All,
    AnyOf,
    Comparison,
    Did,
    Follows,
    Member,
    Not,
    Rule,
    walk,
)
from okaeri.insight.store.insights import COLUMNS

_LOOKUPS = {"=": "exact", "<": "lt", "<=": "lte", ">": "gt", ">=": "gte", "in": "in"}


def is_plain(rule: Rule) -> bool:
    """Tell whether columns alone answer a resolved rule."""
    return all(
        isinstance(part, All | AnyOf | Not)
        or (isinstance(part, Comparison) and part.field in COLUMNS)
        for part in walk(rule)
    )


def to_condition(rule: Rule) -> Q:
    """Give a plain rule as a Q over CustomerInsight; unknown values behave as in `matches`."""
    if isinstance(rule, All | AnyOf):
        joined = Q()
        for part in rule.parts:
            condition = to_condition(part)
            joined = joined & condition if isinstance(rule, All) else joined | condition
        return joined
    if isinstance(rule, Not):
        return ~to_condition(rule.part)
    if isinstance(rule, Did | Follows | Member):
        raise TypeError("only columns can be asked of the database")
    return _comparison(rule)


def _comparison(rule: Comparison) -> Q:
    if rule.value is None:
        return Q(**{f"{rule.field}__isnull": rule.op == "="})
    if rule.op == "!=":
        return ~Q(**{rule.field: rule.value})
    known = Q(**{f"{rule.field}__{_LOOKUPS[rule.op]}": rule.value})
    # Spelled out, so that "not" around it holds for unknown values too, on every database.
    return known & Q(**{f"{rule.field}__isnull": False})
