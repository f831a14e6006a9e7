"""From class to class: who went up, who stayed, who left in six months."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from okaeri.insight import api as insight
from okaeri.web import findings
from okaeri.web.access import needs
from okaeri.web.charts.canvas import STAGES
from okaeri.web.charts.catalogue import find_chart
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.frame import language_of, show
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.pages.segments.views import address_of

_CLASSES = tuple((stage, lapsed) for lapsed in (False, True) for stage in STAGES)
_COLUMNS = ("from_stage", "from_lapsed", "to_stage", "to_lapsed", "customers")


@needs("figures.see")
@require_GET
def movement(request: HttpRequest) -> HttpResponseBase:
    """Show the matrix of classes, the transition rates and how they changed."""
    report = insight.find_report("movement")
    payload = report.payload if report else None
    cells = payload["cells"] if payload else []
    encoding = asked_encoding(request)
    if cells and encoding:
        rows = (tuple(cell[name] for name in _COLUMNS) for cell in cells)
        return csv_response("movement", _COLUMNS, rows, encoding=encoding)
    return show(
        request,
        "movement",
        payload=payload if cells else None,
        before_on=date.fromisoformat(payload["before_on"]) if payload else None,
        as_of=report.as_of if report else None,
        chart=find_chart("movement", language_of(request)),
        classes=_CLASSES,
        rows=_rows(cells),
        answer=findings.movement(payload) if payload else None,
        definitions=definitions_for(
            "movement", "promotion", "nurture", "keep", "portfolio", "lapsed"
        ),
    )


def _rows(cells: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
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
                    "cells": [
                        _cell(count, total, stage, lapsed, to)
                        for count, to in zip(counts, _CLASSES, strict=True)
                    ],
                }
            )
    return rows


def _cell(
    count: int, total: int, stage: str | None, lapsed: bool | None, to: tuple[str, bool]
) -> dict[str, Any]:
    rule = {
        "all": [
            {"field": "stage_before", "op": "=", "value": stage},
            *([] if stage is None else [{"field": "lapsed_before", "op": "=", "value": lapsed}]),
            {"field": "stage", "op": "=", "value": to[0]},
            {"field": "is_lapsed", "op": "=", "value": to[1]},
        ]
    }
    return {
        "customers": count,
        "step": min(9, round(count / total * 9)) if count else None,
        "is_same": (stage, lapsed) == to,
        "address": address_of(rule) if count else "",
    }
