"""還元予算: what goes back to customers beside the margin they bring, and who is above the budget."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from okaeri.customers import api as customers
from okaeri.foundation.text import Text
from okaeri.insight.segment_types import class_rule
from okaeri.web import sight
from okaeri.web.access import needs
from okaeri.web.count_facet import report_of
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.count_pages import with_count_facet
from okaeri.web.pages.analysis.frame import show
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.pages.customers.views import display_name
from okaeri.web.pages.segments.addresses import address_of, people_rule
from okaeri.web.reader import language_of

_CSV = (
    *("stage", "is_lapsed", "customers", "discount_minor", "points_minor", "per_customer_minor"),
    *("costed", "perk_minor", "margin_minor", "share", "budget_minor", "left_minor", "over"),
)
_OVER = Text("還元予算を超えた方", "Above the budget of giving back")


@needs("figures.see")
@require_GET
@with_count_facet("perks")
def perks(request: HttpRequest) -> HttpResponseBase:
    """Show what goes back by class against the budget, and the people furthest above it."""
    report = report_of(request, "perks")
    found = report.payload if report and report.payload["classes"] else None
    encoding = asked_encoding(request)
    if found and encoding:
        cells = (tuple(row[column] for column in _CSV) for row in found["classes"])
        return csv_response("perks", _CSV, cells, encoding=encoding)
    gone = set(customers.erased_ids()) if found else set()
    people = [row for row in found["people"] if row["customer_id"] not in gone] if found else []
    over = people_rule([row["customer_id"] for row in people]) if people else {}
    return show(
        request,
        "perks",
        report=report,
        found=found,
        rows=[_row(row) for row in found["classes"]] if found else [],
        people=list(_people(request, people[:10])),
        over=address_of({"all": [over]}, _OVER.render(language_of(request))) if people else "",
        definitions=definitions_for("perk_cost", "perk_share", "perk_budget"),
    )


def _people(request: HttpRequest, rows: list[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Give rows with the name the reader may see; whoever was absorbed since is left out."""
    known = sight.show(request, customers.list_profiles({row["customer_id"] for row in rows}))
    for row in rows:
        if row["customer_id"] in known:
            yield {**row, "name": display_name(known[row["customer_id"]], language_of(request))}


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    rule = class_rule(row["stage"], is_lapsed=row["is_lapsed"])
    return {**row, "address": address_of(rule)}
