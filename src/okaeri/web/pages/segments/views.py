"""Segments: a class, a cell of a chart, or any list of the customer page, kept under a name.

A cell of any chart leads here: `/analysis/segments/new/?rule=<rule tree as JSON>&name=<a name>`
(`segments.address_of` builds it), or with the words of the customer list (`?stage=first&lapsed=1`).
"""

import json
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.insight.types import BAND_NAMES, STAGE_NAMES, FreshnessBand, Stage, class_name
from okaeri.plan import api as plan
from okaeri.plan.types import JourneyView
from okaeri.web.access import needs
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.frame import frame
from okaeri.web.pages.customers.filters import FLAGS, Filters, read_filters
from okaeri.web.pages.segments.counting import warehouse_for

_NO_RULE = Text(
    "どの顧客かが決まっていません。ポートフォリオの円か、顧客一覧の条件から始めてください。",
    "It is not clear which customers are meant; begin at a bubble or with the customer list's filters.",
)
# Which class a shipped journey cares for.
_JOURNEYS = {"first": "first_follow", "toddler": "know_us"}
_NO_NAME = Text("名前を入力してください。", "Give the segment a name.")


@needs("figures.see")
@require_GET
def segments(request: HttpRequest) -> HttpResponse:
    """List the segments."""
    context = {**frame("segments"), "segments": insight.list_segments()}
    return render(request, "okaeri/segments/list.html", context)


@needs("segments.change")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Show how many people a rule holds, and keep it under a name when asked to."""
    filters = read_filters(request)
    rule = _asked_rule(request) or filters.rule()
    if rule is None:
        raise InputError(_NO_RULE)
    language = request.language  # type: ignore[attr-defined]
    if request.method == "POST":
        name = request.POST.get("name", "").strip()[:120]
        if not name:
            raise InputError(_NO_NAME)
        with warehouse_for(rule) as warehouse:
            made = insight.create_segment(name, rule, warehouse=warehouse)
        return redirect("segment", made.id)
    with warehouse_for(rule) as warehouse:
        preview = insight.preview_rule(rule, warehouse=warehouse)
    context = {
        **frame("segments"),
        "filters": filters,
        "total": preview.total,
        "name": request.GET.get("name", "")[:120] or name_of(filters, language),
        "journey": _journey_for(filters),
        "definitions": definitions_for("portfolio", "lapsed", "threshold_minor"),
    }
    return render(request, "okaeri/segments/new.html", context)


def address_of(rule: dict[str, Any], name: str = "") -> str:
    """Give the address at which these customers become a segment or start a journey."""
    words = {"rule": json.dumps(rule, ensure_ascii=False, separators=(",", ":"))}
    return f"{reverse('segment_new')}?{urlencode(words | ({'name': name} if name else {}))}"


def _asked_rule(request: HttpRequest) -> dict[str, Any] | None:
    text = request.GET.get("rule", "")
    if not text:
        return None
    try:
        rule = json.loads(text)
    except ValueError:
        raise InputError(_NO_RULE) from None
    if not isinstance(rule, dict):
        raise InputError(_NO_RULE)
    return rule


def _journey_for(filters: Filters) -> JourneyView | None:
    """Give the journey made for customers like these, None where none is."""
    if filters.flag == "at_risk":
        wanted = "welcome_back"
    else:
        wanted = "" if filters.lapsed == "1" else _JOURNEYS.get(filters.stage, "")
    return next((journey for journey in plan.list_journeys() if journey.key == wanted), None)


@needs("figures.see")
@require_GET
def segment(request: HttpRequest, segment_id: int) -> HttpResponse:
    """Show one segment: its rule in words and its people."""
    found = insight.get_segment(segment_id)
    return render(
        request,
        "okaeri/segments/segment.html",
        {
            **frame("segments"),
            "segment": found,
            "conditions": rule_in_words(found.rule),
            "now": found.size,
        },
    )


def name_of(filters: Filters, language: str) -> str:
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


_FIELDS = {
    "stage": Text("クラス", "Class"),
    "is_lapsed": Text("離脱", "Lapsed"),
    "is_at_risk": Text("離脱予備軍", "At risk"),
    "is_f2_late": Text("F2転換遅れ", "Second purchase late"),
    "is_revived": Text("復活客", "Revived"),
    "freshness_band": Text("鮮度帯", "Freshness band"),
    "purchase_count": Text("購入回数", "Purchases"),
    "net_minor": Text("累計購入額", "Spend so far"),
    "recency_days": Text("最終購入からの日数", "Days since last purchase"),
    "order_count": Text("注文数", "Orders"),
    "discount_share": Text("値引き購入率", "Share of discounted orders"),
    "margin_share": Text("粗利率", "Margin"),
}


def rule_in_words(rule: dict[str, Any]) -> list[Text]:
    """Say a rule tree, one condition a line."""
    if "all" in rule:
        return [words for part in rule["all"] for words in rule_in_words(part)]
    if "any" in rule:
        options = [words for part in rule["any"] for words in rule_in_words(part)]
        return [
            Text(
                "次のどれか: " + "、".join(o.ja for o in options),
                "Any of: " + ", ".join(o.en for o in options),
            )
        ]
    if "not" in rule:
        inner = rule_in_words(rule["not"])
        return [
            Text(
                "次を除く: " + "、".join(o.ja for o in inner),
                "Not: " + ", ".join(o.en for o in inner),
            )
        ]
    field = _FIELDS.get(rule["field"], Text(rule["field"], rule["field"]))
    value = _value(rule["field"], rule["value"])
    sign = "" if rule["op"] == "=" else f"{rule['op']} "
    return [Text(f"{field.ja}: {sign}{value.ja}", f"{field.en}: {sign}{value.en}")]


def _value(field: str, value: object) -> Text:
    if isinstance(value, bool):
        return Text("はい", "yes") if value else Text("いいえ", "no")
    if field == "stage":
        return STAGE_NAMES[Stage(str(value))]
    if field == "freshness_band":
        return BAND_NAMES[FreshnessBand(str(value))]
    return Text(str(value), str(value))
