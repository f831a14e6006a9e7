"""Programs that are told what happens: register one, see its secret once, see what it got."""

from collections.abc import Collection, Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from okaeri.foundation import clock
from okaeri.foundation.errors import InputError
from okaeri.foundation.settings import ShopProfile, load
from okaeri.foundation.text import Text
from okaeri.web import formats
from okaeri.web.access import needs
from okaeri.web.models import WebhookDelivery, WebhookEndpoint
from okaeri.web.pages.apikeys.views import asked_basis, offered_bases
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.pages.paging import Pager, asked_page
from okaeri.web.reader import language_of
from okaeri.web.webhooks import endpoints
from okaeri.web.webhooks.kinds import KINDS, NAMES
from okaeri.web.webhooks.sending import previous_until

STATUSES = {
    "waiting": Text("送信待ち", "Waiting"),
    "delivered": Text("受け取り済み", "Taken"),
    "failed": Text("あきらめた", "Given up"),
}
_COLUMNS = (
    Text("通知ID", "webhook_id"),
    Text("出来事", "type"),
    Text("顧客ID", "customer_id"),
    Text("状態", "status"),
    Text("回数", "attempts"),
    Text("応答", "http_status"),
    Text("理由", "error"),
    Text("発生", "created_at"),
    Text("最後の送信", "last_attempt_at"),
)
Choices = list[tuple[str, Text, bool]]


@require_http_methods(["GET", "POST"])
@needs("connections.change")
def webhooks(request: HttpRequest) -> HttpResponse:
    """List who is told; POST registers one more and shows its secret this once."""
    secret, made, problem, status = "", None, None, 200
    if request.method == "POST":
        try:
            made, secret = endpoints.create(
                request.POST.get("name", ""),
                request.POST.get("url", ""),
                request.POST.getlist("kind"),
                by=request.user.get_username(),
                now=clock.now(),
                recipient=request.POST.get("recipient", ""),
                basis=asked_basis(request.POST.get("basis", "")),
            )
        except InputError as error:
            problem, status = error.message, 400
    asked = request.POST if problem else {}
    context = {
        "tab": "webhooks",
        "made": made,
        "secret": secret,
        "problem": problem,
        "asked": asked,
        "bases": offered_bases(),
        "kinds": choices(request.POST.getlist("kind") if problem else ()),
        "endpoints": endpoints.list_all(),
    }
    return render(request, "okaeri/webhooks/list.html", context, status=status)


def choices(chosen: Collection[str]) -> Choices:
    """Give (kind, name, whether ticked) of everything a program can be told of."""
    return [(kind, name, kind in chosen) for kind, name in KINDS.items()]


@require_GET
@needs("connections.change")
def webhook(request: HttpRequest, endpoint_id: int) -> HttpResponseBase:
    """Show one endpoint with its deliveries; as CSV when asked for."""
    endpoint, encoding = endpoints.get(endpoint_id), asked_encoding(request)
    if encoding:
        language = language_of(request)
        columns = [column.render(language) for column in _COLUMNS]
        found = endpoints.list_deliveries(endpoint_id, _asked_status(request))
        return csv_response("webhooks", columns, _rows(found, language), encoding=encoding)
    return show(request, endpoint)


def show(
    request: HttpRequest, endpoint: WebhookEndpoint, secret: str = "", problem: Text | None = None
) -> HttpResponse:
    """Show an endpoint, with a secret that was just made or what was wrong with a wish."""
    status = _asked_status(request)
    standing = endpoints.standings_of([endpoint.id]).get(endpoint.id, endpoints.Standing())
    found = endpoints.list_deliveries(endpoint.id, status)
    pager = Pager.within(asked_page(request), found.count())
    context = {
        "tab": "webhooks",
        "endpoint": endpoint,
        "disabled_why": Text.from_json(endpoint.disabled_why) if endpoint.disabled_why else None,
        "previous_until": previous_until(endpoint, clock.now()),
        "secret": secret,
        "problem": problem,
        "kinds": choices(endpoint.kinds),
        "standing": standing,
        "statuses": STATUSES.items(),
        "status": status,
        "pager": pager,
        "deliveries": [_shown(row) for row in found[pager.offset : pager.offset + pager.size]],
    }
    code = 400 if problem else 200
    return render(request, "okaeri/webhooks/webhook.html", context, status=code)


def _asked_status(request: HttpRequest) -> str:
    asked = request.GET.get("status", "")
    return asked if asked in STATUSES else ""


def _shown(row: WebhookDelivery) -> dict[str, Any]:
    return {
        "row": row,
        "kind": NAMES.get(row.event.kind, Text(row.event.kind, row.event.kind)),
        "status": STATUSES[row.status],
        "error": Text.from_json(row.error) if row.error else None,
    }


def _rows(found: QuerySet[WebhookDelivery], language: str) -> Iterator[tuple[Any, ...]]:
    zone = load(ShopProfile).zone
    for row in found.iterator(chunk_size=500):
        instants = (row.event.created_at, row.last_attempt_at)
        yield (
            row.event.identity,
            row.event.kind,
            "" if row.event.customer_id is None else row.event.customer_id,
            STATUSES[row.status].render(language),
            row.attempts,
            "" if row.http_status is None else row.http_status,
            Text.from_json(row.error).render(language) if row.error else "",
            *("" if at is None else formats.moment(at, zone, language) for at in instants),
        )
