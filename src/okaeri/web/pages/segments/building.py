"""The builder: conditions are added, nested and removed by plain buttons; htmx only spares the reload."""

from dataclasses import replace
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_http_methods, require_POST

from okaeri.customers import api as customers
from okaeri.foundation.errors import BusyError, InputError, NotFoundError
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.insight.types import (
    BAND_NAMES,
    FreshnessBand,
    RulePreview,
    SegmentView,
    Stage,
    class_name,
)
from okaeri.plan import api as plan
from okaeri.plan.types import JourneyView
from okaeri.web import sight
from okaeri.web.access import may, needs
from okaeri.web.few import FEWEST
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.frame import frame
from okaeri.web.pages.customers.filters import FLAGS, Filters, read_filters
from okaeri.web.pages.customers.meant import list_address
from okaeri.web.pages.segments import boxes
from okaeri.web.pages.segments.addresses import asked_rule
from okaeri.web.pages.segments.changing import change, without_empty
from okaeri.web.pages.segments.counting import count_by, warehouse_for
from okaeri.web.pages.segments.drafts import START, Draft
from okaeri.web.pages.segments.reading import TOO_LARGE, read_draft
from okaeri.web.pages.segments.whole import MOST_INPUTS, drawn, inputs_of
from okaeri.web.reader import language_of

_NO_NAME = Text("名前を入力してください。", "Give the segment a name.")
_NOTHING = Text("条件を1つ以上追加してください。", "Add at least one condition.")
_ADJUSTED = Text(
    "項目に合わない比べ方や値を、使えるものに直しました。条件を確かめて、もう一度保存してください。",
    "A comparison or value that does not suit its field was replaced. Look at it, then save again.",
)
# Which class a shipped journey cares for.
_JOURNEYS = {"first": "first_follow", "toddler": "know_us"}
_SWAP = 'hx-post="" hx-target="#builder" hx-select="#builder" hx-swap="outerHTML"'
_REDRAW = _SWAP + ' hx-trigger="change" hx-vals=\'{"do":"redraw"}\''
_SAMPLE, _MOST_OVERLAPS = 8, 6


@needs("figures.see", to_post="segments.change")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Build a rule from an address, a list or from nothing, and keep it under a name.

    Every count of people leads here. Who may not keep segments gets the list of these people at once.
    """
    filters = read_filters(request)
    rule = asked_rule(request) or filters.rule()
    name = request.GET.get("name", "")[:120] or _name_of(filters, language_of(request))
    if rule and not may(request.user, "segments.change"):
        return redirect(list_address(rule, name))
    return _builder(request, rule, name, filters=filters)


@needs("segments.change")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, segment_id: int) -> HttpResponse:
    """Change the rule and the name of a segment."""
    found = insight.get_segment(segment_id)
    return _builder(request, found.rule, found.name, segment=found)


@needs("figures.see")
@require_POST
def count(request: HttpRequest) -> HttpResponse:
    """Count what the builder's form says at this moment; writes nothing."""
    try:
        draft = read_draft(request.POST.dict()) or START
    except InputError as wrong:
        context = {"preview": None, "why_not": wrong.message}
        return render(request, "okaeri/segments/live.html", context)
    catalog = insight.segment_catalog()
    rule = without_empty(boxes.fitted(draft, catalog)).rule(catalog)
    return render(request, "okaeri/segments/live.html", _live(request, rule, None))


def _builder(
    request: HttpRequest,
    handed: dict[str, Any] | None,
    name: str,
    *,
    filters: Filters | None = None,
    segment: SegmentView | None = None,
) -> HttpResponse:
    catalog = insight.segment_catalog()
    typed, problem = drawn(handed, catalog) if handed else START, None
    if request.method == "POST":
        typed, problem = _asked(request, typed)
        name = request.POST.get("name", name).strip()[:120]
    draft = boxes.fitted(typed, catalog)
    rule = without_empty(draft).rule(catalog)
    do = request.POST.get("do", "save") if request.method == "POST" and not problem else ""
    if do in ("save", "journey"):
        try:
            if draft != typed:
                raise InputError(_ADJUSTED)
            kept = reverse("segment", args=[_save(name, rule, draft, segment).id])
            return redirect(kept + ("#journey" if do == "journey" else ""))
        except (InputError, NotFoundError) as wrong:
            problem = wrong.message
    live = _live(request, rule, segment.id if segment else None)
    others = {n: text for n, text in catalog.segments.items() if not segment or n != segment.id}
    preview: RulePreview | None = live["preview"]
    context = {
        **frame("segments"),
        **live,
        "problem": problem,
        "segment": segment,
        "name": name,
        "box": boxes.boxes_of(draft, catalog, counts=preview.parts if preview else ()),
        "group_names": boxes.GROUP_NAMES,
        "number_ops": boxes.NUMBER_OPS,
        "facts": [(key, fact.name) for key, fact in catalog.facts.items()],
        "timed_facts": [
            (key, fact.name) for key, fact in catalog.facts.items() if not fact.is_standing
        ],
        "segments_known": [(str(number), text) for number, text in others.items()],
        "swap": mark_safe(_SWAP),  # noqa: S308 - our own words
        "redraw": mark_safe(_REDRAW),  # noqa: S308 - our own words
        "journey": _journey_for(filters) if filters else None,
        "definitions": definitions_for("portfolio", "lapsed", "threshold_minor"),
    }
    return render(request, "okaeri/segments/build.html", context, status=400 if problem else 200)


def _asked(request: HttpRequest, draft: Draft) -> tuple[Draft, Text | None]:
    """Give the draft the form holds after the pressed button, and what stands against it."""
    try:
        draft = read_draft(request.POST.dict()) or draft
        changed = change(draft, request.POST.get("do", ""))
        if inputs_of(changed) > max(MOST_INPUTS, inputs_of(draft)):
            raise InputError(TOO_LARGE)
    except InputError as wrong:
        return draft, wrong.message
    return changed, None


def _save(
    name: str, rule: dict[str, Any], draft: Draft, segment: SegmentView | None
) -> SegmentView:
    if not name:
        raise InputError(_NO_NAME)
    if not without_empty(draft).parts:
        raise InputError(_NOTHING)
    with warehouse_for(rule) as warehouse:
        if segment:
            return insight.update_segment(segment.id, name, rule, warehouse=warehouse)
        return insight.create_segment(name, rule, warehouse=warehouse)


def _live(request: HttpRequest, rule: dict[str, Any], own: int | None) -> dict[str, Any]:
    """Give what the live panel shows; `preview` is None where the rule cannot be counted yet."""
    try:
        preview = partial(insight.preview_rule, rule, sample=_SAMPLE, without=own)
        found = count_by(rule, lambda warehouse: preview(warehouse=warehouse))
    except (InputError, NotFoundError, BusyError) as wrong:
        return {"preview": None, "why_not": wrong.message}
    people = sight.show(request, customers.list_profiles(found.sample))
    return {
        "preview": replace(found, overlaps=found.overlaps[:_MOST_OVERLAPS]),
        "why_not": None,
        "sample": [people[number] for number in found.sample if number in people],
        "is_small": 0 < found.total < FEWEST,
        "fewest": FEWEST,
        "everybody_address": list_address(rule),
    }


def _journey_for(filters: Filters) -> JourneyView | None:
    """Give the journey made for customers like these, None where none is."""
    if filters.flag == "at_risk":
        wanted = "welcome_back"
    else:
        wanted = "" if filters.lapsed == "1" else _JOURNEYS.get(filters.stage, "")
    return next((journey for journey in plan.list_journeys() if journey.key == wanted), None)


def _name_of(filters: Filters, language: str) -> str:
    """Suggest a name from what was asked for."""
    parts: list[Text] = []
    if filters.stage:
        parts.append(class_name(Stage(filters.stage), is_lapsed=filters.lapsed == "1"))
    elif filters.lapsed:
        parts.append(
            Text("離脱客", "Lapsed") if filters.lapsed == "1" else Text("現役客", "Active")
        )
    if filters.band:
        parts.append(BAND_NAMES[FreshnessBand(filters.band)])
    if filters.flag:
        parts.append(FLAGS[filters.flag])
    return " ".join(part.render(language) for part in parts)
