"""How fresh the customers are."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from okaeri.insight import api as insight
from okaeri.web import findings
from okaeri.web.access import needs
from okaeri.web.count_facet import chart_of, facet_of, report_of
from okaeri.web.narrowing import band_address
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.count_pages import with_count_facet
from okaeri.web.pages.analysis.frame import show
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.pages.segments.addresses import address_of

_BANDS = ("band", "customers", "share")
_RATES = ("band", "customers", "buyers", "rate", "low", "high")


@needs("figures.see")
@require_GET
@with_count_facet("freshness")
def freshness(request: HttpRequest) -> HttpResponseBase:
    """Show how fresh the customers are."""
    report = report_of(request, "freshness")
    # A look back 30 days: who stood at a count then is not who stands there today.
    rates = insight.find_report("band_rates") if facet_of(request) is None else None
    encoding = asked_encoding(request)
    if encoding and report is not None and request.GET.get("of") == "bands":
        rows = [tuple(band[name] for name in _BANDS) for band in report.payload["bands"]]
        return csv_response("freshness", _BANDS, rows, encoding=encoding)
    if encoding and rates is not None and request.GET.get("of") == "rates":
        rows = [tuple(band[name] for name in _RATES) for band in rates.payload["bands"]]
        return csv_response("freshness-rates", _RATES, rows, encoding=encoding)
    return show(
        request,
        "freshness",
        report=report,
        bands=[_shown(band) for band in report.payload["bands"]] if report else (),
        rates=rates,
        chart=chart_of(request, "freshness"),
        answer=findings.freshness(report.payload) if report else None,
        definitions=definitions_for("freshness", "band_rates", "cycle_days", "recency_days"),
    )


def _shown(band: dict[str, Any]) -> dict[str, Any]:
    """Add where the buyers of a band become a segment."""
    parts = [
        {"field": "freshness_band", "op": "=", "value": band["band"]},
        {"field": "purchase_count", "op": ">=", "value": 1},
    ]
    return {**band, "address": address_of({"all": parts}), "list": band_address(band["band"])}
