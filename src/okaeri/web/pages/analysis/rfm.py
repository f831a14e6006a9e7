"""The R x F grid: who is where, painted by the shop itself, and who moved between its ranks."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from okaeri.foundation.errors import InputError
from okaeri.foundation.settings import load, save, specs_of
from okaeri.foundation.text import Text
from okaeri.insight.analysis_types import RANKS, GridRules
from okaeri.web.access import may, needs
from okaeri.web.count_facet import report_of
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.beginnings import BOUGHT, Part
from okaeri.web.pages.analysis.count_pages import with_count_facet
from okaeri.web.pages.analysis.frame import show
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.pages.segments.addresses import address_of
from okaeri.web.reader import tell

_SIDES = range(5, 0, -1)
_SAVED = Text("塗り分けを保存しました。", "The painting was saved.")
_BAD = Text("各マスに A から E のどれかを選んでください。", "Choose A to E for every cell.")
_ANSWER = Text(
    "Aランクは{a}人({share:.1%})、6か月前より上がったのは{up}人、下がったのは{down}人です。",
    "{a} people are in rank A ({share:.1%}); {up} rose and {down} fell in six months.",
)
_COLUMNS = ("r", "f", "rank", "customers", "net_minor")
# Buyers who had not bought six months before.
_NEW: list[Part] = [{"field": "r_rank_before", "op": "=", "value": None}]


@needs("figures.see", to_post="settings.change")
@require_http_methods(["GET", "POST"])
@with_count_facet("rfm")
def rfm(request: HttpRequest) -> HttpResponseBase:
    """Show the grid, its ranks and its movers; keep how it is painted."""
    if request.method == "POST":
        save(
            {spec.key: spec for spec in specs_of(GridRules).values()},
            {"rfm.grid": _painted(request)},
        )
        tell(request, _SAVED)
        return redirect("rfm")
    report, moved = report_of(request, "rfm"), report_of(request, "rank_moves")
    ranks = ranks_of(load(GridRules).grid)
    cells = report.payload["cells"] if report else []
    total = sum(cell["customers"] for cell in cells)
    encoding = asked_encoding(request)
    if total and encoding:
        rows = (tuple(_cell(cell, ranks, total)[name] for name in _COLUMNS) for cell in cells)
        return csv_response("rfm", _COLUMNS, rows, encoding=encoding)
    moves = moves_between(moved.payload["moves"], ranks) if moved else Counter()
    return show(
        request,
        "rfm",
        report=report if total else None,
        rows=_rows(cells, ranks, total),
        edges=_edges(report.payload["edges"]) if report else None,
        letters=RANKS,
        totals=_totals(cells, ranks),
        moves=_matrix(moves, ranks),
        before_on=date.fromisoformat(moved.payload["before_on"]) if moved else None,
        answer=_answer(cells, ranks, moves, total) if total else None,
        may_paint=may(request.user, "settings.change"),
        definitions=definitions_for("rank_grid", "rank_moves", "rfm", "recency_days"),
    )


def ranks_of(grid: str) -> dict[tuple[int, int], str]:
    """Give (r, f) → letter of a painting, the default where a stored one cannot be read."""
    if len(grid) != 25 or set(grid) - set(RANKS):
        grid = GridRules().grid
    return {(5 - place // 5, place % 5 + 1): letter for place, letter in enumerate(grid)}


def _painted(request: HttpRequest) -> str:
    letters = [request.POST.get(f"cell-{r}-{f}", "") for r in _SIDES for f in range(1, 6)]
    if any(len(letter) != 1 or letter not in RANKS for letter in letters):
        raise InputError(_BAD)
    return "".join(letters)


def _is(field: str, value: int) -> dict[str, Any]:
    return {"field": field, "op": "=", "value": value}


def _cell(
    cell: Mapping[str, Any], ranks: Mapping[tuple[int, int], str], total: int
) -> dict[str, Any]:
    r, f = cell["r"], cell["f"]
    return {
        **cell,
        "rank": ranks[r, f],
        "share": cell["customers"] / total if total else 0.0,
        "address": address_of({"all": [_is("r_rank", r), _is("f_rank", f)]}, f"R{r} F{f}"),
    }


def _rows(
    cells: Sequence[Mapping[str, Any]], ranks: Mapping[tuple[int, int], str], total: int
) -> list[tuple[int, list[dict[str, Any]]]]:
    most = max((cell["customers"] for cell in cells), default=0) or 1
    return [
        (
            r,
            [
                {**_cell(cell, ranks, total), "step": round(cell["customers"] / most * 9)}
                for cell in cells
                if cell["r"] == r
            ],
        )
        for r in _SIDES
        if cells
    ]


def _edges(edges: Mapping[str, Sequence[int]]) -> dict[str, list[Text]]:
    """Say in words what each rank of R and F means, R from 5 and F from 1."""
    r, f = list(edges["r"]), list(edges["f"])
    days = [Text("{n}日以内", "within {n} days").format(n=edge) for edge in r]
    days.append(Text("{n}日より前", "over {n} days ago").format(n=r[-1]))
    lows, counts = [1, *f], []
    for low, above in zip(lows, [*f, None], strict=True):
        if above is None:
            counts.append(Text("{n}回以上", "{n} or more").format(n=low))
        elif above - low == 1:
            counts.append(Text("{n}回", "{n}").format(n=low))
        else:
            counts.append(Text("{n}〜{m}回", "{n} to {m}").format(n=low, m=above - 1))
    return {"r": days, "f": counts}


def _totals(
    cells: Sequence[Mapping[str, Any]], ranks: Mapping[tuple[int, int], str]
) -> list[dict[str, Any]]:
    rows = []
    for letter in RANKS:
        own = [cell for cell in cells if ranks[cell["r"], cell["f"]] == letter]
        rule = {"any": [{"all": [_is("r_rank", c["r"]), _is("f_rank", c["f"])]} for c in own]}
        rows.append(
            {
                "rank": letter,
                "customers": sum(cell["customers"] for cell in own),
                "net_minor": sum(cell["net_minor"] for cell in own),
                "address": address_of(rule, letter) if own else "",
            }
        )
    return rows


def moves_between(
    moves: Sequence[Mapping[str, Any]], ranks: Mapping[tuple[int, int], str]
) -> Counter[tuple[str, str]]:
    """Count people by (rank then, rank now); "" for those who were no customers yet."""
    found: Counter[tuple[str, str]] = Counter()
    for move in moves:
        before = "" if move["r_before"] is None else ranks[move["r_before"], move["f_before"]]
        found[before, ranks[move["r"], move["f"]]] += move["customers"]
    return found


def _matrix(
    moves: Counter[tuple[str, str]], ranks: Mapping[tuple[int, int], str]
) -> list[dict[str, Any]]:
    """Give a row per rank then ("" no customer yet), each with people and address, and a cell per rank now."""
    rows = []
    for before in (*RANKS, ""):
        was = _painted_so(before, ranks, "r_rank_before", "f_rank_before") if before else _NEW
        cells = [
            _move(moves[before, now], [*was, *_painted_so(now, ranks, "r_rank", "f_rank")])
            for now in RANKS
        ]
        total = sum(cell["people"] for cell in cells)
        rows.append({"rank": before, "cells": cells, **_move(total, [*was, BOUGHT])})
    return [row for row in rows if row["people"]]


def _move(people: int, parts: list[Part]) -> dict[str, Any]:
    return {"people": people, "address": address_of({"all": parts}) if people else ""}


def _painted_so(
    letter: str, ranks: Mapping[tuple[int, int], str], r_field: str, f_field: str
) -> list[Part]:
    """Give the parts of who stands in any cell painted with a letter; none of a letter nobody painted."""
    own = [
        {"all": [_is(r_field, r), _is(f_field, f)]}
        for (r, f), one in ranks.items()
        if one == letter
    ]
    return [{"any": own}] if own else []


def _answer(
    cells: Sequence[Mapping[str, Any]],
    ranks: Mapping[tuple[int, int], str],
    moves: Counter[tuple[str, str]],
    total: int,
) -> Text:
    best = sum(cell["customers"] for cell in cells if ranks[cell["r"], cell["f"]] == "A")
    known = {pair: people for pair, people in moves.items() if pair[0]}
    return _ANSWER.format(
        a=f"{best:,}",
        share=best / total,
        up=f"{sum(n for (was, now), n in known.items() if now < was):,}",
        down=f"{sum(n for (was, now), n in known.items() if now > was):,}",
    )
