"""Segments: the list with ready-made ones, and the page of one: who is in, who came and went, what to do."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from okaeri.foundation import clock
from okaeri.foundation.errors import NotFoundError
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.insight.segment_types import PresetView
from okaeri.insight.types import SegmentView
from okaeri.plan import api as plan
from okaeri.plan.types import JourneyView
from okaeri.web.access import may, needs
from okaeri.web.few import FEWEST
from okaeri.web.pages.analysis.frame import frame
from okaeri.web.pages.segments.addresses import address_of
from okaeri.web.pages.segments.counting import warehouse_for
from okaeri.web.reader import language_of

_NO_PRESET = Text("このひな型はありません。", "There is no such ready-made segment.")
_COPY = Text("{name} のコピー", "Copy of {name}")
_MOST_OVERLAPS = 10


@needs("figures.see")
@require_GET
def segments(request: HttpRequest) -> HttpResponse:
    """List the segments, and what is ready to be made."""
    kept = insight.list_segments()
    made = {one.preset: one for one in kept if one.preset}
    catalog = insight.segment_catalog()
    presets = [
        (one, made.get(one.key), insight.say_rule(one.rule, catalog))
        for one in insight.list_presets()
    ]
    context = {
        **frame("segments"),
        "segments": kept,
        "presets": presets,
        "may_change": may(request.user, "segments.change"),
    }
    return render(request, "okaeri/segments/list.html", context)


@needs("figures.see")
@require_GET
def segment(request: HttpRequest, segment_id: int) -> HttpResponse:
    """Show one segment: its rule in words, who came and went, with whom it overlaps."""
    found = insight.get_segment(segment_id)
    problem = insight.problem_of(found)
    preset = insight.find_preset(found.preset) if found.preset else None
    copied = _COPY.format(name=found.name).render(language_of(request))
    context = {
        **frame("segments"),
        "segment": found,
        "problem": problem,
        "words": None if problem else insight.say_rule(found.rule),
        "is_small": 0 < found.size < FEWEST,
        "fewest": FEWEST,
        "changes": insight.segment_changes(segment_id),
        "overlaps": insight.overlaps_of(segment_id)[:_MOST_OVERLAPS],
        "classes": insight.classes_of(segment_id),
        "preset": preset,
        "journey": journey_of(preset),
        "bases": plan.list_bases() if may(request.user, "journeys.change") else (),
        "copy": address_of(found.rule, copied),
        "needed_by": plan.live_journeys_of_segment(segment_id),
        "may_change": may(request.user, "segments.change"),
    }
    return render(request, "okaeri/segments/segment.html", context)


def journey_of(preset: PresetView | None) -> JourneyView | None:
    """Give the shipped journey that suits a ready-made segment's people."""
    key = preset.playbook if preset else ""
    return next((one for one in plan.list_journeys() if one.key == key), None)


@needs("journeys.change")
@require_POST
def start_journey(request: HttpRequest, segment_id: int) -> HttpResponse:
    """Draft a journey for the people of a segment; its page shows the flow and starts it."""
    key = plan.draft_for_segment(segment_id, request.POST.get("base", ""), now=clock.now())
    return redirect("journey", key)


@needs("segments.change")
@require_POST
def make_preset(request: HttpRequest, key: str) -> HttpResponse:
    """Keep a ready-made segment as the shop's own, counted at once."""
    preset = insight.find_preset(key)
    if preset is None:
        raise NotFoundError(_NO_PRESET)
    name = preset.name.render(language_of(request))
    with warehouse_for(preset.rule) as warehouse:
        made = insight.create_segment(name, preset.rule, warehouse=warehouse, preset=key)
    return redirect("segment", made.id)


@needs("segments.change")
@require_POST
def delete(request: HttpRequest, segment_id: int) -> HttpResponse:
    """Put a segment away; its page offers to bring it back."""
    return _page_of(plan.remove_segment(segment_id))


@needs("segments.change")
@require_POST
def restore(request: HttpRequest, segment_id: int) -> HttpResponse:
    """Bring a segment back."""
    with warehouse_for(insight.get_segment(segment_id).rule) as warehouse:
        return _page_of(insight.restore_segment(segment_id, warehouse=warehouse))


def _page_of(found: SegmentView) -> HttpResponse:
    return redirect("segment", found.id)
