"""A person's own page behind his signed link: coupons, points and what was sent, wherever he opens it.

Opening it changes nothing; no class, no score, no name is shown. It reads what the tills, the mails
and the API read, so all of them say the same.
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from okaeri.customers import api as customers
from okaeri.deliver import api as deliver
from okaeri.deliver.types import MessageView
from okaeri.foundation.text import Text
from okaeri.intake import api as intake
from okaeri.rewards import api as rewards
from okaeri.rewards.coupon_types import CouponView, code_in_groups
from okaeri.web.access import open_to_all
from okaeri.web.channel_names import channel_name
from okaeri.web.pages.cards.qr import qr_svg
from okaeri.web.public.not_found import link_not_found
from okaeri.web.rate import PerMinute
from okaeri.web.reader import language_of

_LOOKS_A_MINUTE = 60
_COUPONS, _ENTRIES, _MESSAGES = 20, 10, 20
_LABEL = Text("クーポンのQRコード", "QR code of the coupon")
_looks = PerMinute()


@open_to_all
@require_safe
def my_page(request: HttpRequest, token: str) -> HttpResponse:
    """Show one person's coupons, points and messages of this moment."""
    if not _looks.allow(request.META.get("REMOTE_ADDR", ""), _LOOKS_A_MINUTE):
        return link_not_found(request)
    customer_id = rewards.find_my_page(token)
    if customer_id is None:
        return link_not_found(request)
    language = language_of(request)
    context = _context(customer_id, language)
    if intake.subscriptions_of(customers.parties_of([customer_id]).get(customer_id, ())):
        context["subscriptions"] = f"{request.path}subscriptions/"
    response = render(request, "okaeri/public/my_page.html", context)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _context(customer_id: int, language: str) -> dict[str, Any]:
    ids = customers.ids_of(customer_id) or (customer_id,)
    coupons = sorted(rewards.coupons_of(customer_id), key=lambda one: not one.is_usable)
    has_card = bool(customers.find_card(customer_id))
    return {
        "coupons": [
            (one, code_in_groups(one.code), _qr(one, language)) for one in coupons[:_COUPONS]
        ],
        "balance": rewards.balance_of(customer_id),
        "entries": rewards.entries_before(ids, None, _ENTRIES),
        "messages": [(one, channel_name(one.channel)) for one in _sent_to(customer_id)],
        "preferences": customers.preference_link(customer_id, "", settings.SECRET_KEY),
        "card": customers.card_link(customer_id, "", settings.SECRET_KEY) if has_card else "",
    }


def _qr(coupon: CouponView, language: str) -> SafeString | str:
    return qr_svg(coupon.code, _LABEL.render(language)) if coupon.is_usable else ""


def _sent_to(customer_id: int) -> list[MessageView]:
    """Give what left for him, the newest first; what was held back he never heard of."""
    sent = [one for one in deliver.messages_of(customer_id) if one.status == "accepted"]
    return [one for one in sent if one.subject][:_MESSAGES]
