"""Values of shop settings in words."""

from typing import Any

from okaeri.foundation.settings import SettingSpec, ShopProfile, load
from okaeri.foundation.text import Text
from okaeri.web import formats

CHOICE_NAMES = {
    "elapsed": Text(
        "記事どおり: 初回購入から今日まで", "As in the article: first purchase until today"
    ),
    "span": Text("実務標準: 初回から最終購入まで", "As is usual: first to last purchase"),
    "aov_all": Text("全期間の注文単価", "Per order, all time"),
    "aov_12m": Text("直近12か月の注文単価", "Per order, 12 months"),
    "per_customer": Text("1人当たり購入額", "Per customer"),
    "fixed": Text("固定の単価", "Fixed price"),
    "monthly": Text("毎月1日(月内は変えない)", "On the first of the month, then frozen"),
    "nightly": Text("毎晩", "Every night"),
    "fixed_days": Text("上の日数", "The days above"),
    "own_days": Text("この店の間隔(80%点)", "The shop's own days (80% point)"),
    "repeat": Text("同じ品の買い足し", "Repeat purchases of one product"),
    "ad_hoc": Text("都度買い", "Ad-hoc purchases"),
    "own_edges": Text("自分で決める", "My own"),
    "quintiles": Text("この店の五分位", "The shop's own fifths"),
    "fixed_edges": Text("自分で決める金額", "My own amounts"),
    "merch_net": Text(
        "商品代金(税込、値引き・ポイント後)", "Goods with tax, after discounts and points"
    ),
    "merch_net_no_tax": Text(
        "商品代金(税抜、値引き・ポイント後)", "Goods without tax, after discounts and points"
    ),
    "paid_total": Text("支払合計(送料・手数料を含む)", "All that was paid, shipping and fees too"),
    "order": Text("注文日", "Day of the order"),
    "shipped": Text("発送日", "Day of shipping"),
}
_YES, _NO = Text("はい", "Yes"), Text("いいえ", "No")


def value_words(spec: SettingSpec, value: Any, language: str) -> str:  # noqa: ANN401 - of any setting
    """Give what a setting says, as its form would put it."""
    if isinstance(value, bool):
        return (_YES if value else _NO).render(language)
    if isinstance(value, str):
        return CHOICE_NAMES[value].render(language) if value in CHOICE_NAMES else value
    if spec.key.endswith("_price"):
        return formats.money(value, load(ShopProfile).currency, language)
    return f"{value:,g}"
