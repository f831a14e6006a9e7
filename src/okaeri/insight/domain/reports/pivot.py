"""The pivot: class × purchase count × product, or any three of what people and orders differ by."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

from okaeri.foundation.text import Text
from okaeri.insight.types import Stage

# Every cube names its dimensions in this order; who asks sorts by it.
DIMENSIONS = ("class", "count", "product", "plan", "source", "prefecture")
MOST_TOGETHER = 3
CLASSES = (
    *(stage.value for stage in Stage if stage is not Stage.LEAD),
    *(f"{stage.value}:lapsed" for stage in Stage if stage is not Stage.LEAD),
)
Cells = dict[tuple[str, ...], tuple[int, int, int]]

DEFINITIONS = {
    "pivot_cell": Text(
        "ピボットの欄: その条件に当てはまる人数・注文件数・売上です。クラス・購入回数・都道府県は"
        "集計日のお客様のもの、商品・買い方・販売元はこれまでの注文のものです。",
        "Cells of the pivot: people, orders and sales. Class, purchase count and prefecture are the "
        "person's as of the day; product, plan and source are those of all orders so far.",
    ),
    "pivot_twice": Text(
        "合計: 2つの商品を買った人はどちらの商品にも数えますが、合計には1人として数えます。",
        "Totals: who bought two products counts under both, and once in the total.",
    ),
    "pivot_sales": Text(
        "ピボットの売上: 商品で分けたときは明細の金額(注文全体の値引きの前)、"
        "それ以外は注文の金額(値引き後)の合計です。",
        "Sales in the pivot: by product the amounts of lines (before discounts of the whole order), "
        "otherwise net of orders.",
    ),
    "f_number": Text(
        "1回・2回・3回…: 集計日までの購入回数です。RFM の F1〜F5 は回数そのものではなく、回数の段階です。",
        "Once, 2 times, 3 times: purchases up to the day. F1 to F5 of RFM are bands of them.",
    ),
}


def pivot_payload(
    groups: Iterable[tuple[Sequence[str], Sequence[str], Iterable[Mapping[str, Any]]]],
    *,
    values: Mapping[str, Sequence[str]],
    names: Mapping[str, str],
    not_goods: Sequence[str],
) -> dict[str, Any]:
    """Give {dimensions, names, not_goods, cubes}.

    `groups` are (dimensions of orders, dimensions of people, rows) of `features.pivot`. dimensions:
    those the shop has → their values in the order they are shown, "" for all others together. names:
    product code → name. not_goods: codes nobody chooses, which no cell counts. cubes: dimensions
    joined by "," (in the order of DIMENSIONS, at most three, "" for the total) → [value..., people,
    orders, net_minor], empty cells left out.
    """
    cubes: dict[str, Cells] = {}
    for of_orders, of_people, rows in groups:
        found = list(rows)
        for size in range(min(len(of_people), MOST_TOGETHER - len(of_orders)) + 1):
            for some in combinations(of_people, size):
                dimensions = in_order([*of_orders, *some])
                cubes[",".join(dimensions)] = _summed(found, dimensions)
    seen = {
        name: {cell[0] for cell in cubes.get(name, ())}
        for name in DIMENSIONS
        if name in cubes and name in values
    }
    shown = {
        name: [value for value in values[name] if value in known] for name, known in seen.items()
    }
    return {
        "dimensions": shown,
        "names": {sku: names.get(sku, sku) for sku in shown.get("product", ()) if sku},
        "not_goods": list(not_goods),
        "cubes": {name: _sorted(name, cells, values) for name, cells in cubes.items()},
    }


def in_order(dimensions: Iterable[str]) -> tuple[str, ...]:
    """Give dimensions in the order in which cubes name them."""
    return tuple(sorted(dimensions, key=DIMENSIONS.index))


def _summed(rows: Iterable[Mapping[str, Any]], dimensions: Sequence[str]) -> Cells:
    cells: Cells = {}
    for row in rows:
        place = tuple(row[name] for name in dimensions)
        people, orders, net = cells.get(place, (0, 0, 0))
        cells[place] = (people + row["people"], orders + row["orders"], net + row["net_minor"])
    return cells


def _sorted(name: str, cells: Cells, values: Mapping[str, Sequence[str]]) -> list[list[Any]]:
    dimensions = name.split(",") if name else []
    places = [{value: n for n, value in enumerate(values[one])} for one in dimensions]
    ordered = sorted(
        cells, key=lambda cell: tuple(place[v] for place, v in zip(places, cell, strict=True))
    )
    return [[*cell, *cells[cell]] for cell in ordered]
