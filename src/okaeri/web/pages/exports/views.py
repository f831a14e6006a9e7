"""Everything as CSV: customers, segments, and whatever happened to people."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from okaeri.customers import api as customers
from okaeri.customers.types import CustomerProfile, RightsRules
from okaeri.foundation.settings import ShopProfile, load
from okaeri.insight import api as insight
from okaeri.web import sight
from okaeri.web.access import needs
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.pages.privacy.words import BASES
from okaeri.web.reader import language_of
from okaeri.web.records import KINDS, Found, Kind

_CHUNK = 500


@needs("customers.export")
@require_GET
def exports(request: HttpRequest) -> HttpResponse:
    """List what can be downloaded, and ask for whom it is where it is for somebody else."""
    recipient, basis = sight.given_to(request)
    given = {"given_to": recipient, "given_on": basis.value} if recipient else {}
    context = {
        "tab": "exports",
        "kinds": KINDS.values(),
        "segments": insight.list_segments(),
        "recipient": recipient,
        "basis": BASES[basis],
        "bases": [(one.value, BASES[one]) for one in sight.GIVEN_ON],
        "recipients": _known_recipients(),
        "asked": request.GET,
        # Behind the address of each download.
        "given": f"&{urlencode(given)}" if given else "",
    }
    return render(request, "okaeri/exports/exports.html", context)


def _known_recipients() -> list[str]:
    """Give the names of the shop's processors and of who was given something before."""
    named = [one.replace("：", ":").partition(":")[0] for one in load(RightsRules).processor_list()]
    return list(dict.fromkeys([*named, *customers.list_recipients()]))


@needs("customers.export")
@require_GET
def download(request: HttpRequest, record_kind: str) -> HttpResponseBase:
    """Stream every record of a kind, oldest first."""
    kind = KINDS.get(record_kind)
    if kind is None:
        raise Http404
    language = language_of(request)
    columns = [name.render(language) for name in kind.columns.values()]
    encoding = asked_encoding(request) or "utf-8"
    return csv_response(kind.key, columns, _rows(request, kind), encoding=encoding)


def _rows(request: HttpRequest, kind: Kind) -> Iterator[tuple[Any, ...]]:
    """Give rows page by page; whose they are is noted before the first of each page leaves."""
    zone = load(ShopProfile).zone
    after = 0
    while found := kind.read(after, _CHUNK):
        after = found[-1][0]
        ids = sorted({row["customer_id"] for _, row in found} - {None})
        fields = (kind.key, *kind.personal) if sight.sees_personal(request) else ("masked",)
        if ids:
            sight.note(request, "export", ids, fields)
        yield from _page(request, kind, found, customers.list_profiles(ids), zone)


def _page(
    request: HttpRequest,
    kind: Kind,
    found: Found,
    known: dict[int, CustomerProfile],
    zone: ZoneInfo,
) -> Iterator[tuple[Any, ...]]:
    for _, row in found:
        who = known.get(row["customer_id"])
        shown = {
            **row,
            **{name: _veiled(request, who, name, row[name]) for name in kind.personal},
        }
        yield tuple(_cell(shown[name], zone) for name in kind.columns)


def _veiled(request: HttpRequest, who: CustomerProfile | None, name: str, text: str) -> str:
    if name == "address":
        return sight.veil_address(request, who.id if who else 0, text)
    return sight.veil_words(request, who, text)


def _cell(value: Any, zone: ZoneInfo) -> Any:  # noqa: ANN401 - cells of any kind
    if value is None:
        return ""
    # A form every program reads and that still sorts; of the shop's clock.
    return value.astimezone(zone).isoformat(sep=" ") if isinstance(value, datetime) else value
