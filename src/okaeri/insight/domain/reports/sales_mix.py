"""Sales of first orders and of those who come back: who carries the shop, and how steadily."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from statistics import fmean, pstdev
from typing import Any

from okaeri.foundation.text import Text
from okaeri.insight.domain.months import month_name, month_number
from okaeri.insight.domain.reports.year_on_year import ratio_to
from okaeri.insight.domain.shares import share_of

MONTHS = 24
_YEAR = 12

DEFINITIONS = {
    "existing_share": Text(
        "2回目以降の売上比率(既存売上比率とも): 2回目以降の購入の金額 ÷ すべての購入の金額です"
        "(直近 {active}日)。",
        "Sales of later purchases (or sales of existing customers): net of second and later purchases ÷ "
        "net of all, last {active} days.",
    ),
    "new_existing": Text(
        "初めての方と以前からの方(新規と既存): 初めての購入が、直近 {active}日か、それより前かで分けます。"
        "年間購入回数は購入回数 ÷ 人数、客単価は金額 ÷ 注文件数です。",
        "New people and those from before: by whether the first purchase is of the last {active} days. "
        "Purchases a year ÷ people; average order = net ÷ orders.",
    ),
    "variation": Text(
        "売上変動係数: 直近12か月(締めた月)の月商の標準偏差 ÷ 平均です。小さいほど安定しています。",
        "Variation of sales: standard deviation ÷ mean of the last 12 closed months; smaller is steadier.",
    ),
}


def sales_mix_payload(
    months: Iterable[Mapping[str, Any]],
    kinds: Iterable[Mapping[str, Any]],
    *,
    buyers: Iterable[Mapping[str, Any]],
    years: Mapping[str, Any],
    as_of: date,
) -> dict[str, Any]:
    """Give {months, new, existing, existing_share, variation, variation_before, years}.

    months: the last 24, oldest first: month, first_minor, repeat_minor, orders, aov_minor (None
    without orders), existing_share, is_open, buyers, net_ratio and buyers_ratio (to the same month a
    year before; None under way and where the shop's first month is no earlier). years: of
    `year_on_year.two_years`. new and existing: buyers, orders, net_minor,
    purchases_a_buyer, aov_minor. existing_share: of the net of the days `kinds` are of;
    variation: of the last 12 closed months, variation_before of the 12 before (None under 12).
    """
    sums: dict[int, dict[bool, Mapping[str, Any]]] = {}
    for row in months:
        sums.setdefault(row["month"], {})[bool(row["is_first"])] = row
    last = month_number(as_of)
    first = min(sums, default=last + 1)
    rows = [_month(month, sums.get(month, {}), last) for month in range(first, last + 1)]
    _add_years(rows, {row["month"]: row["buyers"] for row in buyers}, first)
    closed = [row["first_minor"] + row["repeat_minor"] for row in rows if not row["is_open"]]
    kinds = list(kinds)
    by_kind = {bool(row["is_new"]): row for row in kinds}
    return {
        "months": rows[-MONTHS:],
        "new": _buyers(by_kind.get(True)),
        "existing": _buyers(by_kind.get(False)),
        "existing_share": existing_share(kinds),
        "variation": _variation(closed[-12:]),
        "variation_before": _variation(closed[-24:-12]),
        "years": years,
    }


def existing_share(kinds: Iterable[Mapping[str, Any]]) -> float | None:
    """Give net of second and later purchases ÷ net of all, from `compute_year_buyers`; None without any."""
    rows = list(kinds)
    net, first = (sum(row[name] for row in rows) for name in ("net_minor", "first_minor"))
    return _share(net - first, net)


def _month(month: int, kinds: Mapping[bool, Mapping[str, Any]], last: int) -> dict[str, Any]:
    nothing = {"orders": 0, "net_minor": 0}
    first, repeat = kinds.get(True, nothing), kinds.get(False, nothing)
    orders = first["orders"] + repeat["orders"]
    net = first["net_minor"] + repeat["net_minor"]
    return {
        "month": month_name(month),
        "first_minor": first["net_minor"],
        "repeat_minor": repeat["net_minor"],
        "orders": orders,
        "aov_minor": _rounded(net, orders),
        "existing_share": _share(repeat["net_minor"], net),
        "is_open": month == last,
    }


def _add_years(rows: list[dict[str, Any]], buyers: Mapping[int, int], first: int) -> None:
    """Add to each month who bought, and what it is to the same month a year before.

    The shop's first month is seldom whole, so nothing is compared with it.
    """
    for place, row in enumerate(rows):
        row["buyers"] = buyers.get(first + place, 0)
        then = rows[place - _YEAR] if place > _YEAR and not row["is_open"] else None
        row["net_ratio"] = ratio_to(_net(row), _net(then) if then else None)
        row["buyers_ratio"] = ratio_to(row["buyers"], then["buyers"] if then else None)


def _net(row: Mapping[str, Any]) -> int:
    return int(row["first_minor"] + row["repeat_minor"])


def _buyers(row: Mapping[str, Any] | None) -> dict[str, Any]:
    buyers, orders = (row["buyers"], row["orders"]) if row else (0, 0)
    return {
        "buyers": buyers,
        "orders": orders,
        "net_minor": row["net_minor"] if row else 0,
        "purchases_a_buyer": share_of(row["purchases"] if row else 0, buyers),
        "aov_minor": _rounded(row["net_minor"] if row else 0, orders),
    }


def _rounded(total: int, count: int) -> int | None:
    mean = share_of(total, count)
    return None if mean is None else round(mean)


def _share(part: int, whole: int) -> float | None:
    # With more paid back than paid there is no share to speak of.
    return part / whole if whole > 0 and 0 <= part <= whole else None


def _variation(sales: Sequence[int]) -> float | None:
    if len(sales) < 12 or fmean(sales) <= 0:
        return None
    return pstdev(sales) / fmean(sales)
