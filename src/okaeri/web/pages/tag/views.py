"""The snippet to copy, whether events come in, and what is sent to whom."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from okaeri.deliver.tracking_types import TrackingRules
from okaeri.foundation.settings import ShopProfile, load
from okaeri.intake import api as intake
from okaeri.intake.event_types import TagRules
from okaeri.web.access import may, needs
from okaeri.web.pages.tag.inventory import Entry, as_json, as_text, list_entries
from okaeri.web.public.events import identify_key
from okaeri.web.reader import language_of

_SNIPPET = (
    "<script>window.okaeri=window.okaeri||function(){{(okaeri.q=okaeri.q||[]).push(arguments)}}</script>\n"
    '<script async src="{base}/static/okaeri/okaeri.js"{consent}></script>'
)
_EXAMPLES = """okaeri('product_view', {sku: 'LOTION-01', category: '化粧水'});
okaeri('search', {query: '保湿'});
okaeri('cart_add', {sku: 'LOTION-01', quantity: 2, value_minor: 6600});
okaeri('cart_remove', {sku: 'LOTION-01'});
okaeri('checkout');
okaeri('identify', {member_no: '12345'});
okaeri('consent', true);
<button data-okaeri="cart_add" data-sku="LOTION-01" data-quantity="1">かごに入れる</button>"""


@needs("settings.see")
@require_GET
def tag(request: HttpRequest) -> HttpResponse:
    """Show the snippet, the check, the switches and the list."""
    rules = load(TagRules)
    entries = _entries()
    language = language_of(request)
    consent = ' data-consent="required"' if rules.needs_consent else ""
    context = {
        "tab": "tag",
        "snippet": _SNIPPET.format(base=settings.OKAERI.base_url, consent=consent),
        "examples": _EXAMPLES,
        "rules": rules,
        "origins": rules.origin_list(),
        "last_at": intake.last_event_at(),
        "entries": entries,
        "plain": as_text(entries, language),
        "identify_key": identify_key() if may(request.user, "connections.change") else "",
    }
    return render(request, "okaeri/tag/tag.html", context)


@needs("settings.see")
@require_GET
def check(request: HttpRequest) -> HttpResponse:
    """Show when the newest event came in; the page asks every few seconds."""
    return render(request, "okaeri/tag/check.html", {"last_at": intake.last_event_at()})


@needs("settings.see")
@require_GET
def inventory_json(request: HttpRequest) -> HttpResponse:
    """Give the list of what is sent for programs."""
    response = JsonResponse(
        {"shop": load(ShopProfile).name, "items": as_json(_entries())},
        json_dumps_params={"ensure_ascii": False, "indent": 1},
    )
    response.headers["Content-Disposition"] = 'attachment; filename="okaeri-external-sending.json"'
    return response


def _entries() -> list[Entry]:
    host = urlsplit(settings.OKAERI.base_url).hostname or ""
    return list_entries(
        load(TagRules),
        load(TrackingRules),
        load(ShopProfile).name,
        host,
        has_forms=any(form.is_open for form in intake.list_forms()),
    )
