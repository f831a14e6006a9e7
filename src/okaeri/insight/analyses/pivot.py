"""Class × purchase count × product, and every other three of the dimensions a shop has."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

import ibis.expr.types as ir

from okaeri.insight.analyses.sources import Sources
from okaeri.insight.domain.reports.pivot import CLASSES, MOST_TOGETHER, pivot_payload
from okaeri.insight.features.pivot import (
    MOST_COUNTED,
    OF_ORDERS,
    OF_PEOPLE,
    ONCE,
    SUBSCRIPTION,
    compute_people_cells,
    compute_pivot_cells,
    compute_pivot_goods,
    compute_pivot_orders,
    compute_pivot_people,
    compute_prefectures,
    compute_ways,
)

# So many products or prefectures stand beside each other; the rest are "others".
MOST_PRODUCTS = 12
MOST_PREFECTURES = 8
# A rule names what is left out one by one.
_MOST_LEFT_OUT = 50
Group = tuple[Sequence[str], Sequence[str], list[dict[str, Any]]]


def build(sources: Sources) -> dict[str, Any]:
    """Give the payload of `domain.reports.pivot`."""
    values = _values(sources)
    unchosen = sources.rows(sources.unchosen.select("sku").distinct().order_by("sku"))
    left_out = [row["sku"] for row in unchosen if row["sku"]]
    return pivot_payload(
        _groups(sources, values),
        values={name: (*found, "") for name, found in values.items()},
        names=sources.names,
        not_goods=left_out[:_MOST_LEFT_OUT],
    )


def _values(sources: Sources) -> dict[str, list[str]]:
    """Give dimension → its values, most people first; only dimensions that tell people apart."""
    ways = sources.rows(compute_ways(sources.counted))
    plans = {row["plan"] for row in ways}
    sold_by = sources.first_values.get("source", []) if len({r["source"] for r in ways}) > 1 else []
    places = sources.rows(compute_prefectures(sources.customers, sources.traits))
    places.sort(key=lambda row: (-row["customers"], row["prefecture"]))
    found = {
        "class": list(CLASSES),
        "count": [str(number) for number in range(1, MOST_COUNTED + 1)],
        "product": [fact["sku"] for fact in sources.item_facts[:MOST_PRODUCTS]],
        "plan": [SUBSCRIPTION, ONCE] if SUBSCRIPTION in plans else [],
        "source": sold_by,
        "prefecture": [row["prefecture"] for row in places[:MOST_PREFECTURES]],
    }
    return {name: own for name, own in found.items() if own}


def _groups(sources: Sources, values: dict[str, list[str]]) -> Iterator[Group]:
    prefectures = values.get("prefecture", [])
    made = compute_pivot_people(sources.customers, sources.traits, prefectures=prefectures)
    people = sources.stage("pivot_people", made)
    of_people = [name for name in OF_PEOPLE if name in values]
    of_orders = [name for name in OF_ORDERS if name in values]
    yield (), of_people, sources.rows(compute_people_cells(people))
    bought: dict[bool, ir.Table] = {}
    for size in range(1, len(of_orders) + 1):
        for some in combinations(of_orders, size):
            has_product = "product" in some
            if has_product not in bought:
                bought[has_product] = _bought(sources, values, by_product=has_product)
            for beside in _beside(of_people, size):
                cells = compute_pivot_cells(
                    bought[has_product], people, of_orders=some, of_people=beside
                )
                yield some, beside, sources.rows(cells)


def _bought(sources: Sources, values: dict[str, list[str]], *, by_product: bool) -> ir.Table:
    sold_by = values.get("source", [])
    if not by_product:
        rows = compute_pivot_orders(sources.counted, sources=sold_by)
        return sources.stage("pivot_orders", rows)
    skus = values["product"]
    goods = compute_pivot_goods(sources.goods, sources.counted, skus=skus, sources=sold_by)
    return sources.stage("pivot_goods", goods)


def _beside(of_people: Sequence[str], size: int) -> list[Sequence[str]]:
    """Give which dimensions of people to ask for at once: sums over them are made afterwards."""
    room = MOST_TOGETHER - size
    return [of_people] if room > 1 else list(combinations(of_people, room))
