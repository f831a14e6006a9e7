"""How fresh the customers are."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from okaeri.insight import api as insight
from okaeri.web import findings
from okaeri.web.access import needs
from okaeri.web.charts.catalogue import find_chart
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.frame import language_of, show
from okaeri.web.pages.segments.addresses import address_of


@needs("figures.see")
@require_GET
def freshness(request: HttpRequest) -> HttpResponse:
    """Show how fresh the customers are."""
    report = insight.find_report("freshness")
    return show(
        request,
        "freshness",
        report=report,
        bands=[_shown(band) for band in report.payload["bands"]] if report else (),
        rates=insight.find_report("band_rates"),
        chart=find_chart("freshness", language_of(request)),
        answer=findings.freshness(report.payload) if report else None,
        definitions=definitions_for("freshness", "band_rates", "cycle_days", "recency_days"),
    )


def _shown(band: dict[str, Any]) -> dict[str, Any]:
    """Add where the buyers of a band become a segment."""
    parts = [
        {"field": "freshness_band", "op": "=", "value": band["band"]},
        {"field": "purchase_count", "op": ">=", "value": 1},
    ]
    return {**band, "address": address_of({"all": parts})}
