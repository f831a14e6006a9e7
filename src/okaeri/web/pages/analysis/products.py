"""Which products bring people back, and for what."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from okaeri.web.access import needs
from okaeri.web.count_facet import report_of
from okaeri.web.few import FEWEST, Share, clearly_best
from okaeri.web.left_out import has_returns
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.beginnings import bought_item
from okaeri.web.pages.analysis.count_pages import with_count_facet
from okaeri.web.pages.analysis.frame import show
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.pages.paging import Pager, asked_page
from okaeri.web.pages.segments.addresses import address_of

_SORTS = ("buyers", "net_minor", "repeat_rate", "f2_rate", "recent_buyers")
_COLUMNS = (
    "sku", "name", "buyers", "share", "recent_buyers", "orders", "quantity", "net_minor", "price_minor",
    "repeat_buyers", "repeat_rate", "repeat_low", "repeat_high", "cycle_days", "firsts", "eligible",
    "converted", "f2_rate", "f2_low", "f2_high",
)  # fmt: skip
_NEXT = ("next_sku", "next_name", "next_people", "next_share")
_ROWS = 50
# As `insight.features.goods` counts recent buyers.
_RECENT_DAYS = 90


@needs("figures.see")
@require_GET
@with_count_facet("products")
def products(request: HttpRequest) -> HttpResponseBase:
    """Show buyers, repeat rate, F2 by first product and the next product of every product."""
    report = report_of(request, "products")
    rows = report.payload["products"] if report else []
    encoding = asked_encoding(request)
    if rows and encoding:
        cells = (
            (*(row[column] for column in _COLUMNS), *(_next_cells(row["next"]))) for row in rows
        )
        return csv_response("products", (*_COLUMNS, *_NEXT), cells, encoding=encoding)
    asked = request.GET.get("sort", "")
    sort = asked if asked in _SORTS else _SORTS[0]
    ordered = sorted(rows, key=lambda row: (row[sort] is None, -(row[sort] or 0)))
    pager = Pager.within(asked_page(request), len(rows), _ROWS)
    firsts = [_share(row) for row in rows if row["eligible"]]
    return show(
        request,
        "products",
        report=report if rows else None,
        rows=[_shown(row) for row in ordered[pager.offset : pager.offset + _ROWS]],
        sort=sort,
        pager=pager,
        best=clearly_best(firsts),
        is_unclear=sum(one.people >= FEWEST for one in firsts) > 1,
        fewest=FEWEST,
        has_returns=has_returns(),
        definitions=definitions_for(
            "products_sales", "products_repeat", "products_f2", "products_next"
        ),
    )


def _share(row: dict[str, Any]) -> Share:
    return Share(row["name"], row["eligible"], row["f2_rate"], row["f2_low"], row["f2_high"])


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """Add where the buyers of a product, and those of the last 90 days, become a segment."""
    bought = bought_item(row["sku"])
    recent = address_of({**bought, "last_days": _RECENT_DAYS})
    return {**row, "address": address_of(bought), "recent_address": recent}


def _next_cells(following: dict[str, object] | None) -> tuple[object, ...]:
    if following is None:
        return ("",) * len(_NEXT)
    return tuple(following[key] for key in ("sku", "name", "people", "share"))
