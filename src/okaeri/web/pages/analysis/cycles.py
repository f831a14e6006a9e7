"""How long until people buy a product again, and for whom it runs out."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from okaeri.customers import api as customers
from okaeri.insight import api as insight
from okaeri.web import sight
from okaeri.web.access import may, needs
from okaeri.web.count_facet import report_of
from okaeri.web.few import too_few
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.beginnings import bought_item
from okaeri.web.pages.analysis.count_pages import with_count_facet
from okaeri.web.pages.analysis.frame import show
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.pages.customers.views import display_name
from okaeri.web.pages.segments.addresses import address_of
from okaeri.web.reader import language_of

_CSV = (
    *("sku", "name", "customers", "intervals", "cycle_days", "low_days", "high_days", "send_day"),
    *("soon", "overdue", "at_risk"),
)


@needs("figures.see")
@require_GET
@with_count_facet("cycles")
def cycles(request: HttpRequest) -> HttpResponseBase:
    """Show each product's cycle, one of them as a histogram, and who is late."""
    report = report_of(request, "cycles")
    found: dict[str, Any] = (
        report.payload if report else {"products": [], "others": [], "overdue": []}
    )
    encoding = asked_encoding(request)
    if found["products"] and encoding:
        cells = (tuple(row[column] for column in _CSV) for row in found["products"])
        return csv_response("cycles", _CSV, cells, encoding=encoding)
    asked = request.GET.get("sku", "")
    products = found["products"]
    chosen = next(
        (row for row in products if row["sku"] == asked), products[0] if products else None
    )
    return show(
        request,
        "cycles",
        report=report,
        found={**found, "products": [_with_address(row) for row in found["products"]]},
        has_orders=_has_orders(),
        chosen=chosen,
        few=too_few(chosen["customers"]) if chosen else None,
        bins=_bins(chosen) if chosen else (),
        soon=_soon(report.as_of, found["soon_days"]) if report else "",
        late=_late(report.as_of) if report else "",
        overdue=_people(request, found["overdue"][:20]),
        definitions=definitions_for("product_cycle", "runs_out_on", "send_day", "overdue"),
    )


def _with_address(row: dict[str, Any]) -> dict[str, Any]:
    """Add where those who came back for a product become a segment; a delivery is no coming back."""
    bought = bought_item(row["sku"])
    again = {"field": "kind", "op": "!=", "value": "subscription"}
    then = {**bought, "where": [*bought["where"], again]}
    return {**row, "address": address_of({"first": bought, "then": then, "happened": True})}


def _has_orders() -> bool:
    summary = insight.find_report("summary")
    return bool(summary and summary.payload["orders"])


def _bins(chosen: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the bins up to the last that holds something, each with the length of its bar."""
    last = max((n for n, count in enumerate(chosen["bins"]) if count), default=0)
    most = max(chosen["bins"]) or 1
    return [
        {
            "from": n * 10,
            "to": n * 10 + 9,
            "is_last": n == len(chosen["bins"]) - 1,
            "intervals": count,
            "length": count / most,
        }
        for n, count in enumerate(chosen["bins"][: last + 1])
    ]


def _soon(as_of: date, days: int) -> str:
    until = as_of + timedelta(days=days)
    return address_of(
        {
            "all": [
                {"field": "runs_out_on", "op": ">=", "value": as_of.isoformat()},
                {"field": "runs_out_on", "op": "<=", "value": until.isoformat()},
            ]
        }
    )


def _late(as_of: date) -> str:
    return address_of({"field": "runs_out_on", "op": "<", "value": as_of.isoformat()})


def _people(request: HttpRequest, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the late ones as this reader may see them; who has gone since is left out."""
    if not may(request.user, "customers.see"):
        return []
    people = sight.show(request, customers.list_profiles(row["customer_id"] for row in rows))
    language = language_of(request)
    return [
        {
            **row,
            "called": display_name(people[row["customer_id"]], language),
            "last_on": date.fromisoformat(row["last_on"]),
        }
        for row in rows
        if row["customer_id"] in people
    ]
