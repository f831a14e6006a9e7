"""Live sources: make one, copy its address, change its secret, see what it sent and how fresh it is."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from okaeri.foundation.errors import InputError
from okaeri.foundation.settings import load
from okaeri.foundation.text import Text
from okaeri.intake import api as intake
from okaeri.intake.types import ConnectionView, LiveRules
from okaeri.web.access import needs
from okaeri.web.pages.connections.polling import state_for
from okaeri.web.public.hooks import keep_request
from okaeri.web.reader import tell

KINDS: dict[str, Text] = {
    "shopify": Text("Shopify", "Shopify"),
    "eccube": Text("EC-CUBE 4", "EC-CUBE 4"),
    "generic": Text("その他(署名付きWebhook)", "Other (signed webhook)"),
}
_DATA: dict[str, Text] = {
    "order": Text("注文", "Orders"),
    "event": Text("行動", "Events"),
    "customer": Text("顧客", "Customers"),
    "product": Text("商品", "Products"),
    "contract": Text("定期", "Subscriptions"),
    "inquiry": Text("問い合わせ", "Inquiries"),
    "call": Text("電話", "Calls"),
    "payment": Text("入金", "Payments"),
    "review": Text("レビュー", "Reviews"),
    "survey": Text("アンケート", "Surveys"),
}
_RETRIED = {
    "done": Text("取り込みました。", "Taken in."),
    "ignored": Text("対象外の種類なので何も変わりません。", "Its topic changes nothing."),
    "failed": Text("まだ取り込めません。", "It still cannot be used."),
}
_SWITCHED = Text("保存しました。", "Saved.")


@require_http_methods(["GET", "POST"])
@needs("settings.see", to_post="connections.change")
def connections(request: HttpRequest) -> HttpResponse:
    """Show all live sources and how fresh everybody's data is; make a new one."""
    problem, status = None, 200
    if request.method == "POST":
        try:
            made, secret = intake.create_connection(
                request.POST.get("name", ""),
                request.POST.get("kind", ""),
                secret=request.POST.get("secret", ""),
            )
            return _show(request, made, secret)
        except InputError as error:
            problem, status = error.message, 400
    context = {
        "tab": "connections",
        "kinds": KINDS.items(),
        "chosen": request.POST,
        "problem": problem,
        "connections": [(one, KINDS[one.kind]) for one in intake.list_connections()],
        "sources": [
            (source, [(_DATA[kind.kind], kind) for kind in source.kinds])
            for source in intake.source_freshness()
        ],
        "stale_after": load(LiveRules).stale_after_days,
    }
    return render(request, "okaeri/connections/list.html", context, status=status)


@require_GET
@needs("settings.see")
def connection(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Show one live source with what it sent last."""
    return _show(request, intake.get_connection(connection_id), "")


def _show(
    request: HttpRequest,
    shown: ConnectionView,
    secret: str,
    problem: Text | None = None,
) -> HttpResponse:
    poll = intake.find_poll(shown.id)
    state = state_for(request, shown.id) if poll else ""
    context = {
        "tab": "connections",
        "poll": poll,
        "redirect_url": f"{settings.OKAERI.base_url}/connections/{shown.id}/leave/",
        "leave_url": intake.leave_url(shown.id, state) if poll else "",
        "connection": shown,
        "kind": KINDS[shown.kind],
        "address": f"{settings.OKAERI.base_url}/hooks/{shown.key}/",
        # Shown once: it is in no database and in no later page.
        "secret": "" if shown.kind == "shopify" else secret,
        "problem": problem,
        "deliveries": intake.list_deliveries(shown.id),
    }
    status = 400 if problem else 200
    return render(request, "okaeri/connections/connection.html", context, status=status)


@require_POST
@needs("connections.change")
def rotate(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Give a new secret; the old one is accepted for a day."""
    try:
        shown, secret = intake.rotate_secret(connection_id, secret=request.POST.get("secret", ""))
    except InputError as error:
        return _show(request, intake.get_connection(connection_id), "", error.message)
    return _show(request, shown, secret)


@require_POST
@needs("connections.change")
def switch(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Open or close an address."""
    intake.switch_connection(connection_id, is_active=request.POST.get("open") == "1")
    tell(request, _SWITCHED)
    return redirect("connection", connection_id)


@require_POST
@needs("connections.change")
def retry(request: HttpRequest, connection_id: int, delivery_id: int) -> HttpResponse:
    """Try again what could not be used."""
    received = intake.retry_delivery(delivery_id, ask_rights=keep_request)
    text = received.error or _RETRIED.get(received.outcome, _SWITCHED)
    tell(request, text)
    return redirect("connection", connection_id)
