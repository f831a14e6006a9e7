"""ロイヤルティ指数: recommending, answering and buying again, by class and month."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from okaeri.insight.segment_types import class_rule
from okaeri.web.access import needs
from okaeri.web.count_facet import report_of
from okaeri.web.few import too_few
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.count_pages import with_count_facet
from okaeri.web.pages.analysis.frame import show
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.pages.segments.addresses import address_of

_CSV = (
    *("stage", "is_lapsed", "customers", "index", "nps", "satisfaction", "voice", "engagement"),
    *("repeat", "asked", "rated", "written", "nps_low", "nps_high", "recommend_share", "advised"),
)
_MONTHS = 6


@needs("figures.see")
@require_GET
@with_count_facet("loyalty")
def loyalty(request: HttpRequest) -> HttpResponseBase:
    """Show the index by class with its parts, and its months."""
    report = report_of(request, "loyalty")
    found = report.payload if report and report.payload["classes"] else None
    # A report of before NPS was asked from 0 to 10 holds another figure by that name.
    if found and "advised" not in found["all"]:
        found = None
    encoding = asked_encoding(request)
    history = found["history"] if found else []
    if found and encoding:
        cells = (
            (
                *(row.get(column) for column in _CSV),
                *(month["classes"].get(_key(row)) for month in history),
            )
            for row in found["classes"]
        )
        columns = (*_CSV, *(month["month"][:7] for month in history))
        return csv_response("loyalty", columns, cells, encoding=encoding)
    shown = history[-_MONTHS:]
    return show(
        request,
        "loyalty",
        report=report,
        found=found,
        rows=[_row(row, shown) for row in found["classes"]] if found else [],
        few=too_few(found["all"]["customers"]) if found else None,
        months=[date.fromisoformat(month["month"]) for month in shown],
        before=history[-2]["index"] if len(history) > 1 else None,
        definitions=definitions_for(
            "loyalty_index", "loyalty_parts", "nps", "recommend_share", "portfolio"
        ),
    )


def _key(row: Mapping[str, Any]) -> str:
    return f"{row['stage']}-{int(row['is_lapsed'])}"


def _row(row: Mapping[str, Any], months: list[Mapping[str, Any]]) -> dict[str, Any]:
    rule = class_rule(row["stage"], is_lapsed=row["is_lapsed"])
    trend = [month["classes"].get(_key(row)) for month in months]
    steps = [(value, None if value is None else round(value / 100 * 9)) for value in trend]
    return {**row, "address": address_of(rule), "months": steps}
