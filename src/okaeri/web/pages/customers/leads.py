"""Fresh people of today: leads who have just met the shop, and first buyers (rows A-02, A-05)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from okaeri.customers import api as customers
from okaeri.customers.types import CustomerProfile
from okaeri.foundation import clock
from okaeri.foundation.errors import InputError
from okaeri.foundation.settings import ShopProfile, load, shop_day
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.insight.freshness_types import BandRules
from okaeri.insight.types import CustomerInsightView, FreshnessBand
from okaeri.plan import api as plan
from okaeri.web import sight
from okaeri.web.access import needs
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.customers.sla import SHOWN_FOR, Sla, is_day_alone, promised_at, slas_of
from okaeri.web.reader import tell

# From a half-life of seven days on somebody is neither fresh nor fading after ten, unless he came back.
_KNOWN_FOR = timedelta(days=10)
_CAME_BACK = {
    "all": [
        {"field": "stage", "op": "=", "value": "lead"},
        {"field": "freshness_band", "op": "in", "value": ["fresh", "fading"]},
    ]
}
_MOST = 200
# Of a large import most have bought: so many people are looked through.
_MOST_LOOKED_AT = 5_000
_PAGE = 500
_WANTED = {FreshnessBand.FRESH, FreshnessBand.FADING}
_NOBODY = Text("見込み客を選んでください。", "Choose a lead.")
_BEGUN = Text("{n}人のシナリオを始めました。", "{n} people began the journey.")
_NOT_BEGUN = Text(
    "すでにこのシナリオに入っているため、始めませんでした。",
    "Nobody began: they are, or were, in this journey already.",
)


@dataclass(frozen=True, slots=True)
class Lead:
    """One person, since when the shop knows him, and how fresh that is today."""

    profile: CustomerProfile
    known_at: datetime
    # Set where only the day is known.
    known_on: date | None
    standing: CustomerInsightView
    is_in_journey: bool
    sla: Sla | None


@dataclass(frozen=True, slots=True)
class FirstBuyer:
    """One person who has just bought for the first time."""

    profile: CustomerProfile
    bought_at: datetime
    standing: CustomerInsightView
    sla: Sla | None


@needs("customers.see")
@require_GET
def leads(request: HttpRequest) -> HttpResponse:
    """List today's fresh leads; the new ones need no analysis, so whoever came an hour ago is here."""
    found, now, zone = _fresh_leads(), clock.now(), load(ShopProfile).zone
    buyers = _first_buyers(now)
    shown = sight.show(
        request,
        {one.id: one for one, _ in found} | {one.profile.id: one.profile for one in buyers},
    )
    slas = slas_of({one.id: one.known_at for one, _ in found}, now)
    cared_for = plan.in_care(list(shown))
    rows = [
        Lead(
            shown[one.id],
            one.known_at,
            clock.local_day(one.known_at, zone) if is_day_alone(one.known_at, zone) else None,
            standing,
            one.id in cared_for,
            slas.get(one.id),
        )
        for one, standing in found
        if one.id in shown
    ]
    context = {
        "rows": rows,
        "are_more": len(found) == _MOST,
        "buyers": [
            replace(one, profile=shown[one.profile.id]) for one in buyers if one.profile.id in shown
        ],
        "journeys": plan.list_for_leads(),
        "waiting": sum(not row.is_in_journey for row in rows),
        "half_life": load(BandRules).lead_days,
        "definitions": definitions_for("lead", "freshness"),
    }
    return render(request, "okaeri/customers/leads.html", context)


_Standing = tuple[CustomerProfile, CustomerInsightView]


def _fresh_leads() -> list[_Standing]:
    """Give those who have not bought and are still fresh or fading, or again, the freshest first."""
    now = clock.now()
    people = islice(customers.iter_known_since(now - _KNOWN_FOR, _PAGE), _MOST_LOOKED_AT)
    found: dict[int, _Standing] = {}
    while len(found) < _MOST and (some := list(islice(people, _PAGE))):
        found |= _fresh_among(some, now)
    # Whom signs of life lifted, as the last analysis saw them.
    page = insight.list_customers(rule=_CAME_BACK, order_by="-freshness", limit=_MOST)
    lifted = [one.customer_id for one in page.rows if one.customer_id not in found]
    found |= _fresh_among(list(customers.list_profiles(lifted).values()), now)
    freshest = sorted(
        found.values(), key=lambda pair: (-pair[1].freshness, -pair[0].known_at.timestamp())
    )
    return freshest[:_MOST]


def _fresh_among(some: Sequence[CustomerProfile], now: datetime) -> dict[int, _Standing]:
    zone, ids = load(ShopProfile).zone, [one.id for one in some]
    today = clock.local_day(now, zone)
    histories, before = customers.purchase_history(ids), insight.list_insights(ids)
    found: dict[int, _Standing] = {}
    for one in some:
        seen_on = clock.local_day(one.known_at, zone)
        standing = insight.lead_standing(one.id, seen_on, today, before.get(one.id))
        has_bought = any(order.is_purchase for order in histories.get(one.id, ()))
        if not has_bought and standing.freshness_band in _WANTED:
            found[one.id] = (one, standing)
    return found


def _first_buyers(now: datetime) -> list[FirstBuyer]:
    """Give who bought for the first time in the last days, the freshest first."""
    since = shop_day(now - SHOWN_FOR)
    rule = {
        "all": [
            {"field": "purchase_count", "op": "=", "value": 1},
            {"field": "first_on", "op": ">=", "value": since.isoformat()},
        ]
    }
    page = insight.list_customers(rule=rule, order_by="-freshness", limit=_MOST)
    ids = [one.customer_id for one in page.rows]
    profiles, histories = customers.list_profiles(ids), customers.purchase_history(ids)
    promised = {
        who: at
        for who, profile in profiles.items()
        if (at := promised_at(profile, histories.get(who, ()))) is not None
    }
    slas = slas_of(promised, now)
    buyers = [
        FirstBuyer(profiles[who], promised[who], one, slas[who])
        for one in page.rows
        if (who := one.customer_id) in slas
    ]
    return sorted(buyers, key=lambda one: (-one.standing.freshness, -one.bought_at.timestamp()))


@needs("journeys.change")
@require_POST
def enter(request: HttpRequest) -> HttpResponse:
    """Let one lead, or all that wait, into a journey."""
    chosen = [int(one) for one in request.POST.getlist("lead") if one.isdecimal()]
    known = {one.id for one, _ in _fresh_leads()}
    cared_for = plan.in_care(chosen)
    people = [one for one in chosen if one in known and one not in cared_for]
    if not chosen:
        raise InputError(_NOBODY)
    begun = plan.enter_by_hand(request.POST.get("journey", ""), people, now=clock.now())
    said = _BEGUN.format(n=begun) if begun else _NOT_BEGUN
    tell(request, said)
    return redirect("leads")
