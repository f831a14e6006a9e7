"""Why the engine did what it did, in words. Codes are stored; never rename one."""

from collections.abc import Mapping
from typing import Any

from okaeri.foundation.text import Text

_WORDS: dict[str, Text] = {
    "purchase": Text(
        "{number}回目の購入(注文番号 {order_no})があったため始めました",
        "Started by purchase number {number} (order {order_no})",
    ),
    "recency": Text(
        "最後の購入({last_on})から{days}日たったため始めました",
        "Started {days} days after the last purchase ({last_on})",
    ),
    "waiting": Text("{until} まで待ちます", "Waits until {until}"),
    "sent": Text(
        "予定の日({on})になったため送信を依頼しました", "Asked to send: its day ({on}) came"
    ),
    "held_out": Text(
        "効果を確かめるために送らない人です(予定日 {on})",
        "Left out on purpose, to measure the effect (planned for {on})",
    ),
    "grant_held_out": Text(
        "効果を確かめるために贈らない人です", "Left out on purpose, to measure the effect"
    ),
    "too_late": Text(
        "予定から{days}日過ぎたため送りませんでした", "Dropped: {days} days after its time"
    ),
    "open_complaint": Text(
        "低い評価への対応がまだ済んでいないため、販促のお便りは送りませんでした",
        "Nothing was sold: nobody has dealt with this person's low score yet",
    ),
    "branch_then": Text("{fields}の条件に合いました", "The condition on {fields} held"),
    "branch_otherwise": Text(
        "{fields}の条件に合わないか、まだ分かりませんでした",
        "The condition on {fields} did not hold, or it is not known yet",
    ),
    "granted": Text("{points}ポイントを贈りました", "Gave {points} points"),
    "goal": Text(
        "{number}回目の購入があったため終了しました", "Ended: purchase number {number} was made"
    ),
    "order_cancelled": Text(
        "きっかけの注文が取り消されたため終了しました",
        "Ended: the order that started it was cancelled",
    ),
    "completed": Text("最後まで進みました", "Walked to the end"),
    "f2_late": Text(
        "2回目の購入がないまま期間を終えました", "Ended without a second purchase in its time"
    ),
    "silent": Text("反応がないまま期間を終えました", "Ended without an answer in its time"),
    "time_over": Text("期間の上限に達したため終了しました", "Ended: its longest time was over"),
}
_FIELDS: dict[str, Text] = {
    "satisfaction": Text("満足度", "satisfaction"),
    "purchase_count": Text("購入回数", "number of purchases"),
    "order_net_minor": Text("注文金額", "order value"),
    "stage": Text("顧客区分", "customer class"),
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
_UNKNOWN = Text("理由の記録がありません({code})", "No words for this reason ({code})")


def put_into_words(reason: Mapping[str, Any]) -> Text:
    """Give the sentence for a stored reason."""
    code = str(reason.get("code", ""))
    words = _WORDS.get(code)
    if words is None:
        return _UNKNOWN.format(code=code)
    values = {name: value for name, value in reason.items() if name != "code"}
    fields = _name_fields(str(values.get("fields", "")))
    return Text(
        words.ja.format(**{**values, "fields": fields.ja}),
        words.en.format(**{**values, "fields": fields.en}),
    )


def _name_fields(stored: str) -> Text:
    """Give the words for the fields of a branch, stored as "satisfaction, stage"."""
    names = [_FIELDS.get(name, Text(name, name)) for name in stored.split(", ")]
    return Text("・".join(name.ja for name in names), ", ".join(name.en for name in names))
