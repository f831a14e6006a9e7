"""The ten classes: how many, what they spend, how they changed."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from okaeri.insight.types import ReportView, Stage, class_name
from okaeri.web import findings
from okaeri.web.access import needs
from okaeri.web.charts.canvas import Chart
from okaeri.web.charts.catalogue import draw_portfolio, find_chart
from okaeri.web.count_facet import chart_of, facet_of, report_of
from okaeri.web.left_out import reasons
from okaeri.web.narrowing import class_address, narrowed_to
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.count_pages import with_count_facet
from okaeri.web.pages.analysis.frame import show
from okaeri.web.pages.analysis.portfolio_chosen import count_chosen
from okaeri.web.pages.analysis.portfolio_filters import (
    Filter,
    query_of,
    read_filters,
    rule_of,
)
from okaeri.web.pages.analysis.portfolio_months import Compared, asked_month, with_change
from okaeri.web.pages.analysis.portfolio_series import (
    Earlier,
    earlier_series,
    month_table,
    rules_then,
    series_csv,
)
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.reader import language_of


@needs("figures.see")
@require_GET
@with_count_facet("portfolio")
def portfolio(request: HttpRequest) -> HttpResponseBase:
    """Show the ten classes, of everybody or of those the filters mean."""
    report, is_everybody = report_of(request, "portfolio"), facet_of(request) is None
    filters = read_filters(request) if report is not None and is_everybody else []
    # Nobody knows who of a month's end stands at a purchase count today.
    compared = asked_month(request) if is_everybody else Compared(None, (), {})
    rule = rule_of(filters)
    if report is None or rule is None:
        chart = chart_of(request, "portfolio")
        return _page(request, report, filters, compared, chart, is_everybody=is_everybody)
    with narrowed_to(rule):
        report, compared = count_chosen(report, rule, compared)
        chart = draw_portfolio(report, language_of(request), rule, query_of(filters))
        return _page(request, report, filters, compared, chart, is_everybody=False)


def _page(
    request: HttpRequest,
    report: ReportView | None,
    filters: list[Filter],
    compared: Compared,
    chart: Chart | None,
    *,
    is_everybody: bool,
) -> HttpResponseBase:
    language = language_of(request)
    encoding = asked_encoding(request)
    cells = with_change(report.payload["cells"], compared) if report else []
    earlier = earlier_series(request) if is_everybody else None
    if earlier and earlier.chosen and encoding and "series" in request.GET:
        return series_csv(earlier.chosen, encoding)
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
        is_everybody=is_everybody,
        chart=chart,
        history=find_chart("history", language) if is_everybody else None,
        sales=find_chart("history-sales", language) if is_everybody else None,
        earlier=earlier,
        **_earlier(earlier, language),
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


def _earlier(earlier: Earlier | None, language: str) -> dict[str, Any]:
    if earlier is None or earlier.chosen is None:
        return {}
    version = earlier.chosen.rule_version
    return {
        "rules_then": rules_then(earlier.chosen, language),
        "earlier_table": month_table(earlier.chosen),
        "earlier_history": find_chart("history", language, version),
        "earlier_sales": find_chart("history-sales", language, version),
    }


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
