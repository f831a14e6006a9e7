"""Ten equal groups of buyers by what they spent."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from okaeri.foundation.settings import load
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.insight.analysis_types import TargetRules
from okaeri.insight.types import ReportView
from okaeri.web.access import needs
from okaeri.web.count_facet import chart_of, facet_of, report_of
from okaeri.web.few import too_few
from okaeri.web.narrowing import people_address
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.count_pages import with_count_facet
from okaeri.web.pages.analysis.frame import show
from okaeri.web.pages.analysis.tenths import (
    addresses_of_tenths,
    names_of_tenths,
    shares_of_people,
)
from okaeri.web.pages.csv_file import asked_encoding, csv_response

_NOBODY = Text(
    "この1年に、代金の残る購入をした方がいません。",
    "Nobody made a purchase in the last year of which an amount is left.",
)


@needs("figures.see")
@require_GET
@with_count_facet("deciles")
def deciles(request: HttpRequest) -> HttpResponseBase:
    """Show how much of the sales each tenth of the customers carries."""
    report = report_of(request, "deciles")
    rows = report.payload["deciles"] if report else []
    encoding = asked_encoding(request)
    if rows and encoding:
        columns = tuple(rows[0])
        cells = (tuple(row[column] for column in columns) for row in rows)
        return csv_response("deciles", columns, cells, encoding=encoding)
    return show(
        request,
        "deciles",
        rows=[
            {**row, "address": address, "name": name}
            for row, address, name in zip(
                rows, addresses_of_tenths(rows), names_of_tenths(rows), strict=True
            )
        ],
        top={**rows[0], "people_share": shares_of_people(rows)[0]} if rows else None,
        few=too_few(sum(row["customers"] for row in rows)),
        chart=chart_of(request, "deciles") if rows else None,
        classes=_classes(report_of(request, "portfolio")),
        guide=load(TargetRules).prime_sales,
        not_yet=_NOBODY if facet_of(request) is None and _has_buyers() else None,
        definitions=definitions_for("deciles", "net_12m_minor", "portfolio"),
    )


def _has_buyers() -> bool:
    summary = insight.find_report("summary")
    return bool(summary and summary.payload["buyers"])


def _classes(report: ReportView | None) -> list[dict[str, Any]]:
    """Give the five classes with what share of 12 months' sales each makes, active and lapsed."""
    if report is None:
        return []
    cells = report.payload["cells"]
    stages = dict.fromkeys(cell["stage"] for cell in reversed(cells))
    return [
        {
            "stage": stage,
            "address": people_address(f"/customers/?stage={stage}", _stage(stage)),
            "customers": sum(cell["customers"] for cell in cells if cell["stage"] == stage),
            "net_minor": sum(cell["net_12m_minor"] for cell in cells if cell["stage"] == stage),
            "share": sum(cell["sales_share_12m"] for cell in cells if cell["stage"] == stage),
        }
        for stage in stages
    ]


def _stage(stage: str) -> dict[str, Any]:
    return {"field": "stage", "op": "=", "value": stage}
