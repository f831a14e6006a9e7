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
    "branch_then": Text("条件({fields})に合いました", "The condition ({fields}) held"),
    "branch_otherwise": Text(
        "条件({fields})に合いませんでした", "The condition ({fields}) did not hold"
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
_UNKNOWN = Text("理由の記録がありません({code})", "No words for this reason ({code})")


def put_into_words(reason: Mapping[str, Any]) -> Text:
    """Give the sentence for a stored reason."""
    code = str(reason.get("code", ""))
    words = _WORDS.get(code)
    if words is None:
        return _UNKNOWN.format(code=code)
    return words.format(**{name: value for name, value in reason.items() if name != "code"})
