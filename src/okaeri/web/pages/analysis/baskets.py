"""What is bought with what: in one order, by one person, one after the other."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from okaeri.foundation.text import Text
from okaeri.web.access import needs
from okaeri.web.count_facet import report_of
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.count_pages import with_count_facet
from okaeri.web.pages.analysis.frame import show
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.pages.paging import Pager, asked_page

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
    pager = Pager(asked_page(request), len(pairs), _ROWS)
    return show(
        request,
        "baskets",
        report=report if report and report.payload["orders"] else None,
        kinds=KINDS.items(),
        kind=kind,
        sort=sort,
        sku=sku,
        pairs=pairs[pager.offset : pager.offset + _ROWS],
        pager=pager,
        best=next((pair for pair in pairs if pair["a"] != pair["b"]), None),
        fewest=report.payload["fewest"][kind] if report else None,
        definitions=definitions_for(f"baskets_{kind}", "lift"),
    )


def _pairs(pairs: list[dict[str, Any]], sku: str, sort: str) -> list[dict[str, Any]]:
    chosen = [pair for pair in pairs if not sku or sku in (pair["a"], pair["b"])]
    return sorted(chosen, key=lambda pair: -pair[sort])
