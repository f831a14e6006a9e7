"""What each product does for the relation with those who buy it."""

from collections.abc import Iterable, Mapping
from typing import Any

from okaeri.foundation.text import Text
from okaeri.insight.domain.shares import share_of, wilson_interval

MOST_PRODUCTS = 1000
F2_DAYS = 90
Row = Mapping[str, Any]

DEFINITIONS = {
    "products_sales": Text(
        "商品の売上: その商品の明細の金額の合計です(注文全体の値引き・送料は含みません)。あとから届いた返品の"
        "伝票は、お客様の購入額からは差し引きますが、商品の売上・数量・購入者からは差し引きません。"
        "名前が送料・手数料・クーポンだけの明細は商品に数えません(「送料無料」などの付いた商品は数えます)。",
        "Sales of a product: the sum of its lines, without shipping and discounts of whole orders. Return "
        "documents that come later lower what the customer bought for, but not a product's sales, quantity "
        "or buyers. Lines named for postage, a fee or a coupon alone are no products; a product that "
        "promises free postage by its name is one.",
    ),
    "products_repeat": Text(
        "くり返し率: その商品を別の日にもう一度買った人 ÷ その商品を買った人です。間隔は同じ人の購入と購入の"
        "間の日数の中央値です。",
        "Repeat rate: people who bought the product again on another day ÷ its buyers. The cycle is the "
        "median of days between two purchases by one person.",
    ),
    "products_f2": Text(
        "初回商品別F2: 初回購入にその商品を含み、初回から90日以上たった人のうち、90日以内に2回目を買った人の"
        "割合です。2回目は何を買ってもかまいません。",
        "F2 by first product: of people whose first purchase held it at least 90 days ago, the share that "
        "bought anything again within 90 days.",
    ),
    "products_next": Text(
        "次の商品: その商品を買った次の購入で、最も多く買われた別の商品です。割合の分母は、"
        "もう一度購入した人です。",
        "Next product: what else most people bought in the purchase right after; the share is of those who "
        "came again.",
    ),
}


def products_payload(
    facts: Iterable[Row],
    f2: Iterable[Row],
    most_next: Iterable[Row],
    names: Mapping[str, str],
    *,
    buyers: int,
) -> dict[str, Any]:
    """Give {buyers, f2_days, products}; products by buyers, at most 1,000.

    product: sku, name, buyers, share (of all buyers), recent_buyers (90 days), orders, quantity,
    net_minor, price_minor (median paid), repeat_buyers, repeat_rate with repeat_low and repeat_high,
    cycle_days; firsts, eligible, converted, f2_rate, f2_low, f2_high; next (None, or {sku, name,
    people, share} of people who came again, another product than this one).
    """
    by_first = {row["sku"]: row for row in f2}
    after = {row["a"]: row for row in most_next}
    products = [
        _product(fact, by_first.get(fact["sku"]), after.get(fact["sku"]), names, buyers)
        for fact in facts
    ]
    return {"buyers": buyers, "f2_days": F2_DAYS, "products": products[:MOST_PRODUCTS]}


def _product(
    fact: Row, first: Row | None, after: Row | None, names: Mapping[str, str], buyers: int
) -> dict[str, Any]:
    low, high = wilson_interval(fact["repeat_buyers"], fact["buyers"])
    kept = ("sku", "buyers", "recent_buyers", "orders", "quantity", "net_minor", "repeat_buyers")
    return {
        **{key: fact[key] for key in kept},
        "name": names.get(fact["sku"], fact["sku"]),
        "share": share_of(fact["buyers"], buyers),
        "price_minor": round(fact["price_minor"]),
        "repeat_rate": share_of(fact["repeat_buyers"], fact["buyers"]),
        "repeat_low": low,
        "repeat_high": high,
        "cycle_days": fact["cycle_days"],
        **_f2(first),
        "next": after
        and {
            "sku": after["b"],
            "name": names.get(after["b"], after["b"]),
            "people": after["both"],
            "share": share_of(after["both"], after["with_a"]),
        },
    }


def _f2(first: Row | None) -> dict[str, Any]:
    counts = {key: first[key] if first else 0 for key in ("firsts", "eligible", "converted")}
    low, high = wilson_interval(counts["converted"], counts["eligible"])
    rate = share_of(counts["converted"], counts["eligible"])
    return {**counts, "f2_rate": rate, "f2_low": low, "f2_high": high}
