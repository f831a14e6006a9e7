"""顧客BS: where the shop's customers stand in five years if they move as in the last one."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.insight.job_types import BALANCE
from okaeri.web import findings
from okaeri.web.access import needs
from okaeri.web.charts.catalogue import find_chart
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.frame import show
from okaeri.web.pages.analysis.waiting import Offer, ask_for, offer
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.reader import language_of

_ON_ASKING = Text(
    "この見通しは、お求めのときに計算します。数分かかることがあります。",
    "This outlook is counted when you ask for it; that may take some minutes.",
)
# Word of the address → which plan: without new buyers, or with as many as in the last year.
_PLANS = ("same", "none")
_COLUMNS = ("new_buyers", "year", "stage", "is_lapsed", "customers", "low", "high")


@needs("figures.see")
@require_http_methods(["GET", "POST"])
def balance(request: HttpRequest) -> HttpResponseBase:
    """Show customers by class and sales, five years ahead, and the rates this rests on; POST counts them."""
    if request.method == "POST":
        if insight.find_balance() is None:
            ask_for(BALANCE, {})
        return redirect(request.path)
    report = insight.find_balance()
    if report is None and insight.find_report_day("summary") is not None:
        if "csv" in request.GET:
            return redirect(request.path)
        return offer(request, "balance", BALANCE, {}, Offer(_ON_ASKING, request.path))
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Refresh": "true"})
    payload = report.payload if report else None
    encoding = asked_encoding(request)
    if payload and encoding:
        return csv_response("balance", _COLUMNS, _rows(payload), encoding=encoding)
    return show(request, "balance", **_context(payload, _plan_of(request), language_of(request)))


def _plan_of(request: HttpRequest) -> str:
    asked = request.GET.get("new", "")
    return asked if asked in _PLANS else _PLANS[0]


def _context(payload: dict[str, Any] | None, plan: str, language: str) -> dict[str, Any]:
    has_people = payload is not None and payload["plans"]["none"][0]["active"]["told"] > 0
    years = payload["plans"][plan] if payload else []
    return {
        "payload": payload if has_people else None,
        "plan": plan,
        **{
            name: date.fromisoformat(payload[name]) if payload else None
            for name in ("before_on", "after_on")
        },
        "years": years,
        "ends": [_end(payload, year["year"]) for year in years] if payload else [],
        "classes": list(zip(*(year["classes"] for year in years), strict=True)),
        "chart": find_chart(f"balance-{plan}", language),
        "answer": findings.balance(payload, plan) if payload and has_people else None,
        "definitions": definitions_for(
            "balance", "balance_interval", "balance_check", "class_rates", "portfolio", "lapsed"
        ),
    }


def _end(payload: Mapping[str, Any], year: int) -> date:
    """Give the month of a year's end, as its first day."""
    after = date.fromisoformat(payload["after_on"])
    return after.replace(year=after.year + year, day=1)


def _rows(payload: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Give a row per plan, year and class; sales (smallest unit) and active people as rows of their own."""
    for plan in _PLANS:
        for year in payload["plans"][plan]:
            head = (plan, year["year"])
            for cell in year["classes"]:
                yield *head, cell["stage"], cell["is_lapsed"], *_figures(cell)
            yield *head, "active", "", *_figures(year["active"])
            yield *head, "net_minor", "", *_figures(year["sales"])


def _figures(cell: Mapping[str, Any]) -> tuple[float, ...]:
    return tuple(round(cell[name]) for name in ("told", "low", "high"))
