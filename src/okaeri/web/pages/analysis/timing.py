"""When people buy: weekday and hour, month, season, payday."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from okaeri.foundation.text import MONTHS_EN, WEEKDAYS, Text
from okaeri.web.access import needs
from okaeri.web.count_facet import report_of
from okaeri.web.few import FEWEST
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.beginnings import counted_order
from okaeri.web.pages.analysis.count_pages import with_count_facet
from okaeri.web.pages.analysis.frame import show
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.pages.segments.addresses import address_of

_MONTHS = tuple(Text(f"{n}月", name) for n, name in enumerate(MONTHS_EN, 1))
_SEASONS = {
    "spring": Text("春(3〜5月)", "Spring"),
    "summer": Text("夏(6〜8月)", "Summer"),
    "autumn": Text("秋(9〜11月)", "Autumn"),
    "winter": Text("冬(12〜2月)", "Winter"),
}
_DARKEST = 9


@needs("figures.see")
@require_GET
@with_count_facet("timing")
def timing(request: HttpRequest) -> HttpResponseBase:
    """Show when orders come in."""
    report = report_of(request, "timing")
    found = report.payload if report and report.payload["orders"] else None
    encoding = asked_encoding(request)
    if found and encoding:
        columns = ("weekday", "hour", "orders", "net_minor", "share")
        cells = (tuple(cell[column] for column in columns) for cell in found["cells"])
        return csv_response("timing", columns, cells, encoding=encoding)
    return show(
        request,
        "timing",
        report=report if found else None,
        found=found,
        is_few=found is not None and found["orders"] < FEWEST,
        fewest=FEWEST,
        weekdays=WEEKDAYS,
        hours=_hours(found) if found else (),
        peak_day=WEEKDAYS[found["peak"]["weekday"]] if found else None,
        groups=_groups(found) if found else (),
        definitions=definitions_for("timing", "timing_months", "payday"),
    )


def _hours(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Give a row per hour with one cell per weekday; the fullest cell is the darkest."""
    fullest = max(cell["orders"] for cell in found["cells"])
    cells = [
        {
            **cell,
            "step": round(_DARKEST * cell["orders"] / fullest),
            "address": _bought_when(weekday=[cell["weekday"]], hour=[cell["hour"]]),
        }
        for cell in found["cells"]
    ]
    return [
        {"hour": hour, "cells": [cell for cell in cells if cell["hour"] == hour]}
        for hour in range(24)
    ]


def _groups(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the tables of weekdays, months and seasons, each a name and named rows."""
    return [
        {"name": name, "rows": _named(found[key], names, when)}
        for name, key, names, when in (
            (Text("曜日", "Weekday"), "weekdays", dict(enumerate(WEEKDAYS)), _on_weekday),
            (Text("月", "Month"), "months", dict(enumerate(_MONTHS, 1)), _in_month),
            (Text("季節", "Season"), "seasons", _SEASONS, _in_season),
        )
    ]


def _named(
    rows: list[dict[str, Any]], names: Mapping[Any, Text], when: Callable[[Any], str]
) -> list[dict[str, Any]]:
    """Add names, where the buyers become a segment, and how long each bar is beside the strongest."""
    strongest = max((row["strength"] or 0 for row in rows), default=0) or 1
    return [
        {
            **row,
            "name": names[row["key"]],
            "address": when(row["key"]) if row["orders"] else "",
            "length": (row["strength"] or 0) / strongest,
        }
        for row in rows
    ]


def _on_weekday(weekday: int) -> str:
    return _bought_when(weekday=[weekday])


def _in_month(month: int) -> str:
    return _bought_when(month=[month])


def _in_season(season: str) -> str:
    first = 3 + 3 * list(_SEASONS).index(season)
    return _bought_when(month=[(month - 1) % 12 + 1 for month in range(first, first + 3)])


def _bought_when(**when: list[int]) -> str:
    """Give where who ever ordered at such a time becomes a segment; contracts' later deliveries aside."""
    order = counted_order()
    at = [{"field": name, "op": "in", "value": [str(n) for n in of]} for name, of in when.items()]
    by_himself = [("=", None), ("<=", 1)]
    orders = [
        {
            **order,
            "where": [*order["where"], *at, {"field": "delivery_no", "op": op, "value": value}],
        }
        for op, value in by_himself
    ]
    return address_of({"any": orders})
