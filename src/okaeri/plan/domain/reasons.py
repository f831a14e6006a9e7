"""Why the engine did what it did, in words. Codes are stored; never rename one."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from okaeri.foundation.text import Text, day_in_words
from okaeri.plan.domain.conditions import conditions_in_words

_WORDS: dict[str, Text] = {
    "purchase": Text(
        "{number}回目の購入(注文番号 {order_no})があったため始めました",
        "Started by purchase number {number} (order {order_no})",
    ),
    "recency": Text(
        "最後の購入({last_on})から{days}日たったため始めました",
        "Started {days} days after the last purchase ({last_on})",
    ),
    "form": Text(
        "フォーム「{form}」のお申し込みがあったため始めました",
        'Started by an entry of the form "{form}"',
    ),
    "cart": Text(
        "カートに{items}点を残したまま{hours}時間たったため始めました",
        "Started {hours} hours after {items} products were left in the cart",
    ),
    "run_out": Text(
        "商品 {sku} の使い切り予定日({on})の{days}日前になったため始めました",
        "Started {days} days before {sku} should run out ({on})",
    ),
    "segment": Text(
        "セグメント「{segment}」に入ったため始めました",
        'Started by coming into the segment "{segment}"',
    ),
    "in_segment": Text(
        "始めた時にセグメント「{segment}」にいたため始めました",
        'Started: was in the segment "{segment}" when the journey began',
    ),
    "by_hand": Text("スタッフが始めました", "Started by staff"),
    "cart_emptied": Text("カートが空になったため終了しました", "Ended: the cart is empty by now"),
    "stopped": Text("シナリオを終えたため終了しました", "Ended: the journey was stopped for good"),
    "lost": Text(
        "鮮度が離脱圏に入ったため終了しました(掘り起こしの対象です)",
        "Ended: the freshness fell into its lowest band (win-back takes over)",
    ),
    "waiting_hours": Text("{moment}まで待ちます", "Waits until {moment}"),
    "waiting": Text("{until}まで待ちます", "Waits until {until}"),
    "sent": Text(
        "「{template}」の日({on})になったため、送信を依頼しました",
        'Asked to send "{template}": its day ({on}) came',
    ),
    "sent_variant": Text(
        "セグメント「{variant}」の方に「{template}」を送る日({on})になったため、送信を依頼しました",
        'Asked to send "{template}", the letter for the segment "{variant}": its day ({on}) came',
    ),
    "sent_default": Text(
        "どのセグメントにも当てはまらない方への「{template}」の日({on})になったため、送信を依頼しました",
        'Asked to send "{template}", for whoever is in none of the segments: its day ({on}) came',
    ),
    "held_out_variant": Text(
        "効果を比べるため、セグメント「{variant}」の方への「{template}」をあえて送りませんでした"
        "(予定日 {on})",
        'Left out on purpose, to measure the effect ("{template}", the letter for the segment '
        '"{variant}", planned for {on})',
    ),
    "held_out_default": Text(
        "効果を比べるため、どのセグメントにも当てはまらない方への「{template}」をあえて送りませんでした"
        "(予定日 {on})",
        'Left out on purpose, to measure the effect ("{template}", for whoever is in none of the '
        "segments, planned for {on})",
    ),
    "held_out": Text(
        "効果を比べるため、このお客様には「{template}」をあえて送りませんでした(予定日 {on})",
        'Left out on purpose, to measure the effect ("{template}", planned for {on})',
    ),
    "grant_held_out": Text(
        "効果を比べるため、このお客様にはあえて贈りませんでした",
        "Left out on purpose, to measure the effect",
    ),
    "too_late": Text(
        "予定から{days}日過ぎたため、「{template}」は送りませんでした",
        'Did not send "{template}": {days} days after its time',
    ),
    "open_complaint": Text(
        "低い評価・苦情・定期の解約や休止のお申し出への対応がまだ済んでいないため、"
        "販促の「{template}」は送りませんでした",
        'Did not send "{template}", which sells: nobody has dealt with a low score, complaint or wish '
        "to cancel or pause yet",
    ),
    "branch_then": Text("条件に合いました: {when}", "The condition held: {when}"),
    "branch_otherwise": Text(
        "条件に合いませんでした: {when}", "The condition did not hold: {when}"
    ),
    "granted": Text("{points}ポイントを贈りました", "Gave {points} points"),
    "coupon_given": Text("クーポン「{offer}」を贈りました", 'Gave the coupon "{offer}"'),
    "coupon_unpaid": Text(
        "お支払いの期日を過ぎた注文があるため、クーポン「{offer}」は贈りませんでした",
        'Did not give the coupon "{offer}": an order is past its day of payment',
    ),
    "no_coupon": Text(
        "クーポン「{offer}」は贈りませんでした(お一人1枚のため、または配布を止めているため)",
        'Did not give the coupon "{offer}": one for each person, or no longer given out',
    ),
    "unpaid": Text(
        "お支払いの期日を過ぎた注文があるため、ポイントは贈りませんでした",
        "Gave no points: an order is past its day of payment",
    ),
    "discount_dependent": Text(
        "流行客で値引き依存のため、ポイントは贈りませんでした",
        "Gave no points: a trend customer who depends on discounts",
    ),
    "goal": Text(
        "{number}回目の購入があったため終了しました", "Ended: purchase number {number} was made"
    ),
    "order_cancelled": Text(
        "きっかけの注文が取り消しか返品になったため終了しました",
        "Ended: the order that started it was cancelled or returned",
    ),
    "completed": Text("最後まで進みました", "Walked to the end"),
    "f2_late": Text(
        "2回目の購入がないまま期間を終えました", "Ended without a second purchase in its time"
    ),
    "silent": Text("お買い物のないまま期間を終えました", "Ended without a purchase in its time"),
    "merged": Text(
        "同じ方の別の登録がこのシナリオを先に進んでいるため、こちらは終了しました",
        "Ended: another entry of the same person is ahead in this journey",
    ),
    "unmerged": Text(
        "別の方だったため、元の場所から再開しました",
        "Goes on from where it stood: two people after all",
    ),
    "erased": Text("ご本人の情報を消去しました", "The person was erased"),
    "time_over": Text("期間の上限に達したため終了しました", "Ended: its longest time was over"),
}
# What is stored as an ISO day.
_DAYS = frozenset({"on", "until", "last_on"})
_UNKNOWN = Text("理由の記録がありません({code})", "No words for this reason ({code})")


def put_into_words(reason: Mapping[str, Any], template_names: Mapping[str, Text]) -> Text:
    """Give the sentence for a stored reason.

    `template_names`: template key → its name, and the names of attributes and their choices
    (`domain.conditions`) and of segments ("segment:12").
    """
    code = str(reason.get("code", ""))
    words = _WORDS.get(code)
    if words is None:
        return _UNKNOWN.format(code=code)
    named = {
        name: _in_words(name, value, template_names)
        for name, value in reason.items()
        if name != "code"
    }
    return words.format(**named)


def _in_words(name: str, value: Any, template_names: Mapping[str, Text]) -> Text:  # noqa: ANN401
    if name in _DAYS:
        return day_in_words(date.fromisoformat(value))
    if name == "moment":
        day, _, at = value.partition("T")
        on = day_in_words(date.fromisoformat(day))
        return Text(f"{on.ja} {at}", f"{on.en} {at}")
    if name == "when":
        return conditions_in_words(value, template_names)
    if name in ("template", "variant"):
        return template_names.get(value) or Text(value, value)
    return Text(str(value), str(value))
