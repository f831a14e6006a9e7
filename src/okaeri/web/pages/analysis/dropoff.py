"""After which purchase customers stop, and how many first-time buyers come back."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from okaeri.foundation.settings import load
from okaeri.insight import api as insight
from okaeri.insight.types import LifecycleRules, ReportView
from okaeri.web import findings
from okaeri.web.access import needs
from okaeri.web.charts.catalogue import find_chart
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.beginnings import (
    Part,
    any_order,
    began_with_trial,
    full_order,
)
from okaeri.web.pages.analysis.frame import show
from okaeri.web.pages.analysis.steps_of_buyers import came_again
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.pages.segments.addresses import address_of
from okaeri.web.reader import language_of

_STEPS = ("n", "reached", "went_on", "rate", "low", "high", "lost", "waiting")
_WAITS = ("basis", "days", "eligible", "converted", "rate", "low", "high", "more")


@needs("figures.see")
@require_GET
def dropoff(request: HttpRequest) -> HttpResponseBase:
    """Show after which purchase customers stop, and how many first-time buyers come back."""
    language = language_of(request)
    report, f2 = insight.find_report("dropoff"), insight.find_report("f2")
    waits = insight.find_report("f2_waits")
    steps = report.payload["steps"] if report else ()
    basis = request.GET.get("basis", "")
    counts_trials = load(LifecycleRules).count_trial
    if waits is None or basis not in waits.payload:
        basis = "all" if counts_trials else "full"
    encoding, of = asked_encoding(request), request.GET.get("of")
    if encoding and steps and of == "steps":
        cells = (tuple(step[name] for name in _STEPS) for step in steps)
        return csv_response("dropoff", _STEPS, cells, encoding=encoding)
    if encoding and waits is not None and of == "waits":
        known = _waits(waits, basis)
        same = {"days": 0, "more": None, **known["same"]}
        cells = ((basis, *(one[name] for name in _WAITS[1:])) for one in (same, *known["windows"]))
        return csv_response("f2-waits", _WAITS, cells, encoding=encoding)
    return show(
        request,
        "dropoff",
        report=report if steps else None,
        steps=[{**step, "address": _addresses(step["n"])} for step in steps],
        f2=f2,
        basis=basis,
        waits=_waits(waits, basis) if waits else None,
        chart=find_chart("dropoff", language),
        f2_chart=find_chart("f2", language),
        answer=findings.f2_answer(insight.list_findings()),
        counts_trials=counts_trials,
        definitions=definitions_for(
            "dropoff", "f2_waits", "f2_rate_90", "f2_late", "lapsed", "purchase_count"
        ),
    )


def _waits(report: ReportView, basis: str) -> dict[str, Any]:
    """Add where those who bought first so long ago, and those who came back in time, become a segment."""
    payload = report.payload[basis]
    windows = [
        {**one, "address": _waited(one["days"], report.as_of, basis)} for one in payload["windows"]
    ]
    same = insight.rate_of(payload["same_day"], payload["buyers"])
    same = {**same, "rate": same["value"], "eligible": same["of"], "converted": same["hits"]}
    return {**payload, "windows": windows, "same": {**same, "address": _on_first_day(basis)}}


def _waited(days: int, as_of: date, basis: str) -> Mapping[str, str]:
    """Give where the people of one window become a segment."""
    first, then = _order(basis), full_order() if basis == "trial" else _order(basis)
    until = as_of - timedelta(days=days)
    again = {"first": first, "then": then, "within_days": days, "happened": True}
    old: list[Part] = [{**first, "until": until.isoformat()}]
    if basis == "trial":
        old, again = [began_with_trial(), *old], {"any": [again, _both_at_once()]}
    return {"eligible": address_of({"all": old}), "converted": address_of({"all": [*old, again]})}


def _order(basis: str) -> Part:
    """Give an order that counts for a basis, as a rule; trials may be no purchases of this shop."""
    return full_order() if basis == "full" else any_order()


def _on_first_day(basis: str) -> Mapping[str, str]:
    """Give where buyers, and those with two orders on the first day, become a segment."""
    several = {"field": "first_day_orders", "op": ">=", "value": 2}
    if basis == "trial":
        both = {"all": [began_with_trial(), _both_at_once()]}
        return {"eligible": address_of(began_with_trial()), "converted": address_of(both)}
    # How many of them were full products, no rule asks.
    converted = address_of(several) if basis == "all" else ""
    return {"eligible": address_of(_order(basis)), "converted": converted}


def _both_at_once() -> Part:
    """Give the part of those with a trial and a full product on the first day (of up to three trials)."""
    return {
        "any": [
            {
                "all": [
                    {"field": "first_day_trials", "op": "=", "value": trials},
                    {"field": "first_day_orders", "op": ">", "value": trials},
                ]
            }
            for trials in (1, 2, 3)
        ]
    }


def _addresses(n: int) -> Mapping[str, str]:
    """Give, for each count of a step, where its people become a segment."""
    stayed = {"field": "purchase_count", "op": "=", "value": n}
    rules: dict[str, dict[str, Any]] = {
        "reached": {"field": "purchase_count", "op": ">=", "value": n},
        "lost": {"all": [stayed, {"field": "is_lapsed", "op": "=", "value": True}]},
        "waiting": {"all": [stayed, {"field": "is_lapsed", "op": "=", "value": False}]},
    }
    return {"went_on": came_again(n), **{name: address_of(rule) for name, rule in rules.items()}}
