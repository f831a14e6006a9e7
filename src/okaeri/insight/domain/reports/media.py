"""Acquisition sources with their cost: what one new customer costs, brings, and when he has paid back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from okaeri.foundation.text import Text
from okaeri.insight.analysis_types import LTV_YEAR
from okaeri.insight.domain.mean_interval import mean_interval
from okaeri.insight.domain.months import first_of_month, month_number
from okaeri.insight.domain.reports.lifetime_value import is_margin_known, life_value
from okaeri.insight.domain.shares import share_of, wilson_interval
from okaeri.insight.media_types import MediaCostView, MediaRules

DEFINITIONS = {
    "media_attribution": Text(
        "媒体の割り当て: お客様の初回注文についた媒体コードに、"
        "その方のその後の購入もすべて割り当てます(初回注文の媒体)。",
        "Attribution: everything a customer buys belongs to the media code of the first order.",
    ),
    "cpa": Text(
        "CPA・CPO: 費用を入れた月の費用 ÷ その月に初めて買った人数です。"
        "CPO はトライアルから始めた人を除きます。",
        "CPA and CPO: cost of the months with a cost ÷ people who first bought in them; for CPO those who "
        "began with a trial are left out.",
    ),
    "cpr": Text(
        "CPR・定期CPO: 同じ費用を、トライアルから始めた人数で割ったものが CPR、"
        "これまでに定期を届けたことのある人数で割ったものが定期CPOです(費用を入れた月に初めて買った人)。",
        "CPR and CPO of subscriptions: the same cost ÷ people who began with a trial, and ÷ those who have "
        "had a delivery of a subscription by now (of who first bought in months with a cost).",
    ),
    "roas": Text(
        "ROAS: 費用を入れた月に初めて買った方が、これまでに買った金額 ÷ その費用です。",
        "ROAS: what people who first bought in months with a cost have bought so far ÷ that cost.",
    ),
    "payback_month": Text(
        "回収月: 1人当たりの粗利の累計が CPO に届く月です(初回購入から30日ごと)。"
        "その月数を過ごした人だけで計算します。CPO がないときと、原価のわかる売上が9割に満たないときは"
        "「—」とします。",
        "Payback: the 30-day month in which margin per person reaches the CPO, from people who are that "
        "old; a dash without a CPO, and where under 90% of their sales have a known cost.",
    ),
    "allowable_cpo": Text(
        "許容CPO: 粗利LTV(365日)− 残したい利益です。365日たった人だけで計算し、"
        "原価のわかる売上が9割に満たないときは「—」とします。",
        "Allowable CPO: margin LTV (365 days) minus the profit to keep; only people 365 days old, and a "
        "dash where under 90% of the sales have a known cost.",
    ),
    "inflow_mix": Text(
        "流入構成: 直近90日に初めて買った人を、費用のある媒体(広告)・"
        "自然検索・紹介・媒体の記録なし(直接)に分けた割合です。"
        "それ以外の媒体は「そのほか」です。",
        "Inflow: who first bought in the last 90 days, by sources with a cost (ads), organic, referral, "
        "none recorded (direct); the rest is other.",
    ),
    "cost_ratio": Text(
        "新規と既存の費用: 新規は直近12か月の媒体費用 ÷ 新規の注文、既存は実測した費用 ÷ 既存の注文"
        "(測れないときは、設定した月の費用 ÷ ひと月の既存の注文)です。目安は5倍です。",
        "Cost of new and existing: media cost of 12 months ÷ first orders; the measured cost ÷ orders of "
        "existing customers (where it cannot be measured the monthly cost you set ÷ their orders of a "
        "month). The usual guide is 5 times.",
    ),
}
KINDS = ("ads", "organic", "referral", "direct", "other")
GUIDE = 5
INFLOW_DAYS = 90
_RECENT_DAYS, _MONTH_DAYS, _LAST_STEP = 90, 30, 24


@dataclass(frozen=True, slots=True)
class Media:
    """One source: by month who first came by it, and what they bought; what a life is worth; its cost.

    people, sales and life are rows of `features.media`, as `media_payload` gets them; spent: month
    number → cost, None without any.
    """

    name: str
    people: Sequence[Mapping[str, Any]]
    sales: Sequence[Mapping[str, Any]]
    life: Mapping[str, Any]
    spent: Mapping[int, int] | None

    @property
    def paid(self) -> list[Mapping[str, Any]]:
        """Who first came in months with a cost."""
        return [row for row in self.people if self.spent and row["month"] in self.spent]


def media_payload(
    sales: Iterable[Mapping[str, Any]],
    people: Sequence[Mapping[str, Any]],
    lives: Iterable[Mapping[str, Any]],
    mix: Sequence[Mapping[str, Any]],
    months: Sequence[Mapping[str, Any]],
    costs: Sequence[MediaCostView],
    *,
    existing_share: float | None,
    as_of: date,
    rules: MediaRules,
) -> dict[str, Any]:
    """Give {media, total, inflow, orders_cost, has_costs, has_margins}.

    media, the dearest first, then the most customers: {media ("" = none or others), cost_minor (None
    without), cost_months, customers, cost_customers, cpa_minor, cpo_minor, roas, sales_minor,
    cpr_minor (cost ÷ who began with a trial), cpo_sub_minor (÷ who took a subscription), cost_full and
    cost_subscribed (people in paid months),
    payback_month (None not yet, or unknown), ltv_365_minor (95 % interval
    ltv_365_low_minor..ltv_365_high_minor), margin_365_minor (None unknown),
    allowable_cpo_minor, is_over (CPO above it), f2_rate, f2_low, f2_high, aged}. total: the same of
    all. inflow: {kinds: [{kind, customers, share}], customers, ads_share, is_over, codes (of ads, organic and
    referral, those somebody came by), since_days}. orders_cost:
    {new_minor, existing_minor, ratio, guide} with None where unknown; existing_share as in `sales_mix`.
    """
    spent = _spent(costs, as_of)
    came, sold = _grouped(people), _grouped(sales)
    values = {row["media"]: row for row in lives}
    media = [
        _one(
            Media(
                name, came.get(name, []), sold.get(name, []), values.get(name, {}), spent.get(name)
            ),
            as_of,
            rules,
        )
        for name in sorted({*came, *spent})
    ]
    media.sort(key=lambda row: (-(row["cost_minor"] or 0), -row["customers"], row["media"]))
    return {
        "media": media,
        "inflow": _inflow(mix, set(spent), rules),
        "orders_cost": {
            **_orders_cost(months, spent, as_of, rules),
            "existing_share": existing_share,
        },
        "has_costs": bool(spent),
        # A shop too young for a year's value lacks no costs.
        "has_margins": any(row["margin_365_minor"] is not None for row in media)
        or all(row["ltv_365_minor"] is None for row in media),
    }


def _ends(sums: Mapping[str, Any]) -> dict[str, int | None]:
    """Give the 95 % interval of the LTV of a year."""
    net, squares, people = (sums.get(f"{what}_{LTV_YEAR}", 0) for what in ("net", "square", "aged"))
    low, high = mean_interval(net, squares, people)
    return {
        "ltv_365_low_minor": None if low is None else round(low),
        "ltv_365_high_minor": None if high is None else round(high),
    }


def _spent(costs: Iterable[MediaCostView], as_of: date) -> dict[str, dict[int, int]]:
    """Give source → month number → cost, of the months that have begun."""
    spent: dict[str, dict[int, int]] = {}
    for cost in costs:
        if cost.month <= as_of:
            spent.setdefault(cost.media_code, {})[month_number(cost.month)] = cost.cost_minor
    return spent


def _grouped(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["media"], []).append(row)
    return found


def _one(media: Media, as_of: date, rules: MediaRules) -> dict[str, Any]:
    cost = _cost(media)
    cpo = cost["cpo_minor"]
    ltv, margin = life_value(media.life, LTV_YEAR) if media.life else (None, None)
    allowed = None if margin is None else margin - rules.target_profit_minor
    return {
        **_ends(media.life),
        "media": media.name,
        "customers": _sum(media.people, "customers"),
        **cost,
        "payback_month": _payback(media.people, media.sales, cpo, as_of),
        "ltv_365_minor": ltv,
        "margin_365_minor": margin,
        "allowable_cpo_minor": allowed,
        "is_over": allowed is not None and cpo is not None and cpo > allowed,
        **_second(media.people),
    }


def _cost(media: Media) -> dict[str, Any]:
    """Give what the source cost and sold: in all, for each who came, began with a trial, subscribed."""
    spent, paid = media.spent, media.paid
    cost = sum(spent.values()) if spent else None
    sold = sum(row["net_minor"] for row in media.sales if spent and row["month"] in spent)
    came, full = _sum(paid, "customers"), _sum(paid, "full")
    subscribed = _sum(paid, "subscribed")
    return {
        "cost_minor": cost,
        "cost_months": len(spent or ()),
        "cost_customers": came,
        "cpa_minor": _each(cost, came),
        "cpo_minor": _each(cost, full),
        "cpr_minor": _each(cost, came - full),
        "cpo_sub_minor": _each(cost, subscribed),
        "cost_full": full,
        "cost_subscribed": subscribed,
        "sales_minor": sold,
        "roas": share_of(sold, cost) if cost else None,
    }


def _second(people: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    aged, returned = _sum(people, "aged"), _sum(people, "returned")
    low, high = wilson_interval(returned, aged)
    return {"f2_rate": share_of(returned, aged), "f2_low": low, "f2_high": high, "aged": aged}


def _sum(rows: Iterable[Mapping[str, Any]], name: str) -> int:
    return sum(row[name] for row in rows)


def _each(cost: int | None, people: int) -> int | None:
    return round(cost / people) if cost is not None and people else None


def _is_aged(month: int, days: int, as_of: date) -> bool:
    """Tell whether everybody who came in a month came so many days ago or earlier."""
    return first_of_month(month + 1) + timedelta(days=days - 1) <= as_of


def _payback(
    people: Sequence[Mapping[str, Any]],
    sales: Sequence[Mapping[str, Any]],
    cpo: int | None,
    as_of: date,
) -> int | None:
    """Give the first 30-day month (from 1) in which margin per person reaches the CPO (§2.3)."""
    if cpo is None:
        return None
    earned, net, known = 0.0, 0, 0
    for step in range(_LAST_STEP):
        old = [r for r in people if _is_aged(r["month"], (step + 1) * _MONTH_DAYS, as_of)]
        months = {row["month"] for row in old}
        many = sum(row["customers"] for row in old)
        if not many:
            return None
        sold = [row for row in sales if row["step"] == step and row["month"] in months]
        earned += _sum(sold, "margin_minor") / many
        net, known = net + _sum(sold, "net_minor"), known + _sum(sold, "costed_minor")
        if earned >= cpo:
            return step + 1 if is_margin_known(net, known) else None
    return None


def _inflow(mix: Sequence[Mapping[str, Any]], paid: set[str], rules: MediaRules) -> dict[str, Any]:
    organic, referral = set(rules.organic_codes.split()), set(rules.referral_codes.split())
    ways = (("ads", paid), ("organic", organic), ("referral", referral))
    codes: dict[str, list[str]] = {name: [] for name, _ in ways}
    counts = dict.fromkeys(KINDS, 0)
    for row in mix:
        code = row["media"]
        unnamed = "other" if code else "direct"
        kind = next((name for name, codes in ways if code in codes), unnamed)
        counts[kind] += row["customers"]
        if kind in codes:
            codes[kind].append(code)
    total = sum(counts.values())
    ads = share_of(counts["ads"], total)
    return {
        "kinds": [
            {"kind": kind, "customers": many, "share": share_of(many, total)}
            for kind, many in counts.items()
        ],
        "customers": total,
        "ads_share": ads,
        "codes": {name: sorted(came) for name, came in codes.items()},
        "since_days": INFLOW_DAYS,
        "is_over": ads is not None and ads >= rules.ads_limit,
    }


def _orders_cost(
    months: Sequence[Mapping[str, Any]],
    spent: Mapping[str, Mapping[int, int]],
    as_of: date,
    rules: MediaRules,
) -> dict[str, Any]:
    """Compare the cost of a new order and of an existing one over the last twelve months."""
    last = month_number(as_of)
    recent = [row for row in months if last - 12 < row["month"] <= last]
    paid_in = {n for of in spent.values() for n in of if last - 12 < n <= last}
    cost = sum(of[n] for of in spent.values() for n in of if n in paid_in)
    new_orders = sum(row["new_orders"] for row in recent if row["month"] in paid_in)
    new = cost / new_orders if cost and new_orders else None
    orders = sum(row["existing_orders"] for row in recent)
    monthly = orders / len(recent) if recent else 0
    existing = (
        rules.retention_cost_minor / monthly if rules.retention_cost_minor and monthly else None
    )
    return {
        "new_minor": None if new is None else round(new),
        "existing_minor": None if existing is None else round(existing),
        "ratio": new / existing if new and existing else None,
        "guide": GUIDE,
    }
