"""A person's own card behind his signed link: for the phone at the till. Opening it changes nothing."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from okaeri.customers import api as customers
from okaeri.foundation.text import Text
from okaeri.rewards import api as rewards
from okaeri.web.access import open_to_all
from okaeri.web.pages.cards.qr import qr_svg
from okaeri.web.public.not_found import link_not_found
from okaeri.web.rate import PerMinute
from okaeri.web.reader import language_of

_LOOKS_A_MINUTE = 60
_LABEL = Text("会員証のQRコード", "QR code of the card")
_looks = PerMinute()


@open_to_all
@require_GET
def card(request: HttpRequest, token: str) -> HttpResponse:
    """Show the card with its code and the points of this moment; never a class or a name."""
    if not _looks.allow(request.META.get("REMOTE_ADDR", ""), _LOOKS_A_MINUTE):
        return link_not_found(request)
    customer_id = customers.find_by_card_link(token, settings.SECRET_KEY)
    code = "" if customer_id is None else customers.find_card(customer_id)
    if customer_id is None or not code:
        return link_not_found(request)
    context = {
        "code": customers.card_in_groups(code),
        "qr": qr_svg(code, _LABEL.render(language_of(request))),
        "balance": rewards.balance_of(customer_id),
    }
    return render(request, "okaeri/public/card.html", context)
