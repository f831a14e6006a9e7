"""Which products go together, and how far beyond chance."""

from collections.abc import Iterable, Mapping
from typing import Any

from okaeri.foundation.text import Text
from okaeri.insight.domain.shares import share_of, wilson_interval

# So many pairs are shown and kept; a shop with 5,000 products has millions.
MOST_PAIRS = 300
Row = Mapping[str, Any]

DEFINITIONS = {
    "baskets_together": Text(
        "同時併売: 1回の注文に両方が入った件数です。支持度は両方が入った注文 ÷ 商品のある全注文、併売率は"
        "両方が入った注文 ÷ 先の商品が入った注文です。無料の品・送料・手数料は数えません。",
        "Bought together: orders that hold both. Support is those ÷ all orders with products, confidence "
        "those ÷ orders with the first product. Free items, postage and fees do not count.",
    ),
    "baskets_period": Text(
        "期間併買: 直近365日に両方を買った人数です。別の日に買っても数えます。支持度と併売率の分母は注文では"
        "なく人で数えます。",
        "Bought by one person: people who bought both within 365 days, on one day or on two. Support and "
        "confidence are shares of people.",
    ),
    "baskets_order": Text(
        "順番: ある商品を買った次の購入で、その商品を買った人数です。割合の分母は、先の商品を買って、もう一度"
        "購入した人です。",
        "In order: people whose very next purchase held the second product. The share is of people who "
        "bought the first and came again.",
    ),
    "lift": Text(
        "リフト: 併売率 ÷ 後の商品を買う割合です。1より大きいほど、偶然より一緒に買われています。",
        "Lift: confidence ÷ the share that buys the second product anyway; above 1 is more than chance.",
    ),
}


def baskets_payload(
    pairs: Mapping[str, Iterable[Row]],
    totals: Row,
    names: Mapping[str, str],
    *,
    period_days: int,
    fewest: Mapping[str, int],
    one_person_in: int = 1,
) -> dict[str, Any]:
    """Give {orders, people, returning_people, period_days, fewest, one_person_in, together, period,
    order}; with `one_person_in` above 1 every count is of that part of the customers.

    fewest: kind → how many joint purchases a pair had to have. together, period (a and b stand for
    both directions) and order (a, then b), highest lift first, at most 300 each: a, b (codes),
    a_name, b_name, both, with_a, with_b, support, confidence (of a: b too) with low and high (95 %
    Wilson), back (of b: a too; not for order), lift; period also same_day (of `both`, on one day),
    order also both_first (of `both`, right after the first purchase).
    """
    of = {
        "together": totals["orders"],
        "period": totals["people"],
        "order": totals["returning_people"],
    }
    return {
        **{name: totals[name] for name in ("orders", "people", "returning_people")},
        "period_days": period_days,
        "fewest": dict(fewest),
        "one_person_in": one_person_in,
        **{kind: _ranked(pairs[kind], of[kind], names) for kind in of},
    }


def _ranked(rows: Iterable[Row], of: int, names: Mapping[str, str]) -> list[dict[str, Any]]:
    found = [_pair(row, of, names) for row in rows]
    found.sort(key=lambda pair: (-pair["lift"], -pair["both"], pair["a"], pair["b"]))
    return found[:MOST_PAIRS]


def _pair(row: Row, of: int, names: Mapping[str, str]) -> dict[str, Any]:
    both, with_a, with_b = row["both"], row["with_a"], row["with_b"]
    low, high = wilson_interval(both, with_a)
    return {
        **row,
        "a_name": names.get(row["a"], row["a"]),
        "b_name": names.get(row["b"], row["b"]),
        "support": share_of(both, of),
        "confidence": both / with_a,
        "low": low,
        "high": high,
        "back": None if "both_first" in row else both / with_b,
        "lift": both * of / (with_a * with_b),
    }
