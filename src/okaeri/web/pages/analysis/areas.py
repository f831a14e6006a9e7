"""地域: where orders come from, of the whole shop and of each source; malls tell nothing closer."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from okaeri.foundation.text import Text
from okaeri.insight.types import ReportView
from okaeri.intake import api as intake
from okaeri.web.access import needs
from okaeri.web.count_facet import report_of
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.beginnings import counted_order
from okaeri.web.pages.analysis.count_pages import with_count_facet
from okaeri.web.pages.analysis.frame import show
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.pages.segments.addresses import address_of

_UNKNOWN = Text("不明", "Unknown")
_ALL = Text("すべて", "All sources")
_SHOWN_POSTALS = 30
_CSV = (
    *("source", "level", "area", "prefecture", "orders", "net_minor", "share", "aov_minor"),
    *("closed", "people", "repeaters", "repeat_rate", "low", "high"),
)


@needs("figures.see")
@require_GET
@with_count_facet("areas")
def areas(request: HttpRequest) -> HttpResponseBase:
    """Show orders, sales and repeat by prefecture and by the first three digits of postal codes."""
    report = report_of(request, "areas")
    found = report.payload["sources"] if report else []
    encoding = asked_encoding(request)
    if found and encoding:
        return csv_response("areas", _CSV, _cells(found), encoding=encoding)
    asked = request.GET.get("source", "")
    chosen = next((one for one in found if one["source"] == asked), found[0] if found else None)
    has_areas = bool(found) and any(row["area"] for row in found[0]["prefectures"])
    return show(
        request,
        "areas",
        report=report,
        chosen=chosen if has_areas else None,
        names=_names(found),
        top=_top(chosen) if chosen else None,
        prefectures=_rows(report, chosen, "prefectures"),
        postals=_rows(report, chosen, "postals")[:_SHOWN_POSTALS],
        definitions=definitions_for("areas", "area_repeat", "area_closed"),
    )


def _rows(
    report: ReportView | None, chosen: Mapping[str, Any] | None, level: str
) -> list[tuple[Text, dict[str, Any]]]:
    """Give the name of each area of a level, and its row with where its people become a segment."""
    if report is None or chosen is None:
        return []
    since = report.as_of - timedelta(days=report.payload["days"] - 1)
    field = {"prefectures": "prefecture", "postals": "postal3"}[level]
    return [
        (_area(row), {**row, "address": _bought_there(field, row["area"], since)})
        for row in chosen[level]
    ]


def _bought_there(field: str, area: str, since: date) -> str:
    order = counted_order()
    there = {"field": field, "op": "=", "value": area or None}
    return address_of({**order, "where": [*order["where"], there], "since": since.isoformat()})


def _names(found: list[dict[str, Any]]) -> list[tuple[str, Text, bool]]:
    """Give what may be chosen: key, name, whether nobody of it may be written to."""
    return [
        (one["source"], _source(one["source"]), one["is_mall"])
        for one in (found if len(found) > 2 or any(o["is_mall"] for o in found) else ())
    ]


def _source(source: str) -> Text:
    known = {info.key: info.name for info in intake.list_connectors()}
    return known.get(source, Text(source, source)) if source else _ALL


def _area(row: Mapping[str, Any]) -> Text:
    """Name a prefecture, or the prefecture of a postal district."""
    name = row["prefecture"]
    return Text(name, intake.PREFECTURES_EN.get(name, name)) if name else _UNKNOWN


def _top(chosen: Mapping[str, Any]) -> tuple[Text, Mapping[str, Any]] | None:
    """Give the area with most sales, None where there is nothing to speak of."""
    row = next((row for row in chosen["prefectures"] if row["area"] and row["share"]), None)
    return (_area(row), row) if row else None


def _cells(found: list[dict[str, Any]]) -> Iterator[tuple[Any, ...]]:
    for one in found:
        for level in ("prefectures", "postals"):
            for row in one[level]:
                told = (row.get(name) for name in _CSV[2:])
                yield (one["source"] or "all", level[:-1], *told)
