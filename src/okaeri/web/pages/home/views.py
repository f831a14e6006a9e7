"""The first page: the loop as the spine, three numbers, and what to do next."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from okaeri.foundation import clock
from okaeri.foundation.settings import ShopProfile, load
from okaeri.insight import api as insight
from okaeri.insight.types import LifecycleRules
from okaeri.intake import api as intake
from okaeri.measure import api as measure
from okaeri.measure.types import Evaluation
from okaeri.plan import api as plan
from okaeri.plan.calendar_types import CalendarRules
from okaeri.web import findings
from okaeri.web.access import may, needs
from okaeri.web.growth import growth_of
from okaeri.web.left_out import standing
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.calendar.views import names_of
from okaeri.web.pages.home.effect import find_effect
from okaeri.web.pages.home.steps import checklist, next_steps
from okaeri.web.pages.start.views import is_open
from okaeri.web.webhooks import endpoints as webhooks


@needs("self")
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Show the three numbers of the loop, or the way to them when the shop is empty."""
    if not may(request.user, "figures.see"):
        return redirect("customers")
    report = insight.find_report("summary")
    summary = report.payload if report else None
    has_orders = bool(summary and summary["orders"])
    journeys = plan.list_journeys()
    evaluations = _evaluations()
    return render(
        request,
        "okaeri/home/home.html",
        {
            "report": report,
            "summary": summary,
            "has_orders": has_orders,
            "standing": standing(),
            "answer": findings.f2_answer(insight.list_findings()) if has_orders else None,
            "prime_change": _prime_change(summary["prime_active"]) if summary else None,
            "growth": _payload("movement"),
            "sales": _payload("sales_mix"),
            "active_days": load(LifecycleRules).active_days,
            "sales_parts": growth_of(_payload("sales_mix")),
            "effect": find_effect(evaluations),
            "live": sum(1 for journey in journeys if journey.status == "live"),
            "in_care": sum(journey.active for journey in journeys),
            "waiting": _waiting(request),
            "webhooks_off": _webhooks_off(request),
            "steps": next_steps(journeys, evaluations) if has_orders else (),
            "is_setup_open": may(request.user, "settings.change") and is_open(),
            "checklist": () if has_orders else checklist(),
            "definitions": definitions_for(
                "f2_rate_90",
                "prime_active",
                "threshold_minor",
                "lapsed",
                "at_risk",
                "nurture",
                "keep",
                "existing_share",
            ),
        },
    )


def _waiting(request: HttpRequest) -> tuple[int, int] | None:
    """Give how many wishes about subscriptions wait and the days of the oldest; None without any."""
    count, since = intake.oldest_open_request()
    if since is None or not may(request.user, "voices.see"):
        return None
    zone = load(ShopProfile).zone
    return count, (clock.local_day(clock.now(), zone) - clock.local_day(since, zone)).days


def _webhooks_off(request: HttpRequest) -> int:
    """Give how many programs are no longer told, for those who can do something about it."""
    may_change = may(request.user, "connections.change")
    return webhooks.count_switched_off() if may_change else 0


@needs("figures.see")
@require_GET
def home_gaps(request: HttpRequest) -> HttpResponse:
    """Name the classes with people that have nothing useful to look forward to (row C-18).

    A part of the first page that comes after it: every walk under way has to be looked at.
    """
    gaps = plan.find_gaps(clock.now())
    names = names_of(gaps) if gaps else None
    context = {"gaps": names, "gap_days": load(CalendarRules).gap_days}
    return render(request, "okaeri/home/gaps.html", context)


def _payload(name: str) -> dict[str, Any] | None:
    report = insight.find_report(name)
    return report.payload if report else None


def _evaluations() -> list[Evaluation]:
    found = [measure.find_evaluation(view.id) for view in measure.list_experiments()]
    return [evaluation for evaluation in found if evaluation is not None]


def _prime_change(now: int) -> int | None:
    """Compare with the last closed month."""
    rows = insight.portfolio_history(months=2)
    months = sorted({row.month for row in rows})
    if not months:
        return None
    before = sum(
        row.customers
        for row in rows
        if row.month == months[-1] and row.stage == "prime" and not row.is_lapsed
    )
    return now - before
