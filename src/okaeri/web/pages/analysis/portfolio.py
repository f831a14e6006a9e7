"""The ten classes: how many, what they spend, how they changed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from okaeri.insight import api as insight
from okaeri.insight.types import ReportView, Stage, class_name
from okaeri.web import findings
from okaeri.web.access import needs
from okaeri.web.charts.catalogue import find_chart
from okaeri.web.count_facet import chart_of, facet_of, report_of
from okaeri.web.left_out import reasons
from okaeri.web.narrowing import class_address, narrowed_to
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.count_pages import with_count_facet
from okaeri.web.pages.analysis.frame import language_of, show
from okaeri.web.pages.analysis.portfolio_filters import Filter, read_filters, rule_of
from okaeri.web.pages.analysis.portfolio_months import Compared, asked_month, with_change
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.pages.segments.counting import warehouse_for


@needs("figures.see")
@require_GET
@with_count_facet("portfolio")
def portfolio(request: HttpRequest) -> HttpResponseBase:
    """Show the ten classes, of everybody or of those who bought what the filters say."""
    report, is_everybody = report_of(request, "portfolio"), facet_of(request) is None
    filters = read_filters(request) if report is not None and is_everybody else []
    rule = rule_of(filters)
    if report is not None and rule is not None:
        with warehouse_for(rule) as warehouse:
            if warehouse is not None:
                payload = insight.portfolio_where(rule, warehouse=warehouse)
                report = replace(report, payload=payload)
        with narrowed_to(rule):
            return _page(request, report, filters, is_everybody=False)
    return _page(request, report, filters, is_everybody=is_everybody)


def _page(
    request: HttpRequest, report: ReportView | None, filters: list[Filter], *, is_everybody: bool
) -> HttpResponseBase:
    language = language_of(request)
    encoding = asked_encoding(request)
    # Month ends stay as they were: nobody knows who of them bought what, or stands at a count today.
    compared = asked_month(request) if is_everybody else Compared(None, (), {})
    cells = with_change(report.payload["cells"], compared) if report else []
    if cells and encoding:
        return _portfolio_csv(cells, compared, encoding, language)
    is_chosen = any(one.value for one in filters)
    return show(
        request,
        "portfolio",
        report=report,
        cells=[_shown(cell) for cell in cells],
        compared=compared,
        filters=filters,
        is_chosen=is_chosen,
        chart=None if is_chosen else chart_of(request, "portfolio"),
        history=find_chart("history", language) if is_everybody else None,
        sales=find_chart("history-sales", language) if is_everybody else None,
        answer=findings.portfolio_answer(report.payload) if report else None,
        reasons=reasons(),
        definitions=definitions_for(
            "portfolio",
            "threshold_minor",
            "lapsed",
            "tenure_days",
            "net_minor",
            "sales_share",
        ),
    )


def _shown(cell: Mapping[str, Any]) -> dict[str, Any]:
    """Add where the people of a class become a segment."""
    address = class_address(cell["stage"], is_lapsed=cell["is_lapsed"])
    return {**cell, "address": address}


def _portfolio_csv(
    cells: Sequence[Mapping[str, Any]], compared: Compared, encoding: str, language: str
) -> HttpResponseBase:
    keys = [
        "customers",
        "share",
        "net_minor",
        "net_12m_minor",
        "sales_share_12m",
        "mean_tenure_days",
        "median_tenure_days",
        "mean_net_minor",
        "median_net_minor",
    ]
    if compared.month is not None:
        keys += ["customers_before", "customers_change", "sales_share_before"]
    rows = (
        (
            class_name(Stage(cell["stage"]), is_lapsed=cell["is_lapsed"]).render(language),
            *(cell[key] for key in keys),
        )
        for cell in cells
    )
    return csv_response("portfolio", ("class", *keys), rows, encoding=encoding)
