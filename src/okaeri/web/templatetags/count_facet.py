"""The selector of the purchase count above every analysis page, or why a page has none."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import template
from django.http import HttpRequest
from django.template import Context

from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.insight.count_types import BANDS, Counted
from okaeri.web.count_facet import COUNTED_NAMES, EXCEPTIONS, PAGES, WORDS, ask, counted_of

register = template.Library()
_EVERYBODY = Text("すべて", "All")
# What a choice leaves behind: the page of a list, a download, a repeated job.
_LEFT = ("page", "csv", "again")


@dataclass(frozen=True, slots=True)
class Choice:
    """One link of the selector."""

    name: Text
    address: str
    is_now: bool


@register.inclusion_tag("okaeri/parts/count_facet.html", takes_context=True)
def count_facet(context: Context, tab: str) -> dict[str, Any]:
    """Show the choices of page `tab`; nothing before the first refresh."""
    request: HttpRequest = context["request"]
    shared = {name: context.get(name) for name in ("language", "shop", "request")}
    if insight.find_report_day("summary") is None:
        return shared
    if tab not in PAGES:
        asked = any(word in request.GET for word in WORDS)
        return {**shared, "reason": EXCEPTIONS.get(tab) if asked else None}
    return {**shared, **_choices(request)}


@register.simple_tag(takes_context=True)
def with_count(context: Context, url_name: str) -> str:
    """Give the query that keeps the chosen count on the way to another page that offers it."""
    request: HttpRequest = context["request"]
    if url_name not in PAGES or ask(request) is None:
        return ""
    asked = {word: request.GET[word] for word in WORDS if request.GET.get(word)}
    return f"?{urlencode(asked)}"


def _choices(request: HttpRequest) -> dict[str, Any]:
    facet, counted = ask(request), counted_of(request)
    items = insight.list_countable_items(request.GET.get("item", ""))
    now = request.GET.get("item", "")
    sku = now if now in items else next(iter(items), "")
    own = {"counted": counted.value, "item": sku} if counted is Counted.PRODUCT else {}
    bands = [Choice(_EVERYBODY, _address(request, times="", **own), facet is None)]
    bands += [
        Choice(
            band.name,
            _address(request, times=str(band.least), **own),
            facet is not None and facet.band == band,
        )
        for band in BANDS
    ]
    known = insight.find_count_report(insight.FACET_REPORT, facet.token) if facet else None
    return {
        "bands": bands,
        "ways": _ways(request, counted, next(iter(items), "")),
        "is_open": counted is not Counted.SHOP,
        "items": items.items() if counted is Counted.PRODUCT else (),
        "sku": sku,
        "kept": _kept(request),
        "facet": facet,
        "item_name": items.get(sku, ""),
        "customers": known.payload["customers"] if known else None,
        "counted_name": COUNTED_NAMES[counted],
    }


def _ways(request: HttpRequest, counted: Counted, first_sku: str) -> list[Choice]:
    return [
        Choice(
            name,
            _address(
                request,
                counted="" if way is Counted.SHOP else way.value,
                item=first_sku if way is Counted.PRODUCT else "",
            ),
            way is counted,
        )
        for way, name in COUNTED_NAMES.items()
        if way is not Counted.PRODUCT or first_sku
    ]


def _kept(request: HttpRequest) -> list[tuple[str, str]]:
    """Give what the form of products carries along."""
    left = {*_LEFT, "item"}
    return [(k, v) for k, values in request.GET.lists() for v in values if k not in left]


def _address(request: HttpRequest, **changes: str) -> str:
    asked = request.GET.copy()
    for word in _LEFT:
        asked.pop(word, None)
    for word, value in changes.items():
        if value:
            asked[word] = value
        else:
            asked.pop(word, None)
    return f"?{asked.urlencode()}"
