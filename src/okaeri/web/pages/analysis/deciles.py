"""Ten equal groups of buyers by what they spent."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from okaeri.insight import api as insight
from okaeri.web.access import needs
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.frame import show
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
        definitions=definitions_for("deciles", "net_12m_minor"),
    )


def _rule(smallest_minor: int) -> dict[str, Any]:
    return {"field": "net_12m_minor", "op": ">=", "value": smallest_minor}
