"""The conditions of a branch as a decision keeps them, and in words."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from okaeri.foundation.text import Text
from okaeri.insight.types import BAND_NAMES, STAGE_NAMES, FreshnessBand, Stage

# Field, operator, wanted value, and the person's own value (None: not known).
Checked = tuple[str, str, Any, Any]

_FIELDS: dict[str, Text] = {
    "satisfaction": Text("満足度", "satisfaction"),
    "purchase_count": Text("購入回数", "number of purchases"),
    "order_net_minor": Text("注文金額", "order value"),
    "stage": Text("顧客区分", "customer class"),
    "is_vip": Text("VIPの扱い", "VIP treatment"),
    "is_subscribed": Text("注文した商品の定期", "subscription to what was ordered"),
    "is_lapsed": Text("離脱", "lapsed"),
    "is_at_risk": Text("離脱予備軍", "at risk"),
    "is_f2_late": Text("F2転換の遅れ", "late second purchase"),
    "is_revived": Text("復活", "revived"),
    "net_minor": Text("累計購入金額", "total spent"),
    "net_12m_minor": Text("12か月の購入金額", "spent in 12 months"),
    "recency_days": Text("最終購入からの日数", "days since the last purchase"),
    "freshness": Text("鮮度", "freshness"),
    "freshness_band": Text("鮮度の段階", "freshness band"),
    "r_rank": Text("Rランク", "R rank"),
    "f_rank": Text("Fランク", "F rank"),
    "m_rank": Text("Mランク", "M rank"),
}
_OPERATORS: dict[str, Text] = {
    "=": Text("{field}が{value}", "{field} is {value}"),
    "!=": Text("{field}が{value}以外", "{field} is not {value}"),
    "<": Text("{field}が{value}未満", "{field} below {value}"),
    "<=": Text("{field}が{value}以下", "{field} at most {value}"),
    ">": Text("{field}が{value}を超える", "{field} above {value}"),
    ">=": Text("{field}が{value}以上", "{field} at least {value}"),
    "in": Text("{field}が{value}のどれか", "{field} is one of {value}"),
}
_NOW = Text("(いまは{value})", " (now {value})")
_NOT_KNOWN = Text("(まだ分かりません)", " (not known yet)")


def store_conditions(checked: Iterable[Checked]) -> str:
    """Give the text a reason keeps; `conditions_in_words` reads it."""
    return json.dumps(list(checked), ensure_ascii=False)


def conditions_in_words(stored: str, names: Mapping[str, Text]) -> Text:
    """Give 満足度が2以下(いまは5) / satisfaction at most 2 (now 5); several are joined.

    `names` has those of attributes ("attribute:skin_type") and choices ("attribute:skin_type:dry").
    """
    said = [
        _in_words(field, operator, wanted, own, names)
        for field, operator, wanted, own in json.loads(stored)
    ]
    return Text("、".join(one.ja for one in said), ", ".join(one.en for one in said))


def _in_words(
    field: str,
    operator: str,
    wanted: Any,  # noqa: ANN401 - JSON
    own: Any,  # noqa: ANN401 - JSON
    names: Mapping[str, Text],
) -> Text:
    plain = field.partition(":")[2] or field
    name = _FIELDS.get(field) or names.get(field) or Text(plain, plain)
    want = _value(field, wanted, names)
    words = _OPERATORS[operator]
    known = _NOT_KNOWN
    if own is not None:
        value = _value(field, own, names)
        known = _NOW.format(value=value)
    said = words.format(field=name, value=want)
    return Text(said.ja + known.ja, said.en + known.en)


def _value(field: str, value: Any, names: Mapping[str, Text]) -> Text:  # noqa: ANN401 - JSON
    if isinstance(value, list):
        each = [_value(field, one, names) for one in value]
        return Text("・".join(one.ja for one in each), ", ".join(one.en for one in each))
    if isinstance(value, bool):
        return Text("はい", "yes") if value else Text("いいえ", "no")
    if field == "stage" and value in set(Stage):
        return STAGE_NAMES[Stage(value)]
    if field == "freshness_band" and value in set(FreshnessBand):
        return BAND_NAMES[FreshnessBand(value)]
    if f"{field}:{value}" in names:
        return names[f"{field}:{value}"]
    if isinstance(value, float):
        value = f"{value:,.1f}"
    text = f"{value:,}" if isinstance(value, int) else str(value)
    return Text(text, text)
