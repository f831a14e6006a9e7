"""Segments: rule trees, the bitmap of customers each held when last computed, and who came and went."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Max
from pyroaring import BitMap64

from okaeri.foundation.errors import NotFoundError
from okaeri.foundation.text import Text
from okaeri.insight.models import Segment, SegmentChange
from okaeri.insight.types import SegmentChangeView, SegmentView

_NO_SEGMENT = Text("セグメント {id} は見つかりません。", "There is no segment {id}.")


def create(name: str, rule: dict[str, Any], now: datetime, *, preset: str = "") -> Segment:
    """Store a new segment without members."""
    return Segment.objects.create(name=name, rule=rule, created_at=now, preset=preset)


def update(segment: Segment, name: str, rule: dict[str, Any]) -> None:
    """Give a segment another name and rule."""
    segment.name, segment.rule = name, rule
    segment.save(update_fields=["name", "rule"])


def set_deleted(segment: Segment, at: datetime | None) -> None:
    """Put a segment away, or (None) bring it back."""
    segment.deleted_at = at
    segment.save(update_fields=["deleted_at"])


def start_members(segment: Segment, members: BitMap64, now: datetime) -> None:
    """Keep whom a new or edited rule means; nobody came or went, the question is another."""
    _keep(segment, members, now)


def save_members(segment: Segment, members: BitMap64, now: datetime) -> None:
    """Keep who is in the segment now, and who entered and left since the last count."""
    if segment.computed_at is not None:
        before = bitmap_of(segment)
        entered, left = members - before, before - members
        if entered or left:
            SegmentChange.objects.create(
                segment=segment, at=now, entered=_packed(entered), left=_packed(left)
            )
    _keep(segment, members, now)


def _keep(segment: Segment, members: BitMap64, now: datetime) -> None:
    segment.members = _packed(members)
    segment.size = len(members)
    segment.computed_at = now
    segment.save(update_fields=["members", "size", "computed_at"])


def _packed(numbers: BitMap64) -> bytes:
    numbers.run_optimize()
    return bytes(numbers.serialize()) if numbers else b""


def _unpacked(stored: bytes | memoryview) -> BitMap64:
    return BitMap64.deserialize(bytes(stored)) if stored else BitMap64()


def list_all() -> list[Segment]:
    """Give every segment in use with its members, newest first."""
    return list(Segment.objects.filter(deleted_at=None).order_by("-id"))


def hold_all() -> list[Segment]:
    """Give every segment in use, held until the open transaction ends: nobody changes one meanwhile."""
    return [segment for segment in _hold() if segment.deleted_at is None]


def _hold() -> list[Segment]:
    """Lock every segment, put away or not; always in one order, so that two never wait for each other."""
    return list(Segment.objects.select_for_update().order_by("-id"))


def list_views() -> list[SegmentView]:
    """Give every segment in use, newest first; who is in them is not read."""
    rows = Segment.objects.filter(deleted_at=None).order_by("-id").defer("members")
    return [view(row) for row in rows]


def rules() -> Mapping[int, tuple[str, dict[str, Any]]]:
    """Give id → name and rule of every segment in use."""
    rows = Segment.objects.filter(deleted_at=None).values_list("id", "name", "rule")
    return {number: (name, rule) for number, name, rule in rows}


def get(segment_id: int) -> Segment:
    """Give one segment, put away or not, or raise NotFoundError."""
    found = Segment.objects.filter(pk=segment_id).first()
    if found is None:
        raise NotFoundError(_NO_SEGMENT.format(id=segment_id))
    return found


def bitmap_of(segment: Segment) -> BitMap64:
    """Give the customers it held when last computed."""
    return _unpacked(segment.members)


def members_among(segment_id: int, customer_ids: Iterable[int]) -> BitMap64:
    """Give those of these customers a segment in use held when last computed."""
    found = Segment.objects.filter(pk=segment_id, deleted_at=None).only("members").first()
    return bitmap_of(found) & BitMap64(customer_ids) if found else BitMap64()


def names() -> dict[int, str]:
    """Give number → name of every segment, also of those put away."""
    return dict(Segment.objects.values_list("id", "name"))


def view(segment: Segment) -> SegmentView:
    """Give the form that crosses the border."""
    return SegmentView(
        segment.pk,
        segment.name,
        segment.rule,
        segment.size,
        segment.computed_at,
        segment.preset,
        segment.deleted_at,
    )


def changes_after(segment_id: int, change_id: int, limit: int = 100) -> list[SegmentChangeView]:
    """Give who entered and left since a change (0: since the beginning), the oldest first."""
    rows = SegmentChange.objects.filter(segment_id=segment_id, id__gt=change_id).order_by("id")
    return [_change(row) for row in rows[:limit]]


def all_changes_after(change_id: int, until: datetime, limit: int) -> list[SegmentChangeView]:
    """Give who entered and left any segment, counted until an instant, the oldest change first."""
    rows = SegmentChange.objects.filter(id__gt=change_id, at__lte=until).order_by("id")
    return [_change(row) for row in rows[:limit]]


def latest_change() -> int:
    """Give the number of the newest change of any segment, 0 before the first."""
    return SegmentChange.objects.aggregate(newest=Max("id"))["newest"] or 0


def newest_changes(segment_id: int, limit: int = 30) -> list[SegmentChangeView]:
    """Give who entered and left at the newest counts, the newest first."""
    rows = SegmentChange.objects.filter(segment_id=segment_id).order_by("-id")
    return [_change(row) for row in rows[:limit]]


def _change(row: SegmentChange) -> SegmentChangeView:
    entered, left = tuple(_unpacked(row.entered)), tuple(_unpacked(row.left))
    return SegmentChangeView(row.pk, row.segment_id, row.at, entered, left)


def forget(customer_ids: Iterable[int]) -> int:
    """Take people out of what segments held and out of who came and went; how many rows changed.

    In the caller's transaction: a count or an edit of the same moment waits, or is waited for.
    """
    gone, changed = BitMap64(customer_ids), 0
    for segment in _hold():
        members = bitmap_of(segment)
        if members & gone:
            rest = members - gone
            changed += Segment.objects.filter(pk=segment.pk).update(
                members=_packed(rest), size=len(rest)
            )
    for row in SegmentChange.objects.iterator():
        entered, left = _unpacked(row.entered), _unpacked(row.left)
        if (entered | left) & gone:
            changed += SegmentChange.objects.filter(pk=row.pk).update(
                entered=_packed(entered - gone), left=_packed(left - gone)
            )
    return changed
