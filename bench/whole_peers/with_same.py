"""The nine questions and nothing else, from the features and shared tables a refresh uses."""

from collections import Counter
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any

from bench.refresh_peers import contest
from bench.whole_peers import questions as asked
from bench.whole_peers.with_ours import read_shop
from okaeri.insight.analyses import ANALYSES
from okaeri.insight.analyses.sources import Sources
from okaeri.insight.features.baskets import compute_pairs_in_orders
from okaeri.insight.features.deciles import compute_deciles
from okaeri.insight.features.f2_waits import compute_f2_waits
from okaeri.insight.features.portfolio import compute_portfolio
from okaeri.insight.features.sales_mix import compute_month_sales
from okaeri.insight.features.survival import compute_survival
from okaeri.insight.features.timing import compute_day_hours, compute_week_hours, only_chosen

Rows = list[tuple[Any, ...]]


def answer(folder: Path) -> contest.Answers:
    _, found, sources = read_shop(folder)
    rows = sources.rows
    day_hours = sources.stage("day_hours", compute_day_hours(only_chosen(sources.counted)))
    (waits,) = rows(
        compute_f2_waits(
            sources.purchases, as_of=contest.AS_OF, windows=asked.WAIT_DAYS, basis="all"
        )
    )
    return {
        "classes": _picked(
            rows(compute_portfolio(found.customers)), "stage is_lapsed customers net_minor"
        ),
        "deciles": _picked(rows(compute_deciles(found.customers)), "decile customers net_minor"),
        "hours": _picked(
            rows(compute_week_hours(day_hours)), "weekday ordered_hour orders net_minor"
        ),
        "survival": _survival(
            rows(
                compute_survival(
                    sources.customers.rename(is_gone="is_lapsed"),
                    sources.faceted,
                    sources.customers.select("customer_id", ripe="purchase_count"),
                )
            )
        ),
        "lifetime": [
            (part["value"], window["days"], window["customers"], window["ltv_minor"])
            for part in ANALYSES["lifetime_value"](sources)["media"]
            for window in part["windows"]
        ],
        "waits": [(n, waits[f"eligible_{n}"], waits[f"converted_{n}"]) for n in asked.WAIT_DAYS],
        "months": _months(rows(compute_month_sales(sources.purchases))),
        "products": _picked(
            islice(sources.item_facts, asked.TOP_PRODUCTS),
            "sku buyers repeat_buyers quantity net_minor",
        ),
        "pairs": _pairs(sources),
    }


def _picked(rows: Iterable[dict[str, Any]], names: str) -> Rows:
    return [tuple(row[name] for name in names.split()) for row in rows]


def _survival(rows: list[dict[str, Any]]) -> Rows:
    reached: Counter[tuple[str, int]] = Counter()
    for row in rows:
        for n in range(1, asked.DEEPEST + 1):
            reached[row["media"], n] += row["customers"] * (row["purchase_count"] >= n)
    return [(media, n, people) for (media, n), people in reached.items()]


def _months(rows: list[dict[str, Any]]) -> Rows:
    found: dict[int, list[int]] = {}
    for row in rows:
        month = found.setdefault(row["month"], [0, 0, 0])
        month[0 if row["is_first"] else 1] += row["net_minor"]
        month[2] += row["orders"]
    last = sorted(found)[-asked.MONTHS :]
    return [(f"{month // 12}-{month % 12 + 1:02}", *found[month]) for month in last]


def _pairs(sources: Sources) -> Rows:
    goods = sources.stage("paired_goods", sources.of_some_people(sources.goods))
    (total,) = sources.rows(goods.aggregate(orders=goods.order_id.nunique()))
    pairs = sources.rows(compute_pairs_in_orders(goods, fewest=asked.FEWEST_PAIRS))
    for pair in pairs:
        pair["lift"] = pair["both"] * total["orders"] / (pair["with_a"] * pair["with_b"])
    pairs.sort(key=lambda pair: (-pair["lift"], -pair["both"], pair["a"], pair["b"]))
    return _picked(pairs[: asked.TOP_PAIRS], "a b both")


if __name__ == "__main__":
    contest.run(answer)
