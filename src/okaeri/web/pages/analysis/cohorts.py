"""Who comes back after the first purchase, and what they bring: month by month or 30 days by 30 days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.insight.types import ReportView
from okaeri.web import findings
from okaeri.web.access import needs
from okaeri.web.count_facet import WORDS, facet_of, report_of
from okaeri.web.facet_names import FACETS, value_name
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.beginnings import (
    Part,
    began_in,
    began_with,
    bought_in,
    month_after,
)
from okaeri.web.pages.analysis.count_pages import with_count_facet
from okaeri.web.pages.analysis.frame import show
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.pages.segments.addresses import address_of

_MEASURES = {
    "people": Text("購入した人", "People"),
    "sales": Text("1人当たり売上", "Sales a person"),
    "margin": Text("1人当たり粗利", "Margin a person"),
}
_CLOCKS = {
    "calendar": Text("暦月", "Calendar months"),
    "elapsed": Text("30日ごと", "30-day steps"),
}
_ROLLS = {"0": Text("その期間", "Each step"), "1": Text("累計", "Rolled")}
_FEWEST_KNOWN = 0.9


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; unknown words ask for the first choice."""

    measure: str
    clock: str
    rolled: str
    facet: str
    value: str
    # What else the address said: the purchase count.
    count: tuple[tuple[str, str], ...]

    def address(self, **changes: str) -> str:
        words = {
            "show": self.measure,
            "clock": self.clock,
            "rolled": self.rolled,
            "of": self.facet,
            "value": self.value,
        }
        return "?" + urlencode({**words, **dict(self.count), **changes})


def read_asked(request: HttpRequest) -> Asked:
    """Read the address."""
    ask = request.GET.get
    measure, clock, rolled = ask("show", ""), ask("clock", ""), ask("rolled", "")
    facet = ask("of", "")
    return Asked(
        measure if measure in _MEASURES else "people",
        clock if clock in _CLOCKS else "calendar",
        rolled if rolled in _ROLLS else "0",
        facet if facet in ("product", "media") else "all",
        ask("value", "")[:100],
        tuple((word, ask(word, "")) for word in WORDS if ask(word)),
    )


@needs("figures.see")
@require_GET
@with_count_facet("cohorts")
def cohorts(request: HttpRequest) -> HttpResponseBase:
    """Show cohorts of everybody, or of those who began with one product or from one media."""
    report, plain = report_of(request, "cohort_cube"), _whole(request)
    asked = read_asked(request)
    part = _part(report.payload, asked) if report else None
    began = _began(report.payload, part, asked) if report and part else []
    rows = [_row(row, asked, began) for row in part["rows"]] if part else []
    width = max((len(row["cells"]) for row in rows), default=0)
    encoding = asked_encoding(request)
    if rows and encoding:
        columns = ("month", "size", *(f"step_{step}" for step in range(width)))
        lines = (
            (row["month"], row["size"], *(cell["value"] for cell in row["cells"])) for row in rows
        )
        return csv_response("cohorts", columns, lines, encoding=encoding)
    deepest = max((c["value"] or 0 for row in rows for c in row["cells"][1:]), default=0)
    return show(
        request,
        "cohorts",
        report=report if rows else None,
        asked=asked,
        choices=_choices(asked),
        filters=_filters(report.payload, asked) if report else (),
        columns=range(width),
        rows=[_shaded(row, width, deepest) for row in rows],
        answer=findings.cohorts(plain.payload) if plain else None,
        definitions=definitions_for(
            "cohorts", "cohort_clock", "cohort_rolled", "cohort_margin", "net_minor"
        ),
    )


def _whole(request: HttpRequest) -> ReportView | None:
    """The sentence is about everybody."""
    return insight.find_report("cohorts") if facet_of(request) is None else None


def _part(payload: Mapping[str, Any], asked: Asked) -> Mapping[str, Any] | None:
    parts = payload[asked.facet]
    wanted = asked.value if asked.facet != "all" else ""
    found = next((part for part in parts if part["value"] == wanted), None)
    return found or next(iter(payload["all"]), None)


def _row(row: Mapping[str, Any], asked: Asked, began: Sequence[Part]) -> dict[str, Any]:
    """Give month, size, address and cells {value, is_open, people, address}; what is to come is not in it."""
    clock = row[asked.clock]
    whole = address_of({"all": [*began_in(row["month"]), *began]})
    cells = [
        {
            "value": _value(clock, step, row["size"], asked),
            "is_open": step >= clock["complete"],
            "people": clock["later" if asked.rolled == "1" else "buyers"][step],
            "address": _bought_in_step(row["month"], step, asked, began),
        }
        for step in range(clock["steps"])
    ]
    return {"month": row["month"], "size": row["size"], "cells": cells, "address": whole}


def _bought_in_step(month: str, step: int, asked: Asked, began: Sequence[Part]) -> str:
    """Give where who bought in a step, rolled in it or later, becomes a segment; "" for what no rule says."""
    # 30-day steps begin on each person's own day, and sums over steps are of several groups of buyers.
    if asked.clock == "elapsed" or (asked.rolled == "1" and asked.measure != "people"):
        return ""
    bought = bought_in(month_after(month, step), or_later=asked.rolled == "1")
    return address_of({"all": [*began_in(month), *began, bought]})


def _began(payload: Mapping[str, Any], part: Mapping[str, Any], asked: Asked) -> list[Part]:
    """Give the parts of those the cohorts are narrowed to."""
    if part not in payload[asked.facet] or asked.facet == "all":
        return []
    named = [one["value"] for one in payload[asked.facet]]
    return began_with(asked.facet, part["value"], named)


def _value(clock: Mapping[str, Any], step: int, size: int, asked: Asked) -> float | None:
    if not size:
        return None
    if asked.measure == "people":
        people = clock["later"] if asked.rolled == "1" else clock["buyers"]
        return float(people[step] / size)
    steps = slice(0, step + 1) if asked.rolled == "1" else slice(step, step + 1)
    net: int = sum(clock["net_minor"][steps])
    known: int = sum(clock["known_net_minor"][steps])
    margin: int = sum(clock["margin_minor"][steps])
    if asked.measure == "sales":
        return round(net / size)
    if known < _FEWEST_KNOWN * net or not known:
        return None
    return round(margin / size)


def _shaded(row: dict[str, Any], width: int, deepest: float) -> dict[str, Any]:
    """Shade each cell by the largest after the first step; what lies ahead is None, never 0."""
    cells: list[dict[str, Any] | None] = [
        {
            **cell,
            "step": max(0, min(9, round((cell["value"] or 0) / deepest * 9))) if deepest else 0,
        }
        for cell in row["cells"]
    ]
    return {**row, "cells": cells + [None] * (width - len(cells))}


def _choices(asked: Asked) -> list[list[tuple[Text, str, bool]]]:
    groups = (
        ("show", _MEASURES, asked.measure),
        ("clock", _CLOCKS, asked.clock),
        ("rolled", _ROLLS, asked.rolled),
    )
    return [
        [(name, asked.address(**{word: key}), key == now) for key, name in names.items()]
        for word, names, now in groups
    ]


def _filters(payload: Mapping[str, Any], asked: Asked) -> list[tuple[Text, Text, str, bool]]:
    """Give (facet, name, address, is chosen) of what a cohort may be narrowed to."""
    everybody = Text("すべての顧客", "Everybody")
    found = [(everybody, everybody, asked.address(of="all", value=""), asked.facet == "all")]
    for facet in ("product", "media"):
        for part in payload[facet]:
            address = asked.address(of=facet, value=part["value"])
            chosen = (asked.facet, asked.value) == (facet, part["value"])
            found.append((FACETS[facet], value_name(facet, part), address, chosen))
    return found
