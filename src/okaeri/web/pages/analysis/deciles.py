"""Ten equal groups of buyers by what they spent."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from okaeri.insight import api as insight
from okaeri.web.access import needs
from okaeri.web.charts.catalogue import find_chart
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.frame import language_of, show
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.pages.segments.views import address_of


@needs("figures.see")
@require_GET
def deciles(request: HttpRequest) -> HttpResponseBase:
    """Show how much of the sales each tenth of the customers carries."""
    report = insight.find_report("deciles")
    rows = report.payload["deciles"] if report else []
    encoding = asked_encoding(request)
    if rows and encoding:
        columns = tuple(rows[0])
        cells = (tuple(row[column] for column in columns) for row in rows)
        return csv_response("deciles", columns, cells, encoding=encoding)
    return show(
        request,
        "deciles",
        rows=[{**row, "address": address_of(_rule(row["smallest_minor"]))} for row in rows],
        top=rows[0] if rows else None,
        chart=find_chart("deciles", language_of(request)) if rows else None,
        classes=_classes(),
        definitions=definitions_for("deciles", "net_12m_minor", "portfolio"),
    )


def _classes() -> list[dict[str, Any]]:
    """Give the five classes with what share of 12 months' sales each makes, active and lapsed."""
    report = insight.find_report("portfolio")
    if report is None:
        return []
    cells = report.payload["cells"]
    stages = dict.fromkeys(cell["stage"] for cell in reversed(cells))
    return [
        {
            "stage": stage,
            "customers": sum(cell["customers"] for cell in cells if cell["stage"] == stage),
            "net_minor": sum(cell["net_12m_minor"] for cell in cells if cell["stage"] == stage),
            "share": sum(cell["sales_share_12m"] for cell in cells if cell["stage"] == stage),
        }
        for stage in stages
    ]


def _rule(smallest_minor: int) -> dict[str, Any]:
    return {"field": "net_12m_minor", "op": ">=", "value": smallest_minor}
