"""Class × purchase count × product: who they are, how often they bought, and what."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.web.access import needs
from okaeri.web.numbers import definitions_for
from okaeri.web.pages.analysis.frame import show
from okaeri.web.pages.analysis.pivot_cells import people_of
from okaeri.web.pages.csv_file import asked_encoding, csv_response
from okaeri.web.pivot_names import DIMENSION_NAMES, value_name

DEFAULT = ("class", "count", "product")
_ALL = "*"
# Links must stay legible on the shade.
_DARKEST = 4
_TOTAL = Text("合計", "Total")
_EVERYTHING = Text("すべて", "All")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: rows, columns, what it is narrowed by, and to which value."""

    rows: str
    columns: str
    of: str
    value: str

    def address(self, **changes: str) -> str:
        words = {"rows": self.rows, "columns": self.columns, "of": self.of, "value": self.value}
        return "?" + urlencode({**words, **changes})


def read_asked(request: HttpRequest, dimensions: Mapping[str, list[str]]) -> Asked:
    """Read the address; what the shop does not have, or twice the same, asks for the first choice."""
    chosen: list[str] = []
    for word, default in zip(("rows", "columns", "of"), DEFAULT, strict=True):
        wanted = request.GET.get(word, "")
        free = [name for name in (wanted, default, *DIMENSION_NAMES) if name not in chosen]
        chosen.append(next((name for name in free if name in dimensions), ""))
    value = request.GET.get("value", _ALL)
    known = dimensions.get(chosen[2], [])
    rows, columns, of = chosen
    return Asked(rows, columns, of, value if value in known else _ALL)


@needs("figures.see")
@require_GET
def pivot(request: HttpRequest) -> HttpResponseBase:
    """Show people, orders and sales in every cell of two dimensions, for any value of a third."""
    report = insight.find_report("pivot")
    payload = report.payload if report and report.payload["cubes"].get("class") else None
    if report is None or payload is None:
        return show(request, "pivot", payload=None)
    asked = read_asked(request, payload["dimensions"])
    encoding = asked_encoding(request)
    if encoding:
        names = [name for name in (asked.rows, asked.columns, asked.of) if name]
        return csv_response(
            "pivot", (*names, "people", "orders", "net_minor"), _csv(payload, names),
            encoding=encoding,
        )  # fmt: skip
    columns = payload["dimensions"][asked.columns]
    return show(
        request,
        "pivot",
        payload=payload,
        report=report,
        asked=asked,
        head=DIMENSION_NAMES[asked.rows],
        narrowed=value_name(asked.of, asked.value, payload["names"]) if _is_narrow(asked) else None,
        choices=_choices(asked, payload["dimensions"]),
        values=_values(asked, payload),
        largest=_largest(payload, asked),
        columns=[value_name(asked.columns, value, payload["names"]) for value in columns],
        rows=_rows(payload, asked),
        definitions=definitions_for(
            "portfolio", "f_number", "pivot_cell", "pivot_twice", "pivot_sales"
        ),
    )


def _is_narrow(asked: Asked) -> bool:
    return bool(asked.of) and asked.value != _ALL


def cube_of(payload: Mapping[str, Any], names: list[str]) -> dict[tuple[str, ...], list[int]]:
    """Give values in the order of `names` → [people, orders, net_minor] of every cell not empty."""
    # Not the order of payload["dimensions"]: PostgreSQL keeps no order of keys.
    kept = [name for name in DIMENSION_NAMES if name in names]
    places = [kept.index(name) for name in names]
    cube = payload["cubes"].get(",".join(kept), [])
    width = len(kept)
    return {tuple(cell[place] for place in places): cell[width:] for cell in cube}


def _csv(payload: Mapping[str, Any], names: list[str]) -> list[tuple[Any, ...]]:
    return [(*key, *cell) for key, cell in cube_of(payload, names).items()]


def _largest(payload: Mapping[str, Any], asked: Asked) -> tuple[Text, Text, float] | None:
    """Give the cell with most sales: its row, its column, its share of all in the table."""
    fixed = {asked.of: asked.value} if _is_narrow(asked) else {}
    both = _found(payload, (asked.rows, asked.columns), fixed)
    whole = _found(payload, (), fixed).get((), [0, 0, 0])[2]
    if not both or whole <= 0:
        return None
    (row, column), cell = max(both.items(), key=lambda one: (one[1][2], one[0]))
    names = payload["names"]
    return (
        value_name(asked.rows, row, names),
        value_name(asked.columns, column, names),
        cell[2] / whole,
    )


def _rows(payload: Mapping[str, Any], asked: Asked) -> list[dict[str, Any]]:
    """Give one row per value with {name, cells}, the total last; a cell without people is None."""
    fixed = {asked.of: asked.value} if _is_narrow(asked) else {}
    both = _found(payload, (asked.rows, asked.columns), fixed)
    of_row, of_column = (_found(payload, (one,), fixed) for one in (asked.rows, asked.columns))
    total = _found(payload, (), fixed)
    values, heads = (payload["dimensions"][one] for one in (asked.rows, asked.columns))
    deepest = max((cell[0] for cell in both.values()), default=0)
    found = []
    for value in (*values, None):
        line = of_row if value is not None else total
        cells = []
        for head in (*heads, None):
            key = tuple(one for one in (value, head) if one is not None)
            cube = {2: both, 1: line if head is None else of_column, 0: total}[len(key)]
            place = {**fixed}
            if value is not None:
                place[asked.rows] = value
            if head is not None:
                place[asked.columns] = head
            cells.append(_cell(cube.get(key), place, payload, deepest if len(key) == 2 else 0))
        name = _TOTAL if value is None else value_name(asked.rows, value, payload["names"])
        found.append({"name": name, "cells": cells, "is_total": value is None})
    return found


def _found(
    payload: Mapping[str, Any], names: tuple[str, ...], fixed: Mapping[str, str]
) -> dict[tuple[str, ...], list[int]]:
    """Give the cells of `names` where the fixed dimension has its value."""
    cells = cube_of(payload, [*names, *fixed])
    wanted, width = tuple(fixed.values()), len(names)
    return {key[:width]: cell for key, cell in cells.items() if key[width:] == wanted}


def _cell(
    found: list[int] | None, place: Mapping[str, str], payload: Mapping[str, Any], deepest: int
) -> dict[str, Any] | None:
    if found is None:
        return None
    people, orders, net_minor = found
    return {
        "people": people,
        "orders": orders,
        "net_minor": net_minor,
        "address": people_of(place, payload),
        "step": max(1, round(people / deepest * _DARKEST)) if deepest else 0,
    }


def _choices(
    asked: Asked, dimensions: Mapping[str, list[str]]
) -> list[tuple[Text, list[tuple[Text, str, bool]]]]:
    """Give for rows, columns and what narrows: every dimension, where it leads, is it chosen.

    Choosing a dimension that stands elsewhere swaps the two.
    """
    places = (
        ("rows", Text("行", "Rows"), asked.rows),
        ("columns", Text("列", "Columns"), asked.columns),
        ("of", Text("しぼる", "Narrow by"), asked.of),
    )
    now = {word: name for word, _, name in places}
    found = []
    for word, label, chosen in places:
        links = []
        for name in (one for one in DIMENSION_NAMES if one in dimensions):
            swapped = {other: chosen for other, one in now.items() if one == name}
            address = asked.address(**{**swapped, word: name, "value": _ALL})
            links.append((DIMENSION_NAMES[name], address, name == chosen))
        found.append((label, links))
    return found


def _values(asked: Asked, payload: Mapping[str, Any]) -> list[tuple[Text, int | None, str, bool]]:
    """Give name, people, address and whether it is chosen of every value it may be narrowed to."""
    if not asked.of:
        return []
    people = {key[0]: cell[0] for key, cell in cube_of(payload, [asked.of]).items()}
    found: list[tuple[Text, int | None, str, bool]] = [
        (_EVERYTHING, None, asked.address(value=_ALL), asked.value == _ALL)
    ]
    for value in payload["dimensions"][asked.of]:
        name = value_name(asked.of, value, payload["names"])
        found.append((name, people[value], asked.address(value=value), value == asked.value))
    return found


def by_count() -> list[dict[str, Any]]:
    """Give what people of each purchase count bring: name, people, orders, net_minor, share, address.

    For pages that tell first orders from later ones: nobody need stop at two groups.
    """
    report = insight.find_report("pivot")
    if report is None:
        return []
    payload = report.payload
    cells = cube_of(payload, ["count"])
    total = sum(cell[2] for cell in cells.values())
    return [
        {
            "name": value_name("count", count, {}),
            "people": people,
            "orders": orders,
            "net_minor": net_minor,
            "share": net_minor / total if total > 0 else None,
            "address": people_of({"count": count}, payload),
        }
        for (count,), (people, orders, net_minor) in cells.items()
    ]
