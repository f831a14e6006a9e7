"""顧客BS: customers and sales by class, five years ahead (新CPM, domain reference §2.1)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from okaeri.foundation.text import Text
from okaeri.insight.domain.class_years import (
    CLASSES,
    YEARS,
    ClassSales,
    Counts,
    YearMoves,
    active_of,
    by_class,
    look_ahead,
    read_moves,
    read_sales,
    spread,
    stock_of,
)
from okaeri.insight.domain.shares import share_of, wilson_interval
from okaeri.insight.types import STAGES

DEFINITIONS = {
    "class_rates": Text(
        "クラスごとの維持率・離脱率・復帰率: はじめの日にそのクラスの現役客だった人のうち、おわりの日も現役客の"
        "人の割合が維持率(クラスは変わっていてもかまいません)、離脱客になった人の割合が離脱率です。はじめの日にそのクラスの離脱客"
        "だった人のうち、おわりの日に現役客の人の割合が復帰率です。区間は95%(ウィルソン法)、対象が0人なら「—」です。",
        "Kept, lapsed and returned by class: of a class's active customers on the first day, the "
        "share active on "
        "the last (in whatever class) and the share lapsed; of its lapsed ones, the share active again. 95% "
        "Wilson interval; a dash without anybody to count.",
    ),
    "balance": Text(
        "顧客BS: 締めた月末の顧客がこの先5年でどのクラスに何人いるかと、その年の売上の見通しです。"
        "直近1年のクラスの動きが、これからの5年も同じだと仮定します(1年ごとのマルコフ連鎖)。売上は、年の初めのクラスごとに、この1年に1人が購入した額から出します。お店が変えること、季節の"
        "ずれ、景気は入っていません。新しい顧客は「なし」と「直近1年と同じ人数」の2通りです。",
        "Customer balance: where customers of the last closed month stand in each of the next five years, "
        "and what is sold in them. It assumes that classes move every year as in the last one (a Markov "
        "chain with steps of a year). Sales go by what one person of each class at a year's beginning "
        "bought in it. What the shop changes, seasons and the economy are not in it. New buyers: none, or "
        "as many as in the last year.",
    ),
    "balance_interval": Text(
        "見通しの区間: 80%。動く割合(見た人数が少ないほど広い)、1人ずつの行き先、新しい顧客の数、1人当たりの"
        "年間購入額を1,000回引き直した分布です(種は固定で、同じ数字からは同じ区間が出ます)。仮定が外れる分は入っていません。",
        "Interval of the outlook: 80%, from a thousand draws of the shares (the fewer people seen, "
        "the wider), of "
        "where each person goes, of new buyers and of what one person buys a year; the seed is "
        "fixed. What the "
        "assumption misses is not in it.",
    ),
    "balance_check": Text(
        "答え合わせ: 1年前の月末に、その前の1年の動きだけから同じ方法で見通した現役客の人数と、"
        "実際の人数です。",
        "Check: active customers foretold in the same way a year ago, from the year before it "
        "alone, beside how "
        "many there are.",
    ),
}


def class_rates(cells: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Give per class {stage, active, kept, lapsed, gone, returned} from the cells of a movement.

    active and gone: people of the class on the first day, active or lapsed; the others are {people, rate,
    low, high}, with None where nobody was to count.
    """
    moved, half = read_moves(cells).moved, len(STAGES)
    rows = []
    for place, stage in enumerate(STAGES):
        was_active, was_gone = moved[place], moved[half + place]
        active, gone = int(was_active.sum()), int(was_gone.sum())
        rows.append(
            {
                "stage": stage,
                "active": active,
                "gone": gone,
                "kept": _rate(int(was_active[:half].sum()), active),
                "lapsed": _rate(int(was_active[half:].sum()), active),
                "returned": _rate(int(was_gone[:half].sum()), gone),
            }
        )
    return rows


def _rate(part: int, of: int) -> dict[str, Any]:
    low, high = wilson_interval(part, of) if of else (None, None)
    return {"people": part, "rate": share_of(part, of), "low": low, "high": high}


def balance_payload(
    cells: Sequence[Mapping[str, Any]],
    year_sales: Iterable[Mapping[str, Any]],
    *,
    before: date,
    after: date,
    cells_before: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """Give {before_on, after_on, rates, sales, plans, check}.

    `cells`: who went where between `before` and `after`, a year later; `year_sales`: rows of
    `features.class_years` of that year; `cells_before`: the same of the year before, for the check. rates as
    of `class_rates`; sales: {orders of that year in money} net_minor; plans: "none" and "same" (new buyers) →
    years 0 to 5 of {year, classes, active, sales}, each {told, low, high}; check: {told, low, high, actual},
    None where there was no year before.
    """
    moves, sales = read_moves(cells), read_sales(year_sales)
    stock = stock_of(moves)
    return {
        "before_on": before.isoformat(),
        "after_on": after.isoformat(),
        "rates": class_rates(cells),
        "new": int(moves.new.sum()),
        "net_minor": int(sales.net_minor.sum()),
        "plans": {
            name: _years(moves, sales, stock, has_new=has_new)
            for name, has_new in (("none", False), ("same", True))
        },
        "check": _check(read_moves(cells_before), sales, moves) if cells_before else None,
    }


def _years(
    moves: YearMoves, sales: ClassSales, stock: Counts, *, has_new: bool
) -> list[dict[str, Any]]:
    ahead = look_ahead(moves, sales, stock, has_new=has_new)
    return [
        {
            "year": year,
            "classes": by_class(ahead.people[:, year]),
            "active": spread(active_of(ahead.people[:, year])),
            # What was sold in the year behind is known.
            "sales": spread(ahead.sales_minor[:, year - 1])
            if year
            else dict.fromkeys(("told", "low", "high"), float(sales.net_minor.sum())),
        }
        for year in range(YEARS + 1)
    ]


def _check(then: YearMoves, sales: ClassSales, now: YearMoves) -> dict[str, Any] | None:
    """Compare what the year before would have said of this one; None where it saw nobody."""
    stock = now.moved.sum(axis=1)
    if not then.moved.sum():
        return None
    told = look_ahead(then, sales, stock, has_new=True, years=1)
    actual = stock_of(now)
    return {
        **spread(active_of(told.people[:, 1])),
        "actual": int(actual[: len(CLASSES) // 2].sum()),
    }
