"""Who buys at which price: discounts and margin by class, and discounts on first orders."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from okaeri.foundation.text import Text
from okaeri.insight.domain.months import month_name
from okaeri.insight.domain.shares import share_of, wilson_interval
from okaeri.insight.price_types import PriceRules
from okaeri.insight.types import Stage

DEFINITIONS = {
    "discount_share": Text(
        "値引き購入率: 値引きかクーポンを使った注文の数 ÷ 注文の数です(全期間、有効な注文)。"
        "商品そのものの値下げは、注文の値引き額に現れないため数えません。"
        "定期は、その契約のいつもの値引き(2回目以降でいちばん多い額)を定期の価格とみて数えず、それを超えた分"
        "(初回半額やクーポンなど)だけを数えます。1回目だけの契約は、その値引きを数えます。",
        "Discounted orders: orders with a discount or coupon ÷ all valid orders of all time. A lower shelf "
        "price is no discount of the order and is not counted. What a subscription always lets off (most often "
        "from its second delivery on) is its price: only what is beyond it counts, as half price at first or "
        "a coupon. Of a contract with one delivery so far, its discount counts.",
    ),
    "discount_rate": Text(
        "値引き率: 直近 {active}日間の値引き額 ÷ 値引き前の商品の金額(税込)です。"
        "ポイントの利用と返金は、値引きに数えず、商品の金額からも引きません。",
        "Discount rate: what was let off in the last {active} days ÷ what the goods cost before it, tax "
        "included. Points used and refunds are no discount and are not taken off the goods.",
    ),
    "margin_share": Text(
        "粗利率: 粗利 ÷ 購入金額です。原価のわかる注文だけで計算し、クラスの値は1人ずつの平均です。",
        "Margin: margin ÷ net of the orders whose costs are known; of a class, the mean of its people.",
    ),
    "discount_dependent": Text(
        "値引き依存: 値引き購入率が {price_dependent_share} 以上の顧客です(注文 {price_fewest_orders}件以上)。"
        "このうち流行客は、VIPへのご招待とポイントの進呈から除きます。",
        "Depends on discounts: {price_dependent_share} or more of the orders discounted, from "
        "{price_fewest_orders} orders on. Trend customers among them are kept out of VIP invitations and of "
        "points.",
    ),
    "campaign_only": Text(
        "セール時のみ購入: 注文の {price_campaign_share} 以上が値引きつきの顧客です"
        "(注文 {price_fewest_orders}件以上)。定価の試験からは外し、在庫処分のご案内に向きます。",
        "Campaign-only: {price_campaign_share} or more of the orders discounted, from "
        "{price_fewest_orders} orders on. Leave them out of full-price tests; clearance sales suit them.",
    ),
}


def prices_payload(
    classes: Sequence[Mapping[str, Any]],
    bands: Iterable[Mapping[str, Any]],
    firsts: Iterable[Mapping[str, Any]],
    campaign: Mapping[str, Any],
    *,
    rules: PriceRules,
) -> dict[str, Any]:
    """Give {customers, orders, discount_share, classes, trend, bands, firsts, first_recent, campaign}.

    classes: active customers, first..prime: {stage, customers, discount_share (of their orders),
    discount_rate (12 months), limit, is_over, margin_share (None unknown), net_12m_minor}.
    trend: {dependent, normal}, active trend customers split by dependence, each a row as of classes.
    bands: eleven {band (0 = no discounts, 1 = up to 10 %, .. 10 = up to 100 %), customers}.
    firsts: by month of first orders {month ("2025-01"), orders, discounted, share, low, high}.
    first_recent: the same over the newest three months, first_before over the three before (or None).
    campaign: {customers, net_12m_minor, share (campaign_share)}. `settings`: what was asked for.
    """
    active = [row for row in classes if not row["is_lapsed"]]
    months = [_month(row) for row in sorted(firsts, key=lambda row: row["month"])]
    known = {row["band"]: row["customers"] for row in bands}
    orders = sum(row["order_count"] for row in classes)
    discounted = sum(row["discount_orders"] for row in classes)
    return {
        "customers": sum(row["customers"] for row in classes),
        "orders": orders,
        "discount_orders": discounted,
        "discount_share": share_of(discounted, orders),
        "classes": [
            _class(str(stage), [row for row in active if row["stage"] == stage], rules)
            for stage in Stage
            if stage is not Stage.LEAD
        ],
        "trend": {
            name: _class("trend", _of_trend(active, is_dependent=is_dependent), rules)
            for name, is_dependent in (("dependent", True), ("normal", False))
        },
        "bands": [{"band": band, "customers": known.get(band, 0)} for band in range(11)],
        "firsts": months,
        "first_recent": _together(months[-3:]),
        "first_before": _together(months[-6:-3]),
        "campaign": {**campaign, "share": rules.campaign_share},
        "settings": {
            "dependent_share": rules.dependent_share,
            "fewest_orders": rules.fewest_orders,
        },
    }


def _of_trend(rows: Iterable[Mapping[str, Any]], *, is_dependent: bool) -> list[Mapping[str, Any]]:
    return [
        row for row in rows if row["stage"] == Stage.TREND and row["is_dependent"] == is_dependent
    ]


def _class(stage: str, rows: Sequence[Mapping[str, Any]], rules: PriceRules) -> dict[str, Any]:
    total = {
        name: sum(row[name] for row in rows)
        for name in (
            "customers",
            "order_count",
            "discount_orders",
            "discount_12m_minor",
            "list_12m_minor",
            "net_12m_minor",
            "margin_share_sum",
            "costed_customers",
        )
    }
    rate = share_of(total["discount_12m_minor"], total["list_12m_minor"])
    limit = rules.limit_of(stage)
    return {
        "stage": stage,
        "customers": total["customers"],
        "discount_share": share_of(total["discount_orders"], total["order_count"]),
        "discount_rate": rate,
        "limit": limit,
        "is_over": rate is not None and rate > limit,
        "margin_share": share_of(total["margin_share_sum"], total["costed_customers"]),
        "net_12m_minor": total["net_12m_minor"],
    }


def _month(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"month": month_name(row["month"]), **_share(row["orders"], row["discounted"])}


def _together(months: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    orders = sum(row["orders"] for row in months)
    return _share(orders, sum(row["discounted"] for row in months)) if orders else None


def _share(orders: int, discounted: int) -> dict[str, Any]:
    low, high = wilson_interval(discounted, orders)
    share = share_of(discounted, orders)
    return {"orders": orders, "discounted": discounted, "share": share, "low": low, "high": high}
