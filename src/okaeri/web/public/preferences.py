"""The page where a person chooses what, how and how often: by his signed link, without login or script.

Opening it changes nothing. Every button is a POST that may come twice.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from okaeri.customers import api as customers
from okaeri.customers.preference_types import NO_WISHES, TopicRules, Wishes
from okaeri.deliver import api as deliver
from okaeri.deliver.types import ContactRules
from okaeri.foundation import clock
from okaeri.foundation.errors import InputError
from okaeri.foundation.settings import ShopProfile, load, shop_day
from okaeri.foundation.text import Text
from okaeri.intake import api as intake
from okaeri.web.access import open_to_all
from okaeri.web.public.not_found import link_not_found
from okaeri.web.public.preference_form import options_of, read_choice
from okaeri.web.rate import PerMinute
from okaeri.web.reader import language_of

LOOKS_A_MINUTE, CHANGES_A_MINUTE = 60, 20
_WORDING = Text(
    "{shop}からのお知らせを、選んだ方法で受け取ることに同意します。いつでもこのページで止められます。",
    "I agree to get news from {shop} in the ways I chose. I can stop it on this page at any time.",
)
_SAVED = Text("ご希望を保存しました。いまから反映されます。", "Saved. It holds from now on.")
_PAUSED = Text("お知らせをお休みにしました。", "We have paused our news.")
_RESUMED = Text("お知らせを再開しました。", "We have started our news again.")
_ASKED = Text(
    "ご請求を受け付けました。ご本人の確認のため、担当者からご連絡します。",
    "We have your request. A person will contact you to make sure it is you.",
)
_THANKS = Text("理由をお聞かせくださり、ありがとうございました。", "Thank you for telling us why.")
_TOO_OFTEN = Text(
    "操作が続いたため、少しお待ちいただいています。1分ほどたってから開き直してください。",
    "That was a lot in a short time. Please wait a minute and open the page again.",
)
_BAD = Text("もう一度ボタンを押してください。", "Please press the button again.")
REQUESTS = {
    "disclosure": Text("登録されている情報を知りたい", "Tell me what you hold about me"),
    "correction": Text("登録されている情報を直してほしい", "Correct what you hold about me"),
    "stop": Text(
        "登録されている情報を使わないでほしい(利用停止)", "Stop using what you hold about me"
    ),
    "erasure": Text("登録されている情報を消してほしい", "Erase what you hold about me"),
}
_looks, _changes = PerMinute(), PerMinute()


@open_to_all
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """Show one person's choices; POST keeps them. No CSRF token: the link itself is the proof."""
    is_change = request.method == "POST"
    meter, most = (_changes, CHANGES_A_MINUTE) if is_change else (_looks, LOOKS_A_MINUTE)
    if not meter.allow(request.META.get("REMOTE_ADDR", ""), most):
        return too_often(request)
    customer_id = customers.find_by_link(token, settings.SECRET_KEY)
    if customer_id is None or not customers.contact_points_of(customer_id):
        return link_not_found(request)
    if not is_change:
        return _page(request, customer_id)
    action = _ACTIONS.get(request.POST.get("action", ""))
    try:
        if action is None:
            raise InputError(_BAD)
        done = action(request, customer_id, clock.now())
    except InputError as error:
        return _page(request, customer_id, status=400, problem=error.message)
    return _page(request, customer_id, done=done)


def _save(request: HttpRequest, customer_id: int, now: datetime) -> Text | None:
    wording = _WORDING.format(shop=load(ShopProfile).name).render(language_of(request))
    topics, rules = load(TopicRules), load(ContactRules)
    choice = read_choice(request.POST, _wishes_of(customer_id), topics, rules, wording)
    deliver.record_choice(customer_id, choice, now)
    return _SAVED


def _pause(request: HttpRequest, customer_id: int, now: datetime) -> Text | None:
    months = request.POST.get("months", "")
    until = customers.last_day_of_pause(shop_day(now), int(months) if months in ("1", "3") else 0)
    deliver.record_pause(customer_id, until, now)
    return _PAUSED


def _resume(_request: HttpRequest, customer_id: int, now: datetime) -> Text | None:
    deliver.record_pause(customer_id, None, now)
    return _RESUMED


def _leave(_request: HttpRequest, customer_id: int, now: datetime) -> Text | None:
    deliver.leave_everything(customer_id, now)
    # The page itself says that all is stopped, now and whenever it is opened again.
    return None


def _ask(request: HttpRequest, customer_id: int, now: datetime) -> Text | None:
    kind = request.POST.get("kind", "")
    if kind not in REQUESTS:
        raise InputError(_BAD)
    customers.request_data_once(kind, customer_id, source="preference_page", received_at=now)
    return _ASKED


def _reason(request: HttpRequest, customer_id: int, now: datetime) -> Text | None:
    reason = request.POST.get("lapse_reason", "")
    if not reason:
        raise InputError(_BAD)
    customers.record_lapse_reason(customer_id, reason, source="form", at=now)
    return _THANKS


_ACTIONS: dict[str, Callable[[HttpRequest, int, datetime], Text | None]] = {
    "save": _save, "pause": _pause, "resume": _resume, "leave": _leave, "request": _ask,
    "reason": _reason,
}  # fmt: skip


def _page(
    request: HttpRequest,
    customer_id: int,
    *,
    status: int = 200,
    done: Text | None = None,
    problem: Text | None = None,
) -> HttpResponse:
    wishes = _wishes_of(customer_id)
    points = customers.contact_points_of(customer_id)
    is_paused = wishes.paused_until is not None and shop_day(clock.now()) <= wishes.paused_until
    has_left = not any(point.may_be_written for point in points)
    context: dict[str, Any] = {
        **options_of(points, wishes, load(TopicRules), load(ContactRules)),
        "addresses": [customers.mask_address(point.address) for point in points],
        "has_left": has_left,
        # He is asked once; the page comes again without the question after he answered.
        "reasons": customers.lapse_reasons() if has_left and done is not _THANKS else (),
        "paused_until": wishes.paused_until if is_paused else None,
        "asked": [
            (REQUESTS[one.kind], one)
            for one in customers.open_requests_of(customer_id)
            if one.kind in REQUESTS
        ],
        "requests": REQUESTS.items(),
        "subscriptions": _subscriptions_of(customer_id),
        "wording": _WORDING.format(shop=load(ShopProfile).name),
        "done": done,
        "problem": problem,
    }
    return render(request, "okaeri/public/preferences.html", context, status=status)


def _subscriptions_of(customer_id: int) -> str:
    """Give the page where he skips, pauses and cancels, "" for whoever has no subscription."""
    parties = customers.parties_of([customer_id]).get(customer_id, ())
    if not intake.subscriptions_of(parties):
        return ""
    return customers.subscription_link(customer_id, "", settings.SECRET_KEY)


def _wishes_of(customer_id: int) -> Wishes:
    known = customers.find_preference(customer_id)
    return known.wishes if known else NO_WISHES


def too_often(request: HttpRequest) -> HttpResponse:
    """Ask somebody who pressed very often to wait a minute."""
    context = {"message": _TOO_OFTEN, "is_busy": True}
    response = render(request, "okaeri/public/not_found.html", context, status=429)
    response.headers["Retry-After"] = "60"
    response.is_error_page = True  # type: ignore[attr-defined]
    return response
