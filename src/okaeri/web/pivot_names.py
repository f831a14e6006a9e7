"""Words for the dimensions of the pivot and their values."""

from collections.abc import Mapping

from okaeri.foundation.text import Text
from okaeri.insight.types import Stage, class_name

DIMENSION_NAMES = {
    "class": Text("クラス", "Class"),
    "count": Text("購入回数", "Purchases"),
    "product": Text("商品", "Product"),
    "plan": Text("買い方", "Plan"),
    "source": Text("販売元", "Sold by"),
    "prefecture": Text("都道府県", "Prefecture"),
}
_PLANS = {
    "subscription": Text("定期", "Subscription"),
    "once": Text("定期でない", "Not a subscription"),
}
_OTHERS = {
    "product": Text("そのほかの商品", "Other products"),
    "source": Text("そのほかの販売元", "Other sellers"),
    "prefecture": Text("そのほか・不明", "Others, or unknown"),
}
# Whoever bought as often or more stands in one column.
LAST_COUNT = "6"


def value_name(dimension: str, value: str, names: Mapping[str, str]) -> Text:
    """Name one value; `names` gives those of products. "" is everything outside the largest."""
    if dimension == "class":
        stage, _, half = value.partition(":")
        return class_name(Stage(stage), is_lapsed=bool(half))
    if dimension == "count":
        more = value == LAST_COUNT
        return (
            Text(f"{value}回以上", f"{value}+ times") if more else Text(f"{value}回", f"{value}×")
        )
    if dimension == "plan":
        return _PLANS[value]
    if not value:
        return _OTHERS[dimension]
    name = names.get(value, value) if dimension == "product" else value
    return Text(name, name)
