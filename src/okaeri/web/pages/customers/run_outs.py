"""When everything one person bought is used up: all of it, however long ago or far ahead."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from okaeri.customers import api as customers
from okaeri.foundation.text import Text
from okaeri.foundation.warehouse import open_warehouse
from okaeri.insight import api as insight
from okaeri.insight.cycle_types import PersonRunOut
from okaeri.web import sight
from okaeri.web.access import needs, require
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.run_outs import BASES, RUN_OUT_COLUMNS
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.pages.customers.views import display_name
from okaeri.web.reader import language_of

# A page reads beside the worker, of one person.
_MEMORY_LIMIT = "256MB"
_COLUMNS = (*RUN_OUT_COLUMNS, Text("状態", "state"))
_AHEAD = Text("予定", "ahead")
_PAST = Text("過ぎている", "past")
_LONG_PAST = Text("長く過ぎている", "long past")
# Product, its run-out, what that was told by.
_Row = tuple[str, PersonRunOut, Text]


@needs("customers.see")
@require_GET
def person_run_outs(request: HttpRequest, customer_id: int) -> HttpResponseBase:
    """Show all run-outs of one person, the first first; those nobody waits for any more stand apart."""
    profile = customers.get_customer(customer_id)
    encoding = asked_encoding(request)
    if encoding:
        require(request.user, "customers.export")
        return _csv(request, profile.id, encoding)
    profile = sight.show_one(request, profile)
    rows = _rows(profile.id)
    waited = [row for row in rows if not row[1].is_far_past]
    return render(
        request,
        "okaeri/customers/run_outs.html",
        {
            "profile": profile,
            "name": display_name(profile, language_of(request)),
            "lists": [waited, [row for row in rows if row[1].is_far_past]],
            "waited": len(waited),
            "past": sum(one.is_past for _, one, _ in waited),
            "as_of": insight.find_report_day("summary"),
            "definitions": definitions_for("runs_out_on", "item_next_on"),
        },
    )


def _rows(customer_id: int) -> list[_Row]:
    with open_warehouse(settings.OKAERI.warehouse_dir, memory_limit=_MEMORY_LIMIT) as warehouse:
        found = insight.list_person_run_outs(customer_id, warehouse)
    names = insight.names_of_items(one.due.sku for one in found)
    return [(names[one.due.sku], one, BASES[one.due.basis]) for one in found]


def _csv(request: HttpRequest, customer_id: int, encoding: str) -> HttpResponseBase:
    """Give what the page shows as a file; it bears no name, only the customer's number."""
    language = language_of(request)
    rows = [_cells(row, language) for row in _rows(customer_id)]
    sight.note(request, "export", [customer_id], ("run_outs",))
    columns = [column.render(language) for column in _COLUMNS]
    return csv_response(f"run_outs_{customer_id}", columns, rows, encoding=encoding)


def _cells(row: _Row, language: str) -> tuple[Any, ...]:
    item, one, basis = row
    due, state = one.due, _LONG_PAST if one.is_far_past else _PAST if one.is_past else _AHEAD
    return (
        *(due.sku, item, due.last_on, due.runs_out_on, basis.render(language)),
        *(due.next_on, due.next_low_on, due.next_high_on, state.render(language)),
    )
