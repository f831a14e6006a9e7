"""Ready-made segments: the patterns a retention marketer looks for first, each as an editable rule.

Thresholds are those of the domain reference (§1.3 #24 to #26), filled with the shop's own settings.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from okaeri.foundation.text import Text

Rule = dict[str, Any]
YEAR = 365


@dataclass(frozen=True, slots=True)
class ShopFacts:
    """What presets take from the shop: its settings, and the bar of loyal customers."""

    lapse_days: int
    threshold_minor: int
    # From which share of discounted orders, and from how many orders on, somebody buys at sales only.
    sale_share: float = 0.8
    sale_orders: int = 2


@dataclass(frozen=True, slots=True)
class Preset:
    """One ready-made segment: its rule for a shop, why it matters, and what to do for its people.

    `playbook` is the key of a shipped journey made for them, "" where there is none.
    """

    key: str
    name: Text
    why: Text
    ideas: tuple[Text, ...]
    rule: Callable[[ShopFacts], Rule]
    playbook: str = ""


def is_(name: str, value: object, op: str = "=") -> Rule:
    """Give one comparison."""
    return {"field": name, "op": op, "value": value}


def _did(fact: str, *where: Rule, **more: object) -> Rule:
    return {"did": fact, "where": list(where), **more}


def _cancelled_after(deliveries: int) -> Callable[[ShopFacts], Rule]:
    return lambda _: _did("subscription", is_("kind", "cancelled"), is_("delivery_no", deliveries))


def _sale_only(facts: ShopFacts) -> list[Rule]:
    return [
        is_("order_count", facts.sale_orders, ">="),
        is_("discount_share", facts.sale_share, ">="),
    ]


def _about_to_take_the_fourth(_: ShopFacts) -> Rule:
    """Of each contract on its own: another that goes on for long takes nobody out (E-07)."""
    return _did("subscription", is_("deliveries_now", 3), is_("is_active", True))


def _bought(kind: str, **more: object) -> Rule:
    return _did("order", is_("kind", kind), **more)


def _trial_and_gone(_: ShopFacts) -> Rule:
    """Nothing but trials, and silent beyond what a trial is waited for (§1.3 #26)."""
    others = [{"not": _bought(kind)} for kind in ("single", "subscription")]
    return {"all": [_bought("trial"), *others, is_("is_gone", True)]}


def _twice_and_gone(_: ShopFacts) -> Rule:
    """Two one-off purchases, then silence beyond nine of ten intervals of the product, or the lapse."""
    single = _bought("single", measure="days", op="=", value=2)
    return {"all": [single, is_("purchase_count", 2), is_("is_gone", True)]}


def _often(op: str, times: int) -> Rule:
    return _did("order", last_days=YEAR, measure="days", op=op, value=times)


PRESETS: tuple[Preset, ...] = (
    Preset(
        "subscription_1",
        Text("定期1回解約", "Cancelled after delivery 1"),
        Text(
            "1回受け取って定期をやめた方です。",
            "They stopped their subscription after one delivery.",
        ),
        (
            Text("御礼状を送る", "a letter of thanks"),
            Text("サポート窓口を案内する", "where to ask for help"),
            Text("お客様の声を届ける", "voices of other customers"),
        ),
        _cancelled_after(1),
        "after_one_delivery",
    ),
    Preset(
        "subscription_4",
        Text("定期4回解約", "Cancelled after delivery 4"),
        Text("4回受け取って定期をやめた方です。", "They stopped after four deliveries."),
        (
            Text("続けた方だけの使い方を届ける", "how those who went on use it"),
            Text("間隔の変更やスキップを案内する", "another interval, or a pause"),
        ),
        _cancelled_after(4),
    ),
    Preset(
        "subscription_4_ahead",
        Text("定期4回解約の予防", "Before delivery 4"),
        Text(
            "契約中で3回受け取り、4回目はまだの方です。やめる前に声をかけられます。",
            "Active subscribers with three deliveries and no fourth yet: reach them before they stop.",
        ),
        (
            Text("3か月の変化をたずねる", "ask what three months changed"),
            Text("間隔の変更やスキップを案内する", "another interval, or a pause"),
        ),
        _about_to_take_the_fourth,
        "before_fourth",
    ),
    Preset(
        "trial_gone",
        Text("トライアル離反", "Trial, then gone"),
        Text(
            "トライアルだけで、使い切ったはずの日を過ぎても本品を買っていない方です。",
            "Only the trial, and its supply should have run out long ago.",
        ),
        (
            Text("本品への引き上げを案内する", "the full product, and why now"),
            Text("トライアルの感想をたずねる", "ask how the trial went"),
        ),
        _trial_and_gone,
        "trial_to_full",
    ),
    Preset(
        "single_2_gone",
        Text("単品2回離反", "Two one-off purchases, then gone"),
        Text(
            "単品を2回買い、その後の購入がない方です。", "Two one-off purchases and nothing since."
        ),
        (
            Text("定期の価値を伝える", "what a subscription is worth"),
            Text("使い切る頃に届ける", "a letter when it runs out"),
            Text("別のお悩みに合う商品を紹介する", "a product for another need"),
        ),
        _twice_and_gone,
        "after_two_singles",
    ),
    Preset(
        "loyal",
        Text("ロイヤル", "Loyal"),
        Text(
            "1年に5回以上買ったか、購入額が上位20%の方です。",
            "Five purchases a year or more, or in the top fifth by amount.",
        ),
        (
            Text("特別優待", "perks of their own"),
            Text("イベントへの招待", "an invitation to an event"),
            Text("先行販売", "sales before all others"),
            Text("ポイントの上乗せ", "extra points"),
        ),
        lambda _: {"any": [_often(">=", 5), is_("decile", 2, "<=")]},
    ),
    Preset(
        "casual",
        Text("カジュアル", "Casual"),
        Text("1年に1、2回買い、離脱していない方です。", "One or two purchases a year, not lapsed."),
        (
            Text("クーポン", "a coupon"),
            Text("タイムセール", "a sale for a few hours"),
            Text("買い忘れのお知らせ", "a reminder"),
        ),
        lambda _: {"all": [_often(">=", 1), _often("<=", 2), is_("is_lapsed", False)]},
        "know_us",
    ),
    Preset(
        "high_spend",
        Text("高額購入", "High spenders"),
        Text(
            "購入額が上位20%か、累計が優良客の基準額以上の方です。",
            "In the top fifth by amount, or above the bar of loyal customers.",
        ),
        (
            Text("VIP へ招待する", "an invitation to be a VIP"),
            Text("担当者から一人ずつ連絡する", "a personal word from the shop"),
        ),
        lambda facts: {
            "any": [is_("decile", 2, "<="), is_("net_minor", facts.threshold_minor, ">=")]
        },
        "vip_invitation",
    ),
    Preset(
        "prime",
        Text("優良現役客", "Loyal customers"),
        Text(
            "長く買い続け、累計が基準額以上の、いま現役の方です。VIPの特典の対象です。",
            "They have bought for long and for more than the bar, and still do; VIP perks are theirs.",
        ),
        (
            Text("VIPの特典を贈る", "give them the VIP perks"),
            Text("売り込まずに感謝を伝える", "thank them, sell nothing"),
        ),
        lambda _: {"all": [is_("stage", "prime"), is_("is_lapsed", False)]},
        "vip_welcome",
    ),
    Preset(
        "lost",
        Text("鮮度が離脱圏", "In the lowest freshness band"),
        Text(
            "その方の購入サイクルから見て、もう戻らないおそれが大きい方です。",
            "By their own purchase cycle they may well not come back.",
        ),
        (
            Text("離れたわけをうかがう", "ask why they left"),
            Text("良くなったことを伝える", "tell what got better"),
            Text("最後に一度だけ案内する", "invite once, last"),
        ),
        lambda _: {"all": [is_("freshness_band", "lost"), is_("purchase_count", 1, ">=")]},
        "win_back",
    ),
    Preset(
        "low_spend",
        Text("低額購入", "Low spenders"),
        Text("直近12か月の購入額が下位30%の方です。", "In the lowest three tenths by amount."),
        (Text("ふだんの価格帯の商品を紹介する", "products near the prices they pay"),),
        lambda _: is_("decile", 8, ">="),
    ),
    Preset(
        "sale_only",
        Text("セール時のみ購入", "Buys only at a discount"),
        Text(
            "注文のほとんど(初めの設定では2回以上の注文の8割以上)が値引きつきの方です。",
            "Nearly all their orders (at first: 8 of 10, from two orders on) had a discount.",
        ),
        (
            Text("在庫整理の案内に使う", "clearing stock"),
            Text("定価での試験からは除く", "leave them out of full-price trials"),
        ),
        lambda facts: {"all": _sale_only(facts)},
    ),
    Preset(
        "stock_clearance",
        Text("在庫整理の対象", "Audience of a stock clearance"),
        Text(
            "セール時のみ購入の方のうち、鮮度が離脱圏に入っていない方です。値引きの案内をしても、"
            "定価の売上を減らしません。",
            "Who buys at a discount only and is not out of reach: a discount takes no full-price sales.",
        ),
        (
            Text("在庫整理の案内を送る", "tell them of the clearance"),
            Text("定価の商品は案内しない", "no news of full-price products"),
        ),
        lambda facts: {"all": [*_sale_only(facts), is_("freshness_band", "lost", "!=")]},
    ),
    Preset(
        "fresh_leads",
        Text("今日対応する新鮮な見込み客", "Fresh leads for today"),
        Text(
            "知り合ったばかりで、まだ買っていない方です。日がたつほど買いにくくなります。",
            "People who have just met the shop and not bought: the sooner, the easier.",
        ),
        (
            Text("24時間以内に最初の連絡をする", "a first word within 24 hours"),
            Text("資料やトライアルを案内する", "a brochure, or a trial"),
        ),
        lambda _: {"all": [is_("stage", "lead"), is_("freshness_band", ["fresh", "fading"], "in")]},
        "lead_follow",
    ),
    Preset(
        "birthday_soon",
        Text("もうすぐ誕生日", "Birthday within a week"),
        Text("7日以内に誕生日が来る方です。", "Their birthday is within seven days."),
        (Text("お祝いのひとこと", "a word of good wishes"),),
        lambda _: is_("birthday", 7, "next_days"),
    ),
    Preset(
        "looked_not_bought",
        Text("見て、買っていない", "Looked and did not buy"),
        Text(
            "商品ページを見てから7日たっても注文がない方です。",
            "They looked at a product and did not order within seven days.",
        ),
        (Text("見た商品についての質問を受け付ける", "offer to answer questions about it"),),
        lambda _: {
            "last": _did("event", is_("kind", "product_view")),
            "then": _did("order"),
            "within_days": 7,
            "happened": False,
        },
    ),
)
