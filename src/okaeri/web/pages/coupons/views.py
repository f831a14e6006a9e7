"""Coupons: made once, stopped or withdrawn, with what became of those that were given."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri.rewards import api as rewards
from okaeri.rewards.coupon_types import NO_SALE_ITEMS, CouponKind, OfferIn, OfferView
from okaeri.web.access import needs
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.reader import language_of, tell

_MADE = Text(
    "クーポンを作りました。シナリオの coupon の手順で配れます。",
    "The coupon is made; the coupon step of a journey gives it.",
)
_STOPPED = Text("配布を止めました。", "It is no longer given out.")
_WITHDRAWN = Text("未使用の{n}枚を取り消しました。", "{n} unused coupons were withdrawn.")
_LINKS_ENDED = Text(
    "これまでにお送りしたお客様ページのリンクを無効にしました。",
    "All links to this customer's page that were sent before have ended.",
)
_NO_NUMBER = Text(
    "値引き・下限額・有効日数は数字で入れてください。",
    "The value, the least amount and the days are whole numbers.",
)
_COLUMNS = tuple(
    Text(ja, en)
    for ja, en in (
        ("キー", "Key"), ("名前", "Name"), ("特典", "Gives"), ("下限額", "Least amount"),
        ("有効日数", "Days"), ("状態", "State"), ("配布", "Given"), ("使用", "Used"),
        ("期限切れ", "Over"), ("取り消し", "Withdrawn"), ("値引き額の合計", "Taken off in all"),
    )
)  # fmt: skip
_STANDARD = OfferIn("", Text("次回のお買い物に", "For your next order"))


@needs("journeys.see")
@require_GET
def coupons(request: HttpRequest) -> HttpResponseBase:
    """List every coupon with how many were given, used, over; as CSV too."""
    offers = rewards.list_offers()
    encoding = asked_encoding(request)
    if encoding is not None:
        language = language_of(request)
        columns = [column.render(language) for column in _COLUMNS]
        rows = [_row(offer, language) for offer in offers]
        return csv_response("coupons", columns, rows, encoding=encoding)
    context = {"tab": "coupons", "offers": [(one, _state(one)) for one in offers]}
    return render(request, "okaeri/coupons/list.html", context)


def _row(offer: OfferView, language: str) -> tuple[object, ...]:
    return (
        offer.key, offer.name.render(language), offer.reward.render(language),
        offer.minimum_minor, offer.valid_days, _state(offer).render(language), offer.issued,
        offer.redeemed, offer.expired, offer.withdrawn, offer.discount_minor,
    )  # fmt: skip


def _state(offer: OfferView) -> Text:
    if offer.withdrawn_at is not None:
        return Text("取り消し", "Withdrawn")
    if offer.stopped_at is not None:
        return Text("配布停止", "Stopped")
    return Text("配布中", "Given out")


@needs("journeys.see", to_post="journeys.change")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Ask for a coupon, with the house's terms filled in, and keep it."""
    problem = None
    if request.method == "POST":
        try:
            rewards.create_offer(_read(request), now=clock.now())
        except InputError as error:
            problem = error.message
        else:
            tell(request, _MADE)
            return redirect("coupons")
    context = {
        "tab": "coupons",
        "problem": problem,
        "typed": request.POST if problem else None,
        "standard": _STANDARD,
        "no_sale_items": NO_SALE_ITEMS,
    }
    return render(request, "okaeri/coupons/new.html", context, status=400 if problem else 200)


def _read(request: HttpRequest) -> OfferIn:
    said = {name: value.replace("\0", "").strip() for name, value in request.POST.items()}  # type: ignore[union-attr]
    try:
        value, least, days = (int(said.get(name) or 0) for name in ("value", "minimum", "days"))
        kind = CouponKind(said.get("kind", ""))
    except ValueError:
        raise InputError(_NO_NUMBER) from None
    return OfferIn(
        key=said.get("key", ""),
        name=Text(said.get("ja", ""), said.get("en", "") or said.get("ja", "")),
        kind=kind,
        value=value,
        minimum_minor=least,
        valid_days=days,
        conditions=Text(
            said.get("terms_ja", ""), said.get("terms_en", "") or said.get("terms_ja", "")
        ),
    )


@needs("journeys.change")
@require_POST
def stop(request: HttpRequest, key: str) -> HttpResponse:
    """Give it out no more; those that were given stay good."""
    rewards.stop_offer(key, now=clock.now())
    tell(request, _STOPPED)
    return redirect("coupons")


@needs("journeys.change")
@require_POST
def withdraw(request: HttpRequest, key: str) -> HttpResponse:
    """Call back every unused one."""
    count = rewards.withdraw_offer(key, now=clock.now())
    tell(request, _WITHDRAWN.format(n=f"{count:,}"))
    return redirect("coupons")


@needs("customers.change")
@require_POST
def end_links(request: HttpRequest, customer_id: int) -> HttpResponse:
    """End every link to a person's own page: he passed a mail on, or lost his phone."""
    profile = customers.get_customer(customer_id)
    rewards.end_my_page_links(profile.id)
    tell(request, _LINKS_ENDED)
    return redirect("customer", profile.id)
