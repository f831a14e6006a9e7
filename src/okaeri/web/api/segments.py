"""Segments for programs: what one says and holds, who came and went, making and changing one."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Path

from okaeri.foundation.errors import NotFoundError
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.insight.types import SegmentView
from okaeri.web.api.paging import Cursor, Limit
from okaeri.web.api.router import router
from okaeri.web.api.scopes import Scope
from okaeri.web.api.shapes import Page, SegmentChangeOut, SegmentIn, SegmentRuleOut
from okaeri.web.pages.segments.counting import warehouse_for

Number = Annotated[int, Path(ge=1, le=2**62)]
_RULE: dict[int, Any] = {200: SegmentRuleOut}
_REMOVED = Text("そのセグメントは削除されています。", "That segment was removed.")


def segment_in_use(segment_id: int) -> SegmentView:
    """Give one segment; raises NotFoundError for one that was removed, too: nobody is in it any more."""
    found = insight.get_segment(segment_id)
    if found.deleted_at:
        raise NotFoundError(_REMOVED)
    return found


@router.get(
    "/segments/{segment_id}", auth=Scope("segments:read"), response=_RULE, tags=["segments"]
)
def get_segment(request: HttpRequest, segment_id: Number) -> dict[str, Any]:
    """Give one segment: its rule as data and in words, and its overlap with other segments."""
    return _told(segment_in_use(segment_id))


@router.get(
    "/segments/{segment_id}/changes",
    auth=Scope("segments:read"),
    response={200: Page[SegmentChangeOut]},
    tags=["segments"],
)
def get_changes(
    request: HttpRequest, segment_id: Number, limit: Limit = 100, cursor: Cursor = ""
) -> dict[str, Any]:
    """Give who entered and who left, count by count, the oldest first."""
    segment_in_use(segment_id)
    found = insight.segment_changes_after(segment_id, int(cursor or 0), limit)
    items = [{"at": one.at, "entered": one.entered, "left": one.left} for one in found]
    return {"items": items, "next_cursor": str(found[-1].id) if len(found) == limit else None}


@router.post("/segments", auth=Scope("segments:write"), response=_RULE, tags=["segments"])
def post_segment(request: HttpRequest, body: SegmentIn) -> dict[str, Any]:
    """Make a segment and count its people at once; a wrong rule is named in the answer."""
    with warehouse_for(body.rule) as warehouse:
        return _told(insight.create_segment(body.name, body.rule, warehouse=warehouse))


@router.post(
    "/segments/{segment_id}", auth=Scope("segments:write"), response=_RULE, tags=["segments"]
)
def post_change(request: HttpRequest, segment_id: Number, body: SegmentIn) -> dict[str, Any]:
    """Give a segment another name and rule; its people are found anew."""
    segment_in_use(segment_id)
    with warehouse_for(body.rule) as warehouse:
        found = insight.update_segment(segment_id, body.name, body.rule, warehouse=warehouse)
    return _told(found)


def _told(found: SegmentView) -> dict[str, Any]:
    problem = insight.problem_of(found)
    words = problem or insight.say_rule(found.rule)
    overlaps = [
        {"id": one.segment_id, "both": one.both, "jaccard": one.jaccard}
        for one in insight.overlaps_of(found.id)
    ]
    return {
        "id": found.id,
        "name": found.name,
        "size": found.size,
        "rule": found.rule,
        "words": words.as_json(),
        "computed_at": found.computed_at,
        "overlaps": overlaps,
    }
