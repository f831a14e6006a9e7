"""理由別離脱: why people left, who came back, and how the reasons change from month to month."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from okaeri.customers import api as customers
from okaeri.foundation.text import Text
from okaeri.web.access import needs
from okaeri.web.count_facet import report_of
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.count_pages import with_count_facet
from okaeri.web.pages.analysis.frame import show
from okaeri.web.pages.attributes.panel import SOURCE_NAMES
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.pages.segments.addresses import address_of
from okaeri.web.reader import language_of

_CSV = ("people", "share", "lapsed", "net_minor", "aged", "returned", "rate", "low", "high")
_SEGMENT = Text("離脱理由: {reason}", "Left because: {reason}")


@needs("figures.see")
@require_GET
@with_count_facet("lapse_reasons")
def lapse_reasons(request: HttpRequest) -> HttpResponseBase:
    """Show people, return and trend by reason; each reason leads to its people."""
    report = report_of(request, "lapse_reasons")
    found = report.payload if report and report.payload["people"] else None
    names = {choice.value: choice.name for choice in customers.lapse_reasons()}
    language, encoding = language_of(request), asked_encoding(request)
    rows = [_row(row, names, language) for row in found["reasons"]] if found else []
    if found and encoding:
        cells = (
            (
                row["reason"],
                row["name"].render(language),
                *(row[column] for column in _CSV),
                *row["by_month"],
            )
            for row in rows
        )
        columns = ("reason", "name", *_CSV, *(month[:7] for month in found["months"]))
        return csv_response("lapse-reasons", columns, cells, encoding=encoding)
    return show(
        request,
        "lapse_reasons",
        report=report,
        found=found,
        rows=rows,
        months=[date.fromisoformat(month) for month in found["months"]] if found else [],
        sources=[
            {**one, "name": SOURCE_NAMES.get(one["source"], Text(one["source"], one["source"]))}
            for one in (found["sources"] if found else ())
        ],
        master=names.items(),
        definitions=definitions_for("lapse_reasons", "lapse_return"),
    )


def _row(row: Mapping[str, Any], names: Mapping[str, Text], language: str) -> dict[str, Any]:
    name = names.get(row["reason"], Text(row["reason"], row["reason"]))
    rule = {
        "all": [
            {
                "field": f"attribute:{customers.LAPSE_REASON}",
                "op": "=",
                "value": row["reason"],
            }
        ]
    }
    title = _SEGMENT.render(language).format(reason=name.render(language))
    most = max(row["by_month"], default=0)
    months = [(count, round(5 * count / most) if most else 0) for count in row["by_month"]]
    return {**row, "name": name, "address": address_of(rule, title), "months": months}


@needs("settings.change")
@require_POST
def start_lapse_reasons(_request: HttpRequest) -> HttpResponse:
    """Take the list of reasons over, from here on the shop's own; one it had put away comes back."""
    if not customers.lapse_reasons():
        lists = (*customers.list_attributes(), *customers.SUGGESTED_ATTRIBUTES)
        found = next(one for one in lists if one.key == customers.LAPSE_REASON)
        customers.save_attribute(replace(found, is_active=True))
    return redirect("lapse_reasons")
