"""The ten classes of those the filters mean, today and at the end of the month they are compared with."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.http import HttpRequest

from okaeri.insight import api as insight
from okaeri.insight.types import PortfolioRow, ReportView
from okaeri.web.charts.canvas import Chart
from okaeri.web.charts.catalogue import draw_portfolio
from okaeri.web.pages.analysis.portfolio_filters import query_of, read_filters, rule_of
from okaeri.web.pages.analysis.portfolio_months import Compared
from okaeri.web.pages.segments.counting import warehouse_for


def count_chosen(
    report: ReportView, rule: dict[str, Any], compared: Compared
) -> tuple[ReportView, Compared]:
    """Give the report and the month's end of `compared` over those a rule means, counted now."""
    with warehouse_for(rule) as warehouse:
        if warehouse is None:
            raise TypeError("every filter asks for what the warehouse alone knows")
        payload = insight.portfolio_where(rule, warehouse=warehouse)
        report = replace(report, payload=payload)
        if compared.month is None:
            return report, compared
        end = compared.month.replace(day=monthrange(*compared.month.timetuple()[:2])[1])
        bar = next(iter(compared.cells.values())).threshold_minor
        then = insight.portfolio_then_where(
            rule, as_of=end, threshold_minor=bar, warehouse=warehouse
        )
    cells = {(cell["stage"], cell["is_lapsed"]): cell for cell in then["cells"]}
    return report, replace(
        compared,
        cells={key: _counted(row, cells[key]) for key, row in compared.cells.items()},
    )


def _counted(row: PortfolioRow, cell: Mapping[str, Any]) -> PortfolioRow:
    names = ("customers", "net_minor", "net_12m_minor")
    return replace(row, **{name: cell[name] for name in names})


def find_chosen_chart(request: HttpRequest, language: str) -> Chart | None:
    """Give the chart of those an address chooses; None where it chooses nobody in particular."""
    report = insight.find_report("portfolio")
    filters = read_filters(request) if report is not None else []
    rule = rule_of(filters)
    if report is None or rule is None:
        return None
    report, _ = count_chosen(report, rule, Compared(None, (), {}))
    return draw_portfolio(report, language, rule, query_of(filters))
