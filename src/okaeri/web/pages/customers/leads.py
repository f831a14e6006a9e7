"""Fresh leads for today: who has just met the shop and not bought, the freshest first (row A-02)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from okaeri.customers import api as customers
from okaeri.customers.types import CustomerProfile
from okaeri.foundation import clock
from okaeri.foundation.errors import InputError
from okaeri.foundation.settings import ShopProfile, load
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.insight.types import CustomerInsightView, FreshnessBand
from okaeri.plan import api as plan
from okaeri.web import sight
from okaeri.web.access import needs
from okaeri.web.numbers import definitions_for

# From a half-life of seven days on somebody is neither fresh nor fading after ten.
_KNOWN_FOR = timedelta(days=10)
_MOST = 200
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
    standing: CustomerInsightView
    is_in_journey: bool


@needs("customers.see")
@require_GET
def leads(request: HttpRequest) -> HttpResponse:
    """List today's fresh leads; they need no analysis, so whoever came an hour ago is here."""
    found = _fresh_leads()
    shown = sight.show(request, {one.id: one for one, _ in found})
    rows = [
        Lead(shown[one.id], one.created_at, standing, bool(_walks(one.id)))
        for one, standing in found
        if one.id in shown
    ]
    context = {
        "rows": rows,
        "journeys": plan.list_for_leads(),
        "waiting": sum(not row.is_in_journey for row in rows),
        "definitions": definitions_for("freshness"),
    }
    return render(request, "okaeri/customers/leads.html", context)


def _fresh_leads() -> list[tuple[CustomerProfile, CustomerInsightView]]:
    zone = ZoneInfo(load(ShopProfile).time_zone)
    now = clock.now()
    today = clock.local_day(now, zone)
    known = customers.known_since(now - _KNOWN_FOR, _MOST)
    histories = customers.purchase_history([one.id for one in known])
    bought = {who for who, history in histories.items() if any(o.is_purchase for o in history)}
    found = [
        (one, insight.lead_standing(one.id, clock.local_day(one.created_at, zone), today))
        for one in known
        if one.id not in bought
    ]
    wanted = {FreshnessBand.FRESH, FreshnessBand.FADING}
    fresh = [pair for pair in found if pair[1].freshness_band in wanted]
    return sorted(fresh, key=lambda pair: (-pair[1].freshness, -pair[0].created_at.timestamp()))


def _walks(customer_id: int) -> list[str]:
    walks = plan.enrolments_of(customer_id)
    return [walk.journey_key for walk in walks if walk.state == "active"]


@needs("journeys.change")
@require_POST
def enter(request: HttpRequest) -> HttpResponse:
    """Let one lead, or all that wait, into a journey."""
    chosen = [int(one) for one in request.POST.getlist("lead") if one.isdecimal()]
    known = {one.id for one, _ in _fresh_leads()}
    people = [one for one in chosen if one in known and not _walks(one)]
    if not chosen:
        raise InputError(_NOBODY)
    begun = plan.enter_by_hand(request.POST.get("journey", ""), people, now=clock.now())
    language = request.language  # type: ignore[attr-defined]
    said = _BEGUN.format(n=begun) if begun else _NOT_BEGUN
    messages.success(request, said.render(language))
    return redirect("leads")
