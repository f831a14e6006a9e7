"""The 360 page: who one customer is, what happened, whether we may write to him."""

from dataclasses import replace
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from okaeri.customers import api as customers
from okaeri.customers.types import ConsentAction, ConsentBasis, ContactPointView, CustomerProfile
from okaeri.foundation import clock
from okaeri.foundation.errors import InputError, NotFoundError
from okaeri.foundation.settings import ShopProfile, load, shop_day
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.insight.types import CustomerInsightView, Stage
from okaeri.listen import api as listen
from okaeri.plan import api as plan
from okaeri.rewards import api as rewards
from okaeri.web import sight
from okaeri.web.access import may, needs
from okaeri.web.channel_names import channel_name
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.attributes.panel import context_of as attributes_of
from okaeri.web.pages.customers.foretold import context_of as foretold_of
from okaeri.web.pages.customers.happening import Happening, Whose, whose
from okaeri.web.pages.customers.next_action import Situation, decide_next
from okaeri.web.pages.customers.origins import context_of as origins_of
from okaeri.web.pages.customers.standing_marks import marks_of
from okaeri.web.pages.customers.timeline import TABS, Place, read_page, read_place
from okaeri.web.pages.customers.views import display_name
from okaeri.web.reader import language_of, tell

_STOPPED = Text("{channel}への配信を止めました。", "Nothing will be sent to {channel} any more.")
_NOTED = Text("同意の記録を残しました。", "The consent was recorded.")
_NO_POINT = Text(
    "この顧客には{channel}の宛先がありません。顧客ページを読み込み直してください。",
    "This customer has no {channel} address; reload the customer's page.",
)
# What the page explains, in the order of the page.
_DEFINED = (
    "freshness", "cycle_days", "rfm", "net_minor", "high_first", "orders_365", "value_365", "p_alive",
    "next_on", "runs_out_on", "item_next_on", "lapse_risk", "importance", "best_hour",
    "recommend_refill",
)  # fmt: skip
_NO_TAB = Text("そのような一覧はありません。", "There is no such list.")
_NO_PROOF = Text(
    "同意をいただいた経緯を入力してください。記録に残します。",
    "Say how the consent was given; it goes into the record.",
)


@needs("customers.see")
@require_GET
def person(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Show one customer."""
    full = customers.get_customer(customer_id)
    profile = sight.show_one(request, full)
    standing = insight.find_insight(profile.id)
    shop = load(ShopProfile)
    today = clock.local_day(clock.now(), shop.zone)
    points = customers.contact_points_of(profile.id)
    context = {
        **_story(request, whose(profile.id, shop.currency), "all"),
        **_who(request, profile),
        **_stands(request, profile.id, standing, today),
        **_reached(request, full, points),
        **_treated(profile.id, standing, points, today),
        "today": today,
        "definitions": definitions_for(*_DEFINED),
    }
    return render(request, "okaeri/customers/person.html", context)


def _who(request: HttpRequest, profile: CustomerProfile) -> dict[str, Any]:
    """Give his name, what was asked of him, how he became one person, and how much may be seen."""
    return {
        "profile": profile,
        "known_on": shop_day(profile.known_at),
        "name": display_name(profile, language_of(request)),
        **attributes_of(request, profile.id),
        "merges": customers.list_merges(profile.id),
        "card_code": customers.card_in_groups(customers.find_card(profile.id)),
        "is_masked": not sight.sees_personal(request, profile.id),
        "may_reveal": may(request.user, "customers.reveal"),
        "may_change": may(request.user, "customers.change"),
    }


def _stands(
    request: HttpRequest, customer_id: int, standing: CustomerInsightView | None, today: date
) -> dict[str, Any]:
    """Give his class and its marks; one of the best is treated so while he owes nothing."""
    is_owing = bool(customers.owing([customer_id], today))
    is_prime = bool(standing and standing.stage == Stage.PRIME and not standing.is_lapsed)
    last_vip_day = insight.last_vip_day(standing) if standing else None
    is_in_grace = last_vip_day is not None and today <= last_vip_day
    return {
        "standing": standing,
        **marks_of(standing, today=today, language=language_of(request)),
        "is_owing": is_owing,
        "is_vip": (is_prime or is_in_grace) and not is_owing,
        "is_vip_stopped": (is_prime or is_in_grace) and is_owing,
        "vip_until": last_vip_day if is_in_grace else None,
        "interests": insight.interests_of(customer_id),
        "satisfaction": listen.satisfaction([customer_id]).get(customer_id),
    }


def _reached(
    request: HttpRequest, full: CustomerProfile, points: list[ContactPointView]
) -> dict[str, Any]:
    """Give where he is reached, as this person of the staff may see it, and where he came from."""
    return {
        "points": [
            (replace(point, address=sight.veil_point(request, point)), channel_name(point.channel))
            for point in points
        ],
        **origins_of(
            full.id,
            may_see=sight.sees_personal(request, full.id),
            is_reachable=bool(points),
        ),
        "call_task": listen.find_open_call(customers.ids_of(full.id), clock.now()),
        "no_calls": bool(customers.suppressed_phones([full.phone])),
    }


def _treated(
    customer_id: int,
    standing: CustomerInsightView | None,
    points: list[ContactPointView],
    today: date,
) -> dict[str, Any]:
    """Give what is done for him, what he was given, and what should come next."""
    walks = plan.enrolments_of(customer_id)
    has_low_score = bool(listen.no_selling_to(customers.ids_of(customer_id)))
    has_complaint = bool(customers.open_complaints([customer_id]))
    told = insight.list_predictions([customer_id]).get(customer_id)
    now = clock.now()
    offers = plan.list_offers(customer_id, now=now)
    first = offers[0] if offers else None
    is_refill = first is not None and first.method == "reorder"
    situation = Situation(
        today=today,
        standing=standing,
        told=told,
        has_complaint=has_complaint,
        has_low_score=has_low_score,
        is_leaving=bool(customers.leaving([customer_id])),
        may_be_written=any(point.may_be_written for point in points),
        wishes=customers.find_preference(customer_id),
        walks=walks,
        journeys=plan.journey_keys(),
        is_refill_due=is_refill and bool(insight.run_outs_of([customer_id])),
    )
    is_open = not (has_complaint or has_low_score)
    return {
        "walks": walks,
        "next": decide_next(situation, customer_id),
        "offers": offers,
        "like_viewed": plan.list_like_viewed(customer_id, now=now),
        "balance": rewards.balance_of(customer_id),
        "coupons": rewards.coupons_of(customer_id),
        **foretold_of(customer_id, told, points, now, today, product=first, is_open=is_open),
    }


@needs("customers.see")
@require_GET
def timeline(request: HttpRequest, customer_id: int, tab: str) -> HttpResponse:
    """Give one page of one kind of happening, on demand."""
    if tab not in TABS:
        raise NotFoundError(_NO_TAB)
    profile = sight.show_one(request, customers.get_customer(customer_id))
    place = read_place(request.GET.get("before", ""))
    person = whose(profile.id, load(ShopProfile).currency)
    context = {"profile": profile, **_story(request, person, tab, place)}
    part = "timeline" if place is None else "timeline_more"
    name = part if request.headers.get("HX-Request") else "timeline_page"
    return render(request, f"okaeri/customers/{name}.html", context)


def _story(
    request: HttpRequest, person: Whose, tab: str, place: Place | None = None
) -> dict[str, Any]:
    page = read_page(person, tab, place)
    return {
        "happenings": _veiled(request, list(page.happenings), person.id),
        "next_place": page.next,
        "is_later_page": place is not None,
        "tabs": [(key, name) for key, (name, _) in TABS.items()],
        "tab": tab,
    }


def _veiled(request: HttpRequest, happenings: list[Happening], customer_id: int) -> list[Happening]:
    """Give the story as this person may see it; a coupon's code in it is for nobody."""
    profile = customers.get_customer(customer_id)
    return [
        replace(
            happening,
            title=sight.veil_text(request, profile, happening.title) or happening.title,
            note=sight.veil_text(request, profile, happening.note),
        )
        for happening in happenings
    ]


@needs("customers.reveal")
@require_POST
def reveal(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Show one person in full for a quarter of an hour; the access log says who asked."""
    sight.reveal(request, customers.get_customer(customer_id).id)
    return redirect("customer", customer_id)


@needs("customers.change")
@require_POST
def suppress(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Never write to one address again, whatever consent says."""
    point = _point(request, customer_id)
    customers.suppress(point.channel, point.address, "staff", clock.now())
    _tell(request, _STOPPED, point.channel)
    return redirect("customer", customer_id)


@needs("customers.change")
@require_POST
def consent(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Write consent given or withdrawn into the ledger, with who noted it and how it came."""
    point = _point(request, customer_id)
    action = (
        ConsentAction.GRANTED
        if request.POST.get("action") == "granted"
        else ConsentAction.WITHDRAWN
    )
    how = request.POST.get("how", "").strip()[:200]
    if action is ConsentAction.GRANTED and not how:
        raise InputError(_NO_PROOF)
    customers.record_consent(
        customer_id,
        channel=point.channel,
        action=action,
        basis=ConsentBasis.OPT_IN,
        source="staff",
        proof={"staff": request.user.get_username(), "how": how},
        occurred_at=clock.now(),
    )
    _tell(request, _NOTED, point.channel)
    return redirect("customer", customer_id)


def _point(request: HttpRequest, customer_id: int) -> ContactPointView:
    channel = request.POST.get("channel", "")
    for point in customers.contact_points_of(customers.get_customer(customer_id).id):
        if point.channel == channel:
            return point
    raise InputError(_NO_POINT.format(channel=channel))


def _tell(request: HttpRequest, text: Text, channel: str) -> None:
    name = channel_name(channel)
    tell(request, Text(text.ja.format(channel=name.ja), text.en.format(channel=name.en)))
