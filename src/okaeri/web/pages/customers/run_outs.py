"""When everything one person bought is used up: all of it, however long ago or far ahead."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from okaeri.customers import api as customers
from okaeri.foundation.warehouse import open_warehouse
from okaeri.insight import api as insight
from okaeri.web import sight
from okaeri.web.access import needs
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.run_outs import BASES
from okaeri.web.pages.customers.views import display_name

# A page reads beside the worker, of one person.
_MEMORY_LIMIT = "256MB"


@needs("customers.see")
@require_GET
def person_run_outs(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Show all run-outs of one person, the first first; those nobody waits for any more stand apart."""
    profile = sight.show_one(request, customers.get_customer(customer_id))
    warehouse = open_warehouse(settings.OKAERI.warehouse_dir, memory_limit=_MEMORY_LIMIT)
    try:
        found = insight.list_person_run_outs(profile.id, warehouse)
    finally:
        warehouse.close()
    names = insight.names_of_items(one.due.sku for one in found)
    rows = [(names[one.due.sku], one, BASES[one.due.basis]) for one in found]
    waited = [row for row in rows if not row[1].is_far_past]
    return render(
        request,
        "okaeri/customers/run_outs.html",
        {
            "profile": profile,
            "name": display_name(profile, request.language),  # type: ignore[attr-defined]
            "lists": [waited, [row for row in rows if row[1].is_far_past]],
            "waited": len(waited),
            "past": sum(one.is_past for _, one, _ in waited),
            "as_of": insight.find_report_day("summary"),
            "definitions": definitions_for("runs_out_on", "item_next_on"),
        },
    )
