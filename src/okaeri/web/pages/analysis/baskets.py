"""What is bought with what: in one order, by one person, one after the other."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from okaeri.foundation.text import Text
from okaeri.insight.types import ReportView
from okaeri.web.access import needs
from okaeri.web.count_facet import report_of
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.beginnings import bought_item
from okaeri.web.pages.analysis.count_pages import with_count_facet
from okaeri.web.pages.analysis.frame import show
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.pages.paging import Pager, asked_page
from okaeri.web.pages.segments.addresses import address_of

KINDS = {
    "together": Text("同じ注文で", "In one order"),
    "period": Text("1年のうちに", "Within a year"),
    "order": Text("次の購入で", "In the next purchase"),
}
_SORTS = {"lift": "lift", "both": "both"}
_COLUMNS = ("a", "a_name", "b", "b_name", "both", "support", "confidence", "low", "high", "lift")
_ROWS = 50


@needs("figures.see")
@require_GET
@with_count_facet("baskets")
def baskets(request: HttpRequest) -> HttpResponseBase:
    """Show pairs of products, those furthest beyond chance first."""
    report = report_of(request, "baskets")
    kind = request.GET.get("kind", "together")
    kind = kind if kind in KINDS else "together"
    sort = _SORTS.get(request.GET.get("sort", ""), "lift")
    sku = request.GET.get("sku", "").strip()
    pairs = _pairs(report.payload[kind], sku, sort) if report else []
    encoding = asked_encoding(request)
    if pairs and encoding:
        cells = (tuple(pair[column] for column in _COLUMNS) for pair in pairs)
        return csv_response(f"baskets-{kind}", _COLUMNS, cells, encoding=encoding)
    # Bought together more seldom than by chance is no advice: such pairs show only where there is no other.
    liked = [pair for pair in pairs if pair["lift"] >= 1]
    pairs = liked or pairs
    pager = Pager.within(asked_page(request), len(pairs), _ROWS)
    return show(
        request,
        "baskets",
        report=report if report and report.payload["orders"] else None,
        kinds=KINDS.items(),
        kind=kind,
        sort=sort,
        sku=sku,
        pairs=_with_addresses(report, kind, pairs[pager.offset : pager.offset + _ROWS]),
        pager=pager,
        best=next((pair for pair in liked if pair["a"] != pair["b"]), None),
        seldom=bool(pairs) and not liked,
        fewest=report.payload["fewest"][kind] if report else None,
        definitions=definitions_for(f"baskets_{kind}", "lift"),
    )


def _pairs(pairs: list[dict[str, Any]], sku: str, sort: str) -> list[dict[str, Any]]:
    chosen = [pair for pair in pairs if not sku or sku in (pair["a"], pair["b"])]
    return sorted(chosen, key=lambda pair: -pair[sort])


def _with_addresses(
    report: ReportView | None, kind: str, pairs: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    if report is None:
        return []
    since = report.as_of - timedelta(days=report.payload["period_days"] - 1)
    return [{**pair, "address": _bought(kind, pair["a"], pair["b"], since)} for pair in pairs]


def _bought(kind: str, a: str, b: str, since: date) -> str:
    """Give where the buyers of a pair become a segment.

    Of a year they are the very people counted. Which products stood in one order, or in the very next
    one, no rule knows: whoever bought both, or one later than the other, is meant there.
    """
    if kind == "order":
        return address_of({"first": bought_item(a), "then": bought_item(b), "happened": True})
    span = {"since": since.isoformat()} if kind == "period" else {}
    return address_of({"all": [{**bought_item(sku), **span} for sku in (a, b)]})
