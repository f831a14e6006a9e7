"""Create segments and keep their members up to date."""

from datetime import datetime
from typing import Any

from django.db import transaction

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri.insight.domain.segment_rules import parse_rule
from okaeri.insight.models import Segment
from okaeri.insight.store import insights, rule_query, segments
from okaeri.insight.types import SegmentView

_LONGEST_NAME = 120
_BAD_NAME = Text(
    "セグメントの名前は 1 文字以上 {most} 文字以下で付けてください。",
    "A segment needs a name of 1 to {most} characters.",
)


def create_segment(name: str, rule: dict[str, Any]) -> SegmentView:
    """Store a rule under a name and find its members at once; raises RuleError, InputError."""
    parse_rule(rule)
    name = name.strip()
    if not 0 < len(name) <= _LONGEST_NAME:
        raise InputError(_BAD_NAME.format(most=_LONGEST_NAME))
    with transaction.atomic():
        segment = segments.create(name, rule, clock.now())
        _recompute(segment, clock.now())
    return segments.view(segment)


def recompute_all(now: datetime) -> None:
    """Find the members of every segment anew, inside the refresh's transaction."""
    for segment in segments.list_all():
        _recompute(segment, now)


def _recompute(segment: Segment, now: datetime) -> None:
    condition = rule_query.to_condition(parse_rule(segment.rule))
    # Orders of somebody erased are still counted, but nobody stands behind them.
    gone = customers.erased_ids()
    members = (number for number in insights.iter_ids_where(condition) if number not in gone)
    segments.save_members(segment, members, now)
