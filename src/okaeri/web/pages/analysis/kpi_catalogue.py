"""The KPI catalogue (domain reference §2.3) as the page shows it: groups, names, and where to look further."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from okaeri.foundation.text import Text


@dataclass(frozen=True, slots=True)
class Entry:
    """One figure: its key in the reports, its name, the page (url name) that tells more of it."""

    key: str
    name: Text
    page: str


@dataclass(frozen=True, slots=True)
class KpiGroup:
    """Figures that answer one question."""

    name: Text
    entries: tuple[Entry, ...]


def _numbered(key: str, numbers: Iterable[int], ja: str, en: str, page: str) -> tuple[Entry, ...]:
    return tuple(Entry(f"{key}_{n}", Text(ja, en).format(n=n, m=n + 1), page) for n in numbers)


# Stands for one entry per window of the shop (`insight.analysis_types.LtvRules`).
_LTV = "ltv"
# Named by the days it was counted within (`insight.analysis_types.KpiRules`).
_REPURCHASE = "repurchase_rate"
_GROUPS = (
    KpiGroup(
        Text("2回目、その先へ", "The second purchase and further"),
        (
            *_numbered(
                "f2_rate",
                (30, 60, 90, 180, 365),
                "F2転換率({n}日)",
                "F2 rate ({n} days)",
                "dropoff",
            ),
            *_numbered("fn_rate", range(1, 5), "F{n}→F{m}転換率", "F{n} to F{m}", "dropoff"),
            *_numbered(
                "repeat_rate",
                range(3, 6),
                "リピート率({n}回目まで)",
                "Repeat rate (to purchase {n})",
                "survival",
            ),
            Entry(_REPURCHASE, Text("再購入率({n}日)", "Repurchase rate ({n} days)"), "cohorts"),
            Entry("repeater_share", Text("リピーター率", "Repeater share"), "sales_mix"),
        ),
    ),
    KpiGroup(
        Text("続いているか", "Do they stay"),
        (
            Entry("active_customers", Text("稼働顧客数", "Active customers"), "portfolio"),
            Entry("retention_rate_new", Text("顧客維持率(新規)", "Retention (new)"), "cohorts"),
            Entry(
                "retention_rate_existing",
                Text("顧客維持率(既存)", "Retention (existing)"),
                "cohorts",
            ),
            Entry("lapsed_share", Text("離脱客の割合", "Share lapsed"), "portfolio"),
            Entry("lapse_rate", Text("離脱率(30日)", "Lapse rate (30 days)"), "movement"),
            Entry("revive_rate", Text("復活率(30日)", "Revival rate (30 days)"), "movement"),
            Entry(
                "cpm_promotion_first",
                Text("推移率 初回→よちよち以上", "First-time to toddler or up"),
                "movement",
            ),
            Entry(
                "cpm_promotion_toddler",
                Text("推移率 よちよち→コツコツ以上", "Toddler to steady or up"),
                "movement",
            ),
            Entry(
                "cpm_promotion_steady",
                Text("推移率 コツコツ→流行・優良", "Steady to trend or loyal"),
                "movement",
            ),
            Entry("interval_median", Text("購入間隔の中央値", "Median interval"), "cycles"),
            Entry("buy_rate_fresh", Text("購入率 新鮮", "Buy rate, fresh"), "freshness"),
            Entry("buy_rate_fading", Text("購入率 鮮度低下", "Buy rate, fading"), "freshness"),
            Entry("buy_rate_care", Text("購入率 要ケア", "Buy rate, needs care"), "freshness"),
            Entry("buy_rate_lost", Text("購入率 離脱圏", "Buy rate, out of reach"), "freshness"),
        ),
    ),
    KpiGroup(
        Text("いくらになるか", "What they bring"),
        (
            Entry("aov", Text("客単価(1注文)", "Average order"), "sales_mix"),
            Entry("orders_per_year", Text("年間購入回数", "Purchases a year"), "sales_mix"),
            Entry("ltv_year", Text("年間LTV", "LTV a year"), "lifetime_value"),
            Entry("sales_year", Text("年商", "Sales a year"), "sales_mix"),
            Entry(_LTV, Text("LTV({n}日)", "LTV ({n} days)"), "lifetime_value"),
            Entry("ltv_formula", Text("通販LTV", "Mail-order LTV"), "lifetime_value"),
            Entry(
                "existing_sales_share",
                Text("2回目以降の売上比率", "Sales of later purchases"),
                "sales_mix",
            ),
            Entry("discount_order_share", Text("値引き購入率", "Orders with a discount"), "prices"),
        ),
    ),
    KpiGroup(
        Text("トライアルと定期", "Trials and subscriptions"),
        (
            Entry("uplift_to_full_rate", Text("引き上げ率(90日)", "Uplift (90 days)"), "survival"),
            *_numbered(
                "sub_survival",
                (2, 3, 6),
                "定期継続率({n}回目)",
                "Subscription survival (delivery {n})",
                "survival",
            ),
            Entry(
                "sub_month_ratio", Text("定期の前月比", "Subscriptions, month on month"), "survival"
            ),
            Entry("sub_avg_deliveries", Text("平均継続回数", "Deliveries a contract"), "survival"),
            Entry("churn_rate", Text("解約率(30日)", "Churn (30 days)"), "survival"),
            *_numbered(
                "churn_at", (1, 4), "回数別解約({n}回目)", "Ended at delivery {n}", "survival"
            ),
        ),
    ),
    KpiGroup(
        Text("集める費用", "What they cost"),
        (
            Entry("cpr", Text("CPR", "CPR"), "media"),
            Entry("cpa", Text("CPA", "CPA"), "media"),
            Entry("cpo", Text("CPO", "CPO"), "media"),
            Entry("cpo_sub", Text("定期CPO", "CPO of subscriptions"), "media"),
            Entry("roas", Text("ROAS", "ROAS"), "media"),
        ),
    ),
    KpiGroup(
        Text("届いた声と反応", "Answers"),
        (
            Entry("response_rate", Text("レスポンス率", "Response rate"), "forecast"),
            Entry("click_rate", Text("クリック率(メール)", "Clicks (mail)"), "messages"),
            Entry("open_rate", Text("開封率(メール)", "Opens (mail)"), "messages"),
            Entry("ctor", Text("CTOR(クリック÷開封)", "CTOR (clicks ÷ opens)"), "messages"),
            Entry(
                "unsubscribe_rate", Text("配信停止率(メール)", "Unsubscribes (mail)"), "messages"
            ),
            Entry("bounce_rate", Text("不達率(メール)", "Bounces (mail)"), "messages"),
            Entry("automation_share", Text("自動化率", "Share automated"), "messages"),
            Entry("care_gap", Text("ケア空白", "Gap in care"), "messages"),
            Entry("nps", Text("NPS", "NPS"), "loyalty"),
            Entry(
                "recommend_share",
                Text("すすめたい方の割合(5段階の4・5)", "Would recommend (4 or 5 of 5)"),
                "loyalty",
            ),
            Entry("csat", Text("CSAT(満足度4・5の割合)", "CSAT (share of 4 and 5)"), "loyalty"),
        ),
    ),
)


def find_groups(ltv_days: Iterable[int], repurchase_days: int) -> list[KpiGroup]:
    """Give the groups in their order, with LTV for each number of days."""
    windows = tuple(ltv_days)
    return [
        KpiGroup(group.name, tuple(_expanded(group.entries, windows, repurchase_days)))
        for group in _GROUPS
    ]


def _expanded(
    entries: Iterable[Entry], ltv_days: Iterable[int], repurchase_days: int
) -> Iterator[Entry]:
    for entry in entries:
        if entry.key == _LTV:
            yield from _numbered(_LTV, ltv_days, entry.name.ja, entry.name.en, entry.page)
        elif entry.key == _REPURCHASE:
            yield replace(entry, name=entry.name.format(n=repurchase_days))
        else:
            yield entry


# Figures of §2.3 that stand elsewhere by source or by message, or that nothing in the data can give.
ELSEWHERE = (
    (
        Text("許容CPO・回収月数", "Allowable CPO, payback"),
        Text(
            "媒体ごとに違うため、「媒体と費用」で媒体ごとに出します。",
            "They differ by source: see Sources and cost.",
        ),
        "media",
    ),
    (
        Text("新規CPO ÷ 既存1受注コスト", "Cost of new ÷ existing orders"),
        Text("「媒体と費用」にあります。", "See Sources and cost."),
        "media",
    ),
    (
        Text("ブロック率(LINE)", "Blocks (LINE)"),
        Text(
            "友だちの数とブロックの記録がないため、出せません。",
            "Friends and blocks are not recorded, so there is nothing to count.",
        ),
        "",
    ),
    (
        Text("紹介数・紹介CVR・紹介客F2", "Referrals, their conversion and F2"),
        Text(
            "紹介の記録がないため、出せません。",
            "Referrals are not recorded, so there is nothing to count.",
        ),
        "",
    ),
    (
        Text("レビュー率・平均★・返信時間", "Review rate, stars, time to reply"),
        Text(
            "レビューの依頼を記録していないため、出せません。",
            "Review requests are not recorded, so there is no rate.",
        ),
        "",
    ),
)
