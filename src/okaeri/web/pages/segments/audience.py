"""A segment as an audience of LINE: how many are linked, syncing now and every night, how it stands."""

from collections.abc import Sequence

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from okaeri.deliver import api as deliver
from okaeri.deliver.audience_types import AudienceState
from okaeri.foundation import clock
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.insight.types import SegmentView
from okaeri.web.access import may, needs
from okaeri.web.pages.analysis.frame import frame
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.reader import tell

STATES = {
    AudienceState.NEVER: Text("まだ同期していません", "Never synced"),
    AudienceState.ASKED: Text("まもなく同期します", "About to be synced"),
    AudienceState.SENDING: Text("LINEへ送っています", "Being sent to LINE"),
    AudienceState.IN_PROGRESS: Text("LINEが準備しています", "LINE is preparing it"),
    AudienceState.READY: Text("LINEで使えます", "Ready at LINE"),
    AudienceState.TOO_SMALL: Text("人数が足りません", "Too few people"),
    AudienceState.FAILED: Text("同期できませんでした", "Failed"),
}
DEFINITIONS = (
    (
        Text("連携率", "Coverage"),
        Text(
            "セグメントの人数のうち、LINEのユーザーIDが分かっている方の割合です。",
            "Of the people of the segment, the share whose LINE user id is known.",
        ),
    ),
    (
        Text("送れる方", "Can be written to"),
        Text(
            "連携している方のうち、LINEでの受け取りに同意していて、止めていない方です。LINEへ渡すのはこの方だけです。",
            "Of those linked, who agreed to LINE and is not suppressed. Only they are uploaded.",
        ),
    ),
    (
        Text("同期", "Sync"),
        Text(
            "同期のたびに新しいオーディエンスを作り、できたら古いものを消します。同意をやめた方や消去した方は、"
            "次の同期でLINEからもいなくなります。だれかを消去した時は、毎晩の同期を切っていても、その夜に作り直します。",
            "Each sync makes a new audience and removes the old one once it stands. Who withdrew or was "
            "erased leaves at the next sync; after an erasure it is made anew that night in any case.",
        ),
    ),
)
_ASKED = Text("LINEへの同期を始めます。", "The sync with LINE begins.")
_KEPT = Text("毎晩LINEと同期します。", "It is synced with LINE every night.")
_NOT_KEPT = Text("毎晩の同期をやめました。", "It is no longer synced every night.")


@needs("figures.see")
@require_GET
def audience(request: HttpRequest, segment_id: int) -> HttpResponseBase:
    """Show how many of a segment LINE reaches and how its audience stands; ?csv= for the numbers."""
    found = insight.get_segment(segment_id)
    members, now = _members(found), clock.now()
    reach, counted_at = deliver.find_reach(_key(segment_id), members, now) or (None, None)
    view = deliver.find_audience(_key(segment_id))
    encoding = asked_encoding(request)
    if encoding:
        names = ("segment", "people", "linked", "sendable", "state", "uploaded")
        synced = view.synced_at.isoformat() if view.synced_at else ""
        counted = (reach.people, reach.linked, reach.sendable) if reach else (len(members), "", "")
        at = counted_at.isoformat() if counted_at else ""
        rows = [(found.name, *counted, view.state.value, view.uploaded, synced, at)]
        columns = (*names, "synced_at", "counted_at")
        return csv_response(f"line-segment-{segment_id}", columns, rows, encoding=encoding)
    context = {
        **frame("segments"),
        "segment": found,
        "reach": reach,
        "people": reach.people if reach else len(members),
        "linked": reach.linked if reach else None,
        "sendable": reach.sendable if reach else None,
        "counted_at": counted_at,
        "is_kept_count": counted_at != now,
        "audience": view,
        "state_name": STATES[view.state],
        "is_waiting": view.state in (AudienceState.ASKED, AudienceState.SENDING),
        "is_connected": bool(settings.OKAERI.line_token),
        "may_change": may(request.user, "segments.change") and found.deleted_at is None,
        "definitions": DEFINITIONS,
    }
    return render(request, "okaeri/segments/audience.html", context)


def _members(found: SegmentView) -> Sequence[int]:
    return [] if found.deleted_at else insight.segment_members(found.id)


@needs("figures.see")
@require_POST
def count(request: HttpRequest, segment_id: int) -> HttpResponse:
    """Count anew whom LINE reaches of a segment too large to be counted on each look."""
    members = _members(insight.get_segment(segment_id))
    deliver.count_reach(_key(segment_id), members, clock.now())
    return redirect("segment_audience", segment_id)


@needs("segments.change")
@require_POST
def sync(request: HttpRequest, segment_id: int) -> HttpResponse:
    """Ask for a sync now; asked twice it is one."""
    insight.get_segment(segment_id)
    deliver.ask_for_audience(_key(segment_id))
    return _told(request, segment_id, _ASKED)


@needs("segments.change")
@require_POST
def keep(request: HttpRequest, segment_id: int) -> HttpResponse:
    """Sync every night from now on, or no longer."""
    insight.get_segment(segment_id)
    is_kept = request.POST.get("keep") == "1"
    deliver.keep_audience(_key(segment_id), is_kept=is_kept)
    return _told(request, segment_id, _KEPT if is_kept else _NOT_KEPT)


def _key(segment_id: int) -> str:
    return f"segment:{segment_id}"


def _told(request: HttpRequest, segment_id: int, words: Text) -> HttpResponse:
    tell(request, words)
    return redirect("segment_audience", segment_id)
