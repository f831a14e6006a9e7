"""From class to class: who went up, who stayed, who left in six months."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from okaeri.insight import api as insight
from okaeri.insight.types import STAGES
from okaeri.web import findings
from okaeri.web.access import needs
from okaeri.web.charts.catalogue import find_chart
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.beginnings import BOUGHT, Part
from okaeri.web.pages.analysis.frame import show
from okaeri.web.pages.analysis.movement_days import (
    Asked,
    address_of_days,
    ask_for_days,
    asked_days,
    offer_days,
)
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.pages.segments.addresses import address_of
from okaeri.web.reader import language_of

_CLASSES = tuple((stage, lapsed) for lapsed in (False, True) for stage in STAGES)
_COLUMNS = ("from_stage", "from_lapsed", "to_stage", "to_lapsed", "customers")


@needs("figures.see")
@require_http_methods(["GET", "POST"])
def movement(request: HttpRequest) -> HttpResponseBase:
    """Show the matrix of classes, the transition rates and how they changed; POST counts two days."""
    asked = asked_days(request, insight.find_report("movement"))
    is_open = asked.is_chosen and asked.report is None
    if request.method == "POST":
        if is_open:
            ask_for_days(asked)
        address = address_of_days(request.path, asked) if asked.is_chosen else request.path
        return redirect(address)
    if is_open:
        if "csv" in request.GET:
            # A page that waits reloads itself: a file must not come of that.
            return redirect(address_of_days(request.path, asked))
        return offer_days(request, asked)
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Refresh": "true"})
    cells = asked.report.payload["cells"] if asked.report else []
    encoding = asked_encoding(request)
    if cells and encoding:
        rows = (tuple(cell[name] for name in _COLUMNS) for cell in cells)
        name = f"movement-{asked.before}-{asked.after}" if asked.is_chosen else "movement"
        return csv_response(name, _COLUMNS, rows, encoding=encoding)
    return show(request, "movement", **_context(asked, language_of(request)))


def _context(asked: Asked, language: str) -> dict[str, Any]:
    report, is_chosen = asked.report, asked.is_chosen
    payload = report.payload if report and report.payload["cells"] else None
    answer = findings.movement_between if is_chosen else findings.movement
    token = f"{asked.before}_{asked.after}" if is_chosen else ""
    keys = ["movement_between"] if is_chosen else ["movement"]
    return {
        "asked": asked,
        "day_words": _day_words(asked, payload),
        "payload": payload,
        "before_on": date.fromisoformat(payload["before_on"]) if payload else None,
        "as_of": report.as_of if report else None,
        "is_half_year": _is_half_year(asked),
        "chart": find_chart("movement", language, token),
        "class_rates": _rates(payload["cells"] if payload else [], is_linked=not is_chosen),
        "classes": _CLASSES,
        "rows": _rows(payload["cells"] if payload else [], is_linked=not is_chosen),
        "answer": answer(payload) if payload else None,
        "definitions": definitions_for(
            *keys, "class_rates", "promotion", "nurture", "keep", "portfolio", "lapsed"
        ),
    }


def _day_words(
    asked: Asked, payload: Mapping[str, Any] | None
) -> list[tuple[str, date | None, str, str]]:
    """Give the word of the address, the chosen day, and how its list is called."""
    usual = date.fromisoformat(payload["before_on"]) if payload else None
    until = asked.report.as_of if asked.report else None
    return [
        ("from", asked.before or usual, "はじめの日", "From"),
        ("to", asked.after or until, "おわりの日", "To"),
    ]


def _is_half_year(asked: Asked) -> bool:
    """Tell whether the guides, which are meant for six months, may stand beside the rates."""
    if asked.before is None or asked.after is None:
        return True
    months = (asked.after.year - asked.before.year) * 12 + asked.after.month - asked.before.month
    return months == 6


def _rates(cells: Sequence[Mapping[str, Any]], *, is_linked: bool) -> list[dict[str, Any]]:
    """Give the rates of each class, with where its people of the first day become a segment."""
    rows = insight.class_rates(cells)
    if not is_linked:
        return rows
    return [
        {
            **row,
            "address": {
                name: address_of({"all": _before(row["stage"], lapsed)})
                for name, lapsed in (("active", False), ("gone", True))
            },
        }
        for row in rows
    ]


def _rows(cells: Sequence[Mapping[str, Any]], *, is_linked: bool) -> list[dict[str, Any]]:
    """Give a row per class then (first: no customer yet) with a cell per class now."""
    people = {
        (cell["from_stage"], cell["from_lapsed"], cell["to_stage"], cell["to_lapsed"]): cell[
            "customers"
        ]
        for cell in cells
    }
    rows = []
    for stage, lapsed in (*_CLASSES, (None, None)):
        counts = [people.get((stage, lapsed, *to), 0) for to in _CLASSES]
        total = sum(counts)
        if total:
            rows.append(
                {
                    "stage": stage,
                    "is_lapsed": lapsed,
                    "total": total,
                    "address": address_of({"all": _before(stage, lapsed)}) if is_linked else "",
                    "cells": [
                        _cell(count, total, stage, lapsed, to, is_linked=is_linked)
                        for count, to in zip(counts, _CLASSES, strict=True)
                    ],
                }
            )
    return rows


def _cell(
    count: int,
    total: int,
    stage: str | None,
    lapsed: bool | None,
    to: tuple[str, bool],
    *,
    is_linked: bool,
) -> dict[str, Any]:
    now: list[Part] = [
        {"field": "stage", "op": "=", "value": to[0]},
        {"field": "is_lapsed", "op": "=", "value": to[1]},
    ]
    rule = {"all": [*_before(stage, lapsed), *now]}
    return {
        "customers": count,
        "step": min(9, round(count / total * 9)) if count else None,
        "is_same": (stage, lapsed) == to,
        # Rules know the class of today and of six months before, and no other day's.
        "address": address_of(rule) if count and is_linked else "",
    }


def _before(stage: str | None, lapsed: bool | None) -> list[Part]:
    """Give the parts of buyers who stood in a class then; None: of those who were none yet."""
    was = {"field": "stage_before", "op": "=", "value": stage}
    if stage is None:
        return [BOUGHT, was]
    return [was, {"field": "lapsed_before", "op": "=", "value": lapsed}]
