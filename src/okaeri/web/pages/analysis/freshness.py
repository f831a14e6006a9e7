"""How fresh the customers are."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from okaeri.insight import api as insight
from okaeri.web import findings
from okaeri.web.access import needs
from okaeri.web.charts.catalogue import find_chart
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.frame import language_of, show


@needs("figures.see")
@require_GET
def freshness(request: HttpRequest) -> HttpResponse:
    """Show how fresh the customers are."""
    report = insight.find_report("freshness")
    return show(
        request,
        "freshness",
        report=report,
        rates=insight.find_report("band_rates"),
        chart=find_chart("freshness", language_of(request)),
        answer=findings.freshness(report.payload) if report else None,
        definitions=definitions_for("freshness", "band_rates", "cycle_days", "recency_days"),
    )
