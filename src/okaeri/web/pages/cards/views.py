"""The card of one person to print or to send, and the counter where a shop looks a member up."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from okaeri.customers import api as customers
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.rewards import api as rewards
from okaeri.web import sight
from okaeri.web.access import needs
from okaeri.web.pages.attributes.panel import context_of as attributes_of
from okaeri.web.pages.cards.qr import qr_svg
from okaeri.web.reader import language_of, tell

_ISSUED = Text("会員証を発行しました。", "The card is issued.")
_LABEL = Text("会員証のQRコード", "QR code of the card")
_LATEST = 5


@needs("customers.see", to_post="customers.change")
@require_http_methods(["GET", "POST"])
def card(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Show a person's card for print, and issue it by the button."""
    profile = sight.show_one(request, customers.get_customer(customer_id))
    if request.method == "POST":
        customers.issue_card(profile.id, settings.SECRET_KEY)
        tell(request, _ISSUED)
        return redirect("card", profile.id)
    code = customers.find_card(profile.id)
    context = {
        "profile": profile,
        "code": customers.card_in_groups(code) if code else "",
        "qr": qr_svg(code, _LABEL.render(language_of(request))) if code else "",
        "link": customers.card_link(profile.id, settings.OKAERI.base_url, settings.SECRET_KEY),
    }
    return render(request, "okaeri/cards/card.html", context)


@needs("customers.see")
@require_GET
def counter(request: HttpRequest) -> HttpResponse:
    """Look a member up by what the scanner read; a scanner types the code and presses Enter."""
    typed = request.GET.get("code", "").strip()[:60]
    found = customers.find_by_card(typed) if typed else None
    context: dict[str, object] = {"typed": typed, "found": found}
    if found is not None:
        profile = sight.show_one(request, customers.get_customer(found))
        history = customers.purchase_history([found])[found]
        context |= {
            "profile": profile,
            "standing": insight.find_insight(found),
            "balance": rewards.balance_of(found),
            "purchases": [one for one in reversed(history) if one.is_purchase][:_LATEST],
            **attributes_of(request, found),
        }
    return render(
        request, "okaeri/cards/counter.html", context, status=404 if typed and not found else 200
    )
