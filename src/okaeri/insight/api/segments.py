"""Segments that are kept: which there are and who is in them."""

from collections.abc import Iterable
from typing import Any

from okaeri.insight.store import segments
from okaeri.insight.types import SegmentView


def get_segment(segment_id: int) -> SegmentView:
    """Give one segment or raise NotFoundError."""
    return segments.view(segments.get(segment_id))


def segment_of_preset(key: str) -> SegmentView | None:
    """Give the newest segment in use that was made from a ready-made one; None while there is none."""
    return next((one for one in segments.list_views() if one.preset == key), None)


def segment_members(segment_id: int) -> list[int]:
    """Give the customers a segment held when last computed, in rising order."""
    return list(segments.bitmap_of(segments.get(segment_id)))


def members_among(segment_id: int, customer_ids: Iterable[int]) -> frozenset[int]:
    """Give those of these ids a segment in use held when last computed; none of one that is gone."""
    return frozenset(segments.members_among(segment_id, customer_ids))


def interest_rule(topic: str) -> dict[str, Any]:
    """Give the rule of everybody who cares for a topic, whoever that is on the day it is asked."""
    return {"did": "interest", "where": [{"field": "topic", "op": "=", "value": topic}]}
