"""期待と実感: which products and advertisements fall short of what people expected."""

from collections.abc import Mapping
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
from okaeri.web.pages.segments.addresses import address_of

_NONE = Text("媒体の記録なし", "No source recorded")
_CSV = (
    *("value", "label", "answers", "gap", "below", "above", "below_share", "low", "high"),
    "is_over",
)


@needs("figures.see")
@require_GET
@with_count_facet("expectations")
def expectations(request: HttpRequest) -> HttpResponseBase:
    """Show the gap between expectation and experience by product and by source."""
    report = report_of(request, "expectations")
    found = report.payload if report and report.payload["answers"] else None
    encoding = asked_encoding(request)
    if found and encoding:
        cells = (
            (kind, *(row[column] for column in _CSV))
            for kind in ("products", "media")
            for row in found[kind]
        )
        return csv_response("expectations", ("kind", *_CSV), cells, encoding=encoding)
    return show(
        request,
        "expectations",
        report=report,
        found=found,
        media=[_media(row) for row in found["media"]] if found else [],
        products=[_product(row) for row in found["products"]] if found else [],
        definitions=definitions_for("expectation_gap", "over_promise"),
    )


def _media(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "name": Text(row["label"], row["label"]) if row["value"] else _NONE}


def _product(row: Mapping[str, Any]) -> dict[str, Any]:
    """A product leads to the people who bought it."""
    bought = {"did": "item", "where": [{"field": "sku", "op": "=", "value": row["value"]}]}
    return {**row, "address": address_of({"all": [bought]}, row["label"])}
