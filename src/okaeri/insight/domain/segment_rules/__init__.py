"""Segment rules as data: who is meant, by what people are and what they did.

    {"all": [...]}, {"any": [...]}, {"not": {...}}
    {"field": "stage", "op": "=", "value": "first"}          a column or `attribute:<key>` of a person
    {"did": "order", "where": [{"field": "kind", "op": "=", "value": "trial"}], "last_days": 90,
     "measure": "rows", "op": ">=", "value": 2}               how much of something, and when
    {"last": {"did": "item", "where": [...]}, "then": {"did": "order"}, "within_days": 60,
     "happened": false}                                       bought A, then not B within 60 days
    {"segment": 3}                                            whoever another segment's rule means

`op` is one of = != < <= > >= in, contains (text), last_days, before_days, next_days (days) and
month (birthday). `measure` is rows, days (several things on one day count once), share (of all such
things in the period) or sum:<column>. `since` and `until` may stand in the place of `last_days`.
"""

from okaeri.insight.domain.segment_rules.catalog import (
    ATTRIBUTE,
    ATTRIBUTE_COLUMNS,
    BUILT_IN,
    FACTS,
    FIELDS,
    FORECAST,
    with_attributes,
    with_topics,
)
from okaeri.insight.domain.segment_rules.errors import RuleError
from okaeri.insight.domain.segment_rules.matching import Person, matches
from okaeri.insight.domain.segment_rules.parsing import check_written, parse_comparison, parse_rule
from okaeri.insight.domain.segment_rules.resolving import check_no_circle, resolve
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
from okaeri.insight.domain.segment_rules.words import part_in_words, rule_in_words
from okaeri.insight.segment_types import OPERATORS, Catalog, Fact, Field

__all__ = [
    "ATTRIBUTE",
    "ATTRIBUTE_COLUMNS",
    "BUILT_IN",
    "FACTS",
    "FIELDS",
    "FORECAST",
    "OPERATORS",
    "All",
    "AnyOf",
    "Catalog",
    "Comparison",
    "Did",
    "Doing",
    "Fact",
    "Field",
    "Follows",
    "Member",
    "Not",
    "Person",
    "Rule",
    "RuleError",
    "Span",
    "check_no_circle",
    "check_written",
    "matches",
    "parse_comparison",
    "parse_rule",
    "part_in_words",
    "resolve",
    "rule_in_words",
    "segments_named",
    "walk",
    "with_attributes",
    "with_topics",
]  # fmt: skip
