"""Who carries the sales: first orders, or people who come back."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from okaeri.foundation.settings import load
from okaeri.foundation.text import Text
from okaeri.insight.types import LifecycleRules
from okaeri.web import formats
from okaeri.web.access import needs
from okaeri.web.count_facet import facet_of, report_of
from okaeri.web.growth import growth_of, name_of_kind
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.beginnings import bought_in
from okaeri.web.pages.analysis.count_pages import with_count_facet
from okaeri.web.pages.analysis.frame import show
from okaeri.web.pages.analysis.pivot import by_count
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.pages.segments.addresses import address_of

_ANSWER = Text(
    "直近{days}日の売上の{share}は、2回目以降のお買い物です。",
    "{share} of the sales of the last {days} days are second and later purchases.",
)
_COLUMNS = (
    "month",
    "first_minor",
    "repeat_minor",
    "existing_share",
    "orders",
    "aov_minor",
    "is_open",
    "net_ratio",
    "buyers",
    "buyers_ratio",
)

_UNCOMPARED = dict.fromkeys(("net_ratio", "buyers", "buyers_ratio"))


@needs("figures.see")
@require_GET
@with_count_facet("sales_mix")
def sales_mix(request: HttpRequest) -> HttpResponseBase:
    """Show sales of new and existing customers, the average order and how steady sales are."""
    report = report_of(request, "sales_mix")
    payload = report.payload if report and report.payload["months"] else None
    if payload:
        # Reports of before years were compared have fewer columns.
        payload = {**payload, "months": [{**_UNCOMPARED, **row} for row in payload["months"]]}
    encoding = asked_encoding(request)
    if payload and encoding:
        rows = (tuple(row[name] for name in _COLUMNS) for row in payload["months"])
        return csv_response("sales", _COLUMNS, rows, encoding=encoding)
    share = payload["existing_share"] if payload else None
    kinds = (
        (
            (name_of_kind("new"), payload["new"], _people(report.as_of, ">")),
            (name_of_kind("existing"), payload["existing"], _people(report.as_of, "<=")),
        )
        if report and payload
        else ()
    )
    days = load(LifecycleRules).active_days
    return show(
        request,
        "sales_mix",
        payload=payload,
        active_days=days,
        months=_months(payload["months"]) if payload else (),
        growth=growth_of(payload),
        kinds=kinds,
        by_count=by_count() if facet_of(request) is None else None,
        as_of=report.as_of if report else None,
        answer=None
        if share is None
        else _ANSWER.format(share=formats.percent(share), days=formats.number(days)),
        definitions=definitions_for(
            *("existing_share", "new_existing", "variation", "year_on_year"),
            *("aov_minor", "f_number"),
        ),
    )


def _months(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Give the months, newest first, with where the buyers of each become a segment."""
    return [{**row, "address": address_of(bought_in(row["month"]))} for row in reversed(rows)]


def _people(as_of: date, first: str) -> str:
    """Give where those who bought in the last year become a segment: first before it, or in it."""
    year_ago = (as_of - timedelta(days=load(LifecycleRules).active_days)).isoformat()
    parts = [
        {"field": "first_on", "op": first, "value": year_ago},
        {"field": "last_on", "op": ">", "value": year_ago},
    ]
    return address_of({"all": parts})
