"""The ten classes: how many, what they spend, how they changed."""

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from okaeri.insight import api as insight
from okaeri.insight.types import ReportView, Stage, class_name
from okaeri.web import findings
from okaeri.web.access import needs
from okaeri.web.charts.catalogue import find_chart
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.frame import language_of, show
from okaeri.web.pages.csv_file import asked_encoding, csv_response


@needs("figures.see")
@require_GET
def portfolio(request: HttpRequest) -> HttpResponseBase:
    """Show the ten classes."""
    report = insight.find_report("portfolio")
    language = language_of(request)
    encoding = asked_encoding(request)
    if report is not None and encoding:
        return _portfolio_csv(report, encoding, language)
    return show(
        request,
        "portfolio",
        report=report,
        chart=find_chart("portfolio", language),
        history=find_chart("history", language),
        answer=findings.portfolio_answer(report.payload) if report else None,
        definitions=definitions_for(
            "portfolio", "threshold_minor", "lapsed", "tenure_days", "net_minor"
        ),
    )


def _portfolio_csv(report: ReportView, encoding: str, language: str) -> HttpResponseBase:
    keys = (
        "customers",
        "share",
        "net_minor",
        "net_12m_minor",
        "mean_tenure_days",
        "median_tenure_days",
        "mean_net_minor",
        "median_net_minor",
    )
    rows = (
        (
            class_name(Stage(cell["stage"]), is_lapsed=cell["is_lapsed"]).render(language),
            *(cell[key] for key in keys),
        )
        for cell in report.payload["cells"]
    )
    return csv_response("portfolio", ("class", *keys), rows, encoding=encoding)
