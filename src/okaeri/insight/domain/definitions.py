"""この数字の定義: what every number means, with the shop's own settings filled in."""

from collections.abc import Iterable, Mapping
from typing import Any

from okaeri.foundation.settings import specs_of
from okaeri.foundation.text import Text
from okaeri.insight.domain.f2_late import FIXED, OWN, rules_in_force
from okaeri.insight.domain.reports import OF_REPORTS, RULES
from okaeri.insight.domain.words import money, sentence
from okaeri.insight.rank_types import RankRules
from okaeri.insight.types import LifecycleRules
from okaeri.intake.counting_types import (
    BY_ORDER,
    BY_SHIPPING,
    MERCH_NET,
    MERCH_NET_NO_TAX,
    PAID,
    CountingRules,
    StatusRules,
)


def number_definitions(
    rules: LifecycleRules,
    ranks: RankRules,
    reports: Mapping[str, Mapping[str, Any]],
    currency: str,
    further: Iterable[object] = (),
) -> dict[str, Text]:
    """Give number key → definition; amounts come from the last reports where there are any.

    `further` are the shop's own rules of further analyses; where one is missing its defaults hold.
    """
    given = list(further)
    values = _values(rules, ranks, reports, currency) | _setting_values(given) | _counted(given)
    known = {**_DEFINITIONS, **OF_REPORTS}
    return {key: sentence(text, **values) for key, text in known.items()}


def _setting_values(further: Iterable[object]) -> dict[str, object]:
    """Give every setting under its key with _ for its point; shares up to 1 are percents."""
    given = {type(rules): rules for rules in further}
    values: dict[str, object] = {}
    for kind in RULES:
        for name, spec in specs_of(kind).items():
            value = getattr(given.get(kind) or kind(), name)
            value = f"{value:g}" if isinstance(value, float) and spec.maximum != 1 else value
            is_share = isinstance(value, float) and spec.maximum == 1
            values[spec.key.replace(".", "_")] = f"{value * 100:g}%" if is_share else value
    return values


def _values(
    rules: LifecycleRules,
    ranks: RankRules,
    reports: Mapping[str, Mapping[str, Any]],
    currency: str,
) -> dict[str, object]:
    portfolio = reports.get("portfolio")
    unknown = Text("まだ計算していません", "not computed yet")
    return {
        **{f"f{rank}": edge for rank, edge in zip((2, 3, 4, 5), ranks.f_edges, strict=True)},
        **{f"r{rank}": edge for rank, edge in zip((5, 4, 3, 2), ranks.r_edges, strict=True)},
        "m_ranks": _money_ranks(ranks, currency),
        "steady": rules.steady_days,
        "prime": rules.prime_days,
        "lapse": rules.lapse_days,
        "warn": rules.warn_days,
        "last_warn": rules.lapse_days - 1,
        "active": rules.active_days,
        "late": rules_in_force(rules, reports.get("summary")).f2_late_days,
        "late_mode": _LATE_MODES[rules.f2_late_mode],
        "revive": rules.revive_flag_days,
        "fewest": rules.fewest_orders,
        "multiple": f"{rules.multiple:g}",
        "bar": money(portfolio["threshold_minor"], currency) if portfolio else unknown,
        "price": money(portfolio["aov_minor"], currency) if portfolio else unknown,
        "price_mode": _PRICE_MODES[rules.unit_price_mode],
        "priced": PRICED[rules.threshold_refresh],
        "tenure": _TENURES[rules.tenure_basis],
        "day": _SAME_DAY if rules.merge_same_day else _EACH_ORDER,
        "trial": _WITH_TRIAL if rules.count_trial else _WITHOUT_TRIAL,
    }


def _money_ranks(ranks: RankRules, currency: str) -> Text:
    if ranks.m_edges_minor is None:
        return Text("累計金額の五分位です", "fifths by total spent")
    bars = {f"m{n}": money(edge, currency) for n, edge in enumerate(ranks.m_edges_minor, start=2)}
    return sentence(_FIXED_MONEY, **bars)


_FIXED_MONEY = Text(
    "累計金額が {m5} を超えると5、{m4} を超えると4、{m3} を超えると3、{m2} を超えると2、それ以下が1です",
    "5 above {m5} in all, 4 above {m4}, 3 above {m3}, 2 above {m2}, else 1",
)


def _counted(given: Iterable[object]) -> dict[str, object]:
    counting, statuses = CountingRules(), StatusRules()
    for rules in given:
        counting = rules if isinstance(rules, CountingRules) else counting
        statuses = rules if isinstance(rules, StatusRules) else statuses
    rate, words = f"{counting.tax_rate:g}", statuses.purchase_statuses
    return {
        "statuses": sentence(_STATUSES, words=words) if words else Text("", ""),
        "basis": sentence(_BASES[counting.amount_basis], rate=rate),
        "counted_on": _DAYS[counting.analysis_date],
    }


_BASES = {
    MERCH_NET: Text(
        "税込の商品代金から値引き・クーポン・ポイント利用・返金を引いた額(送料と手数料は含みません)",
        "goods including tax minus discounts, coupons, points used and refunds; shipping and fees are "
        "left out",
    ),
    MERCH_NET_NO_TAX: Text(
        "税抜の商品代金から値引き・クーポン・ポイント利用・返金を引いた額"
        "(送料と手数料は含みません。税額が注文にないときは{rate}%で計算します)",
        "goods without tax minus discounts, coupons, points used and refunds; shipping and fees are left "
        "out, and an order that does not state its tax is reckoned at {rate}%",
    ),
    PAID: Text(
        "お客様の支払合計から返金を引いた額(税・送料・手数料を含みます)",
        "what the customer paid in all minus refunds, including tax, shipping and fees",
    ),
}
_STATUSES = Text(" ステータスの扱いは {words} です。", " Statuses of sources mean: {words}.")
_DAYS = {
    BY_ORDER: Text("注文日", "the day of the order"),
    BY_SHIPPING: Text(
        "発送日(まだわからない注文は注文日)",
        "the day of shipping (of the order, while that is not known)",
    ),
}
_TENURES = {
    "elapsed": Text(
        "初回購入日から基準日までの日数", "days from the first purchase to the day of analysis"
    ),
    "span": Text("初回購入日から最終購入日までの日数", "days from the first to the last purchase"),
}
_PRICE_MODES = {
    "aov_all": Text("全期間の購入額 ÷ 注文件数", "net sales of all time ÷ orders"),
    "aov_12m": Text("直近12か月の購入額 ÷ 注文件数", "net sales of the last 12 months ÷ orders"),
    "per_customer": Text("全期間の購入額 ÷ 購入者数", "net sales of all time ÷ buyers"),
    "fixed": Text("設定した固定の単価", "the fixed price of the settings"),
}
# When the unit price is reckoned (`cpm.threshold_refresh`).
PRICED = {
    "monthly": Text(
        "毎月1日より前の注文から、その日までに届いた返品の伝票を差し引いて計算し、月内は固定"
        "(あとから取り込んだ前の月までの注文と、注文そのものの取消・返金では動きます)",
        "from orders before the first of the month, less return documents that had come by then, and frozen "
        "for the month (orders of months before that are imported later, and orders cancelled or refunded in "
        "themselves, do move it)",
    ),
    "nightly": Text(
        "毎晩、今月の注文も入れて再計算",
        "reckoned anew every night, orders of this month included",
    ),
}
_LATE_MODES = {
    FIXED: Text("", ""),
    OWN: Text(
        "日数は、2回目を買った方の初回からの間隔の80%点(5人に4人が戻るまでの日数)で、毎晩計算し直します。"
        "戻った方が30人に満たないうちは設定の日数、離脱の日数以上になるときはその前日です。",
        " The days are the 80% point of the intervals from first to second purchase (four of five who "
        "come back do so by then), reckoned anew every night: the days of the settings while fewer than "
        "30 came back, and never past the day before the lapse.",
    ),
}
_SAME_DAY = Text("同じ日の注文は1回と数えます", "orders of one day are one purchase")
_EACH_ORDER = Text("注文ごとに1回と数えます", "every order is a purchase")
_WITH_TRIAL = Text("トライアルを含みます", "trials included")
_WITHOUT_TRIAL = Text("トライアルを除きます", "trials left out")

_DEFINITIONS: dict[str, Text] = {
    "purchase_count": Text(
        "購入回数: 基準日までの有効な注文の回数です。{day}。{trial}。取消・返品・未入金・テストは除きます。",
        "Purchases: valid orders up to the day of analysis; {day}; {trial}. Cancelled, returned, unpaid "
        "and test orders are left out.",
    ),
    "counting": Text(
        "数え方: 売上は{basis}、購入日は{counted_on}です。{statuses}",
        "How orders count: sales are {basis}; a purchase is of {counted_on}.{statuses}",
    ),
    "net_minor": Text("累計購入金額: {basis}の合計です。", "Total spent: {basis}."),
    "net_12m_minor": Text(
        "年間購入金額(直近12か月): 基準日までの365日間の購入金額です。",
        "Spent in 12 months: the same over the 365 days up to the day of analysis.",
    ),
    "tenure_days": Text("在籍日数: {tenure}です。", "Tenure: {tenure}."),
    "recency_days": Text(
        "離脱日数: 最終購入日から基準日までの日数です。",
        "Recency: days from the last purchase to the day of analysis.",
    ),
    "aov_minor": Text(
        "客単価(1注文): 全期間の購入金額 ÷ 注文件数です(顧客がわかる注文のみ)。",
        "Average order: net sales of all time ÷ orders (of known customers).",
    ),
    "threshold_minor": Text(
        "流行・優良の線: 平均顧客単価({price_mode} = {price})の {multiple}倍 = {bar} です。"
        "{priced}し、注文が {fewest}件未満のときは固定の単価を使います。",
        "Bar for trend and loyal: {multiple} × the average unit price ({price_mode} = {price}) = {bar}; "
        "{priced}; with fewer than {fewest} orders the fixed price is used.",
    ),
    "portfolio": Text(
        "顧客ポートフォリオ: 購入1回は初回客、在籍 {steady}日未満はよちよち客、累計が {bar} 未満はコツコツ客、"
        "在籍 {prime}日未満は流行客、それ以外は優良客です。"
        "離脱日数が {lapse}日以上なら離脱客、未満なら現役客です。",
        "Portfolio: one purchase is first-time; tenure under {steady} days toddler; under {bar} in all "
        "steady; tenure under {prime} days trend; otherwise loyal. Lapsed at {lapse} days of silence.",
    ),
    "sales_share": Text(
        "売上構成比: 直近12か月の売上のうち、そのクラスの人の購入が占める割合です。差はパーセントポイントで、"
        "比べる月のクラスと売上は、その月末のままです。",
        "Part of sales: of the last 12 months' net sales, what the people of a class bought. Changes are in "
        "points of percent; the month compared with stays as it stood at its end.",
    ),
    "lapsed": Text(
        "離脱客: 最終購入から {lapse}日以上の顧客です。",
        "Lapsed: {lapse} days or more since the last purchase.",
    ),
    "at_risk": Text(
        "離脱予備軍: 最終購入から {warn}〜{last_warn}日の顧客です。",
        "At risk: {warn} to {last_warn} days since the last purchase.",
    ),
    "f2_late": Text(
        "F2転換遅れ: 購入1回のまま {late}日以上、{lapse}日未満の顧客です。{late_mode}",
        "F2 late: one purchase, {late} or more and under {lapse} days ago.{late_mode}",
    ),
    "revived": Text(
        "復活: {lapse}日以上の空白の後に購入した顧客に、{revive}日間付く印です。",
        "Revived: bought again after {lapse} days or more; the mark stays for {revive} days.",
    ),
    "active_365": Text(
        "稼働顧客: 基準日までの {active}日間に購入した顧客です。",
        "Active customers: bought in the {active} days up to the day of analysis.",
    ),
    "prime_active": Text(
        "優良現役客: 在籍 {prime}日以上、累計 {bar} 以上、最終購入から {lapse}日未満の顧客です。",
        "Loyal, active: tenure of {prime} days or more, {bar} or more in all, under {lapse} days of "
        "silence.",
    ),
    "vip": Text(
        "VIPの扱い: 優良現役客で、未入金の注文がない顧客です。"
        "返金などで流行客やコツコツ客に変わっても、{vip_grace_days}日間は続けます。",
        "VIP treatment: loyal, active customers who owe nothing; whoever becomes a trend or steady customer, "
        "by a refund for example, keeps it for {vip_grace_days} days.",
    ),
    "f2_rate_90": Text(
        "F2転換率(90日): 90日以内に2回目を買った人数 ÷ 初回客の人数です。初回購入から90日がたった人だけを数え、"
        "直近はこの90日間に90日目を迎えた人です。区間は95%(ウィルソン法)。{trial}。",
        "F2 rate (90 days): customers with a second purchase within 90 days ÷ first-time customers, only "
        "those 90 days old; the recent rate takes those who became 90 days old in the last 90 days. 95% "
        "Wilson interval; {trial}.",
    ),
    "dropoff": Text(
        "離反ポイント: n回以上買った人のうち n+1回目に進んだ割合です。"
        "進まなかった人は、離脱日数 {lapse}日以上なら"
        "「離れた」、未満なら「まだ来るかもしれない」に分けます。",
        "Drop-off: of customers with n purchases or more, the share that went on to n + 1. Those who did "
        "not are lost after {lapse} days of silence, else may still come.",
    ),
    "cohorts": Text(
        "コホート: 初回購入の月ごとに、その後の暦月に購入した人数と金額です。"
        "終わっていない月は途中の数字です。",
        "Cohorts: by month of first purchase, people who bought in each later calendar month and their net "
        "sales; a month that is not over is incomplete.",
    ),
    "freshness": Text(
        "顧客鮮度: 購入、発送、到着で100になり、"
        "購入サイクルの{freshness_cycle_factor}倍の日数ごとに半分になります。"
        "サイクルは本人の直近5回の間隔の中央値を、最後に買った商品の中央値に寄せた日数です"
        "(商品の重みは間隔{cycle_prior_intervals}回分)。"
        "間隔が2回未満なら最後に買った商品の中央値、それもなければ{freshness_usual_days}日とし、"
        "{freshness_shortest_days}日より短くはしません。"
        "商品が複数のときはその中央値、定期の配送は商品の間隔に含みません。"
        "反応があった日に上がります(最大100): "
        "アンケート・レビュー{freshness_bump_answer}点、問い合わせ{freshness_bump_reply}点、クリック{freshness_bump_click}点、"
        "サイト訪問{freshness_bump_visit}点、開封{freshness_bump_open}点。同じ種類は1日1回、月曜からの1週間に{freshness_bump_week_max}点まで、"
        "直近{freshness_bump_days}日を数えます。機械の開封と苦情では上がりません。"
        "{freshness_fresh_from}以上は新鮮、{freshness_fading_from}以上は鮮度低下、{freshness_care_from}以上は要ケア、それ未満は離脱圏です。",
        "Freshness: 100 at a purchase, a shipping and a delivery, halved every {freshness_cycle_factor} "
        "purchase cycles: the "
        "median of the person's last five intervals, drawn towards the cycle of the product bought last "
        "(which weighs {cycle_prior_intervals} intervals); with fewer than two intervals the product's, "
        "else {freshness_usual_days} days, and never under {freshness_shortest_days}. Of several "
        "products it is the median of theirs; deliveries of subscriptions are no intervals of a "
        "product. Signs of life lift it, to 100 at most: a survey or review by "
        "{freshness_bump_answer} points, an inquiry {freshness_bump_reply}, a click {freshness_bump_click}, a "
        "visit {freshness_bump_visit}, an opened message {freshness_bump_open}; each kind once a day and "
        "{freshness_bump_week_max} in a week from Monday, over the last {freshness_bump_days} days. Machines "
        "and complaints lift nothing. {freshness_fresh_from} and up is fresh, {freshness_fading_from} fading, "
        "{freshness_care_from} needs care, below out of reach.",
    ),
    "cycle_days": Text(
        "購入サイクル: 直近5回の購入間隔の中央値です(間隔が2回以上ある人)。",
        "Purchase cycle: the median of the last five intervals, from two intervals on.",
    ),
    "rfm": Text(
        "RFM: R は最終購入から {r5}日以内が5、{r4}日4、{r3}日3、{r2}日2、それより前が1。"
        "F は購入 {f5}回以上が5、"
        "{f4}回4、{f3}回3、{f2}回2、それより少ないと1。M は{m_ranks}。"
        "大きな一度買いも上位に入る点に注意してください。",
        "RFM: R 5 within {r5} days, 4 within {r4}, 3 within {r3}, 2 within {r2}, else 1. F 5 from {f5} "
        "purchases, 4 from {f4}, 3 from {f3}, 2 from {f2}. M: {m_ranks}. One large order can look excellent.",
    ),
    "high_first": Text(
        "高額初回: 初回の購入だけで {bar} 以上の顧客に付く印です。クラスは変わりません。",
        "Large first order: {bar} or more in the first purchase alone; it changes no class.",
    ),
    "lead": Text(
        "見込み客: 登録はあるが購入のない人です。"
        "鮮度は最初に知った日を100として{freshness_lead_days}日ごとに半分になり、その後の反応で購入者と同じ点だけ上がります。",
        "Leads: known people without a purchase; freshness is 100 when first seen, halves every "
        "{freshness_lead_days} days, and signs of life since then lift it as they lift a buyer's.",
    ),
}
