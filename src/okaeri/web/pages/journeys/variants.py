"""One step, several contents by segment: drafted on a page, previewed, and reported in one place."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.measure.types import Evaluation, MetricResult
from okaeri.plan import api as plan
from okaeri.plan.types import DefinitionError
from okaeri.plan.variant_types import VariantPreview, VariantReport
from okaeri.web import sight
from okaeri.web.access import may, needs
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.pages.journeys.variant_words import DEFINITIONS, answer_of
from okaeri.web.pages.results.views import VERDICTS
from okaeri.web.reader import language_of, tell

_MOST_LINES = 20
# fmt: off
_COUNTS = (
    "meant", "sent", "waiting", "stopped", "failed", "skipped", "held_out", "opened", "clicked",
)
# fmt: on
_CSV = (
    *("step", "variant", *_COUNTS, "treated_people", "left_out_people"),
    *("treated_orders", "left_out_orders", "treated_sales", "left_out_sales"),
    *("difference_per_person", "low", "high", "verdict"),
)
_SAVED = Text("新しい版を保存しました。", "A new edition was saved.")
_ELSEWHERE = Text("この手順に来ていない方", "Not at this step")
_WHOLE = Text("シナリオ全体", "The whole journey")
_NO_SEGMENT = Text("セグメントを選んでください。", "Choose a segment on every line.")


class _Line(NamedTuple):
    """One line of the form; `segment` is "" until one is chosen."""

    segment: str
    template: str


@needs("journeys.see")
@require_GET
def report(request: HttpRequest, key: str) -> HttpResponseBase:
    """Show what became of each content of a journey, and give it as a CSV."""
    journey = plan.get_journey(key)
    reports = plan.report_variants(key)
    encoding = asked_encoding(request)
    if encoding:
        language = language_of(request)
        rows = (row for one in reports for row in _csv_rows(one, language))
        return csv_response(f"variants-{key}", _CSV, rows, encoding=encoding)
    context = {
        "tab": "journeys",
        "journey": journey,
        "reports": [(one, answer_of(one), _effects(one)) for one in reports],
        "sends": [node for node in journey.nodes if node.kind == "send"],
        "may_change": may(request.user, "journeys.change"),
        "definitions": DEFINITIONS,
    }
    return render(request, "okaeri/journeys/variants.html", context)


def _effects(one: VariantReport) -> list[tuple[Text, MetricResult, MetricResult, Text | None]]:
    """Give name, revenue, orders and verdict of each variant, of those elsewhere and of all."""
    found: list[tuple[Text, Evaluation | None]] = [(row.name, row.evaluation) for row in one.rows]
    found += [(_ELSEWHERE, one.elsewhere), (_WHOLE, one.whole)]
    return [
        (name, known.metrics[0], known.metrics[1], VERDICTS.get(known.metrics[0].verdict))
        for name, known in found
        if known is not None and one.as_of is not None
    ]


def _csv_rows(one: VariantReport, language: str) -> Iterator[tuple[Any, ...]]:
    for row in (*one.rows, one.total):
        known = one.whole if row is one.total else row.evaluation
        counts = [getattr(row, name) for name in _COUNTS]
        yield (one.node, row.name.render(language), *counts, *_numbers(known))
    if one.elsewhere is not None:
        yield (
            one.node,
            _ELSEWHERE.render(language),
            *([""] * len(_COUNTS)),
            *_numbers(one.elsewhere),
        )


def _numbers(known: Evaluation | None) -> tuple[Any, ...]:
    if known is None:
        return ("",) * 10
    money, orders = known.metrics[0], known.metrics[1]
    return (
        money.treated.customers,
        money.holdout.customers,
        round(orders.treated.total),
        round(orders.holdout.total),
        round(money.treated.total),
        round(money.holdout.total),
        round(money.difference, 2),
        "" if money.claim_low is None else round(money.claim_low, 2),
        "" if money.claim_high is None else round(money.claim_high, 2),
        money.verdict,
    )


@needs("journeys.see", to_post="journeys.change")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """Draft which segment gets which content at one step (?step=), with a preview of each."""
    node = request.GET.get("step", "")
    kept = plan.list_variants(key, node)
    lines = [_Line(str(one.segment), one.template_key) for one in kept if one.segment is not None]
    default, problem = kept[-1].template_key, None
    if request.method == "POST":
        lines, default = _posted(request)
        lines = _changed(lines, default, request.POST.get("do", ""))
        if request.POST.get("do") == "save":
            problem = _save(key, node, lines, default)
            if problem is None:
                tell(request, _SAVED)
                return redirect(f"{reverse('journey_variants_edit', args=[key])}?step={node}")
    context = {
        "tab": "journeys",
        "journey": plan.get_journey(key),
        "node": node,
        "lines": lines,
        "default": default,
        "segments": [(str(one.id), one.name, one.size) for one in insight.list_segments()],
        "contents": [(one.key, one.name) for one in plan.list_templates()],
        "problem": problem,
        "previews": _previews(request, key, node) if request.method == "GET" else (),
        "may_change": may(request.user, "journeys.change"),
        "has_room": len(lines) < _MOST_LINES,
    }
    status = 400 if problem else 200
    return render(request, "okaeri/journeys/variants_edit.html", context, status=status)


def _posted(request: HttpRequest) -> tuple[list[_Line], str]:
    pairs = zip(request.POST.getlist("segment"), request.POST.getlist("template"), strict=False)
    return [_Line(*pair) for pair in pairs][:_MOST_LINES], request.POST.get("default", "")


def _changed(lines: list[_Line], default: str, do: str) -> list[_Line]:
    """Give the lines after one press of add, up:n or remove:n (n from 0)."""
    verb, _, number = do.partition(":")
    if verb == "add":
        return [*lines, _Line("", default)][:_MOST_LINES]
    if not number.isdecimal() or int(number) >= len(lines):
        return lines
    at, changed = int(number), list(lines)
    if verb == "remove":
        changed.pop(at)
    elif verb == "up" and at:
        changed[at - 1], changed[at] = changed[at], changed[at - 1]
    return changed


def _save(key: str, node: str, lines: list[_Line], default: str) -> Text | None:
    if not all(line.segment.isdecimal() for line in lines):
        return _NO_SEGMENT
    chosen = [(int(line.segment), line.template) for line in lines]
    try:
        plan.save_variants(key, node, chosen, default, now=clock.now())
    except DefinitionError as error:
        return error.message
    return None


def _previews(request: HttpRequest, key: str, node: str) -> list[dict[str, Any]]:
    return [_preview(request, one) for one in plan.preview_variants(key, node)]


def _preview(request: HttpRequest, one: VariantPreview) -> dict[str, Any]:
    shown: dict[str, Any] = {"one": one, "customer": None}
    if one.customer_id is not None and one.preview is not None:
        profile = customers.get_customer(one.customer_id)
        shown["customer"] = sight.show_list(request, [profile])[0]
        shown["subject"] = sight.veil_words(request, profile, one.preview.subject)
        shown["body"] = sight.veil_words(request, profile, one.preview.body_text)
    return shown
