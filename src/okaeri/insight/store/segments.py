"""Segments: rule trees and the bitmap of customers each held when last computed."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pyroaring import BitMap64

from okaeri.foundation.errors import NotFoundError
from okaeri.foundation.text import Text
from okaeri.insight.models import Segment
from okaeri.insight.types import SegmentView

_NO_SEGMENT = Text("セグメント {id} は見つかりません。", "There is no segment {id}.")


def create(name: str, rule: dict[str, Any], now: datetime) -> Segment:
    """Store a new segment without members."""
    return Segment.objects.create(name=name, rule=rule, created_at=now)


def save_members(segment: Segment, customer_ids: Iterable[int], now: datetime) -> None:
    """Keep who is in the segment now."""
    members = BitMap64(customer_ids)
    members.run_optimize()
    segment.members = members.serialize()
    segment.size = len(members)
    segment.computed_at = now
    segment.save(update_fields=["members", "size", "computed_at"])


def list_all() -> list[Segment]:
    """Give every segment, newest first."""
    return list(Segment.objects.order_by("-id"))


def get(segment_id: int) -> Segment:
    """Give one segment or raise NotFoundError."""
    found = Segment.objects.filter(pk=segment_id).first()
    if found is None:
        raise NotFoundError(_NO_SEGMENT.format(id=segment_id))
    return found


def members_of(segment: Segment) -> list[int]:
    """Give the customers it held when last computed, in rising order."""
    stored = bytes(segment.members)
    return list(BitMap64.deserialize(stored)) if stored else []


def view(segment: Segment) -> SegmentView:
    """Give the form that crosses the border."""
    return SegmentView(segment.pk, segment.name, segment.rule, segment.size, segment.computed_at)


def forget(customer_ids: Iterable[int]) -> int:
    """Take people out of what segments held when last computed; gives how many segments changed."""
    gone, changed = BitMap64(customer_ids), 0
    for segment in Segment.objects.exclude(members=b""):
        members = BitMap64.deserialize(bytes(segment.members))
        left = members - gone
        if len(left) < len(members):
            changed += Segment.objects.filter(pk=segment.pk).update(
                members=left.serialize(), size=len(left)
            )
    return changed
