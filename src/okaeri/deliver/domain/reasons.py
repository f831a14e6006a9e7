"""Every status and every reason in words. A reason is stored as {"code": ..., numbers or texts}."""

from collections.abc import Mapping
from typing import Any

from okaeri.deliver.types import STATUS_NAMES
from okaeri.foundation.text import Text

_WHY_STATUS: dict[str, Text] = {
    "planned": Text("送信日時を待っています。", "Waits for its time."),
    "rendered": Text("順番を待っています。", "Waits for its turn."),
    "claimed": Text("いま送っています。", "Is leaving now."),
    "accepted": Text("相手のサーバーが受け取りました。", "The receiving server took it."),
    "rejected": Text("相手のサーバーが受け取りませんでした。", "The far side refused it."),
    "unknown": Text(
        "送信の途中で接続が切れたため、届いたかどうか分かりません。二重に届かないよう、自動では送り直しません。",
        "The connection was lost while it left; it may have arrived. It is not sent again by itself.",
    ),
    "suppressed": Text("送らないことになりました。", "It will not be sent."),
    "held_out": Text(
        "効果を比べるため、あえて送りません。", "Left out on purpose, to see the effect."
    ),
    "expired": Text("期限を過ぎたため送りません。", "Its time is over; it is not sent."),
}

REASONS: dict[str, Text] = {
    "held_out": _WHY_STATUS["held_out"],
    "merged": Text(
        "同じ方の別の登録に送るため、こちらは送りません。",
        "Not sent: another entry of the same person gets it.",
    ),
    "merged_double": Text(
        "同じ方の別の登録にもう送ったため、送りません。",
        "Not sent: another entry of the same person already had it.",
    ),
    "erased": Text("ご本人の情報を消去しました。", "The person was erased."),
    "no_address": Text("宛先が分かりません。", "No address is known."),
    "no_consent": Text("配信の同意がありません。", "There is no consent."),
    "consent_withdrawn": Text("配信停止の希望を受けています。", "The person asked us to stop."),
    "address_suppressed": Text(
        "この宛先には送らないことになっています(不達・苦情など)。",
        "This address is not written to (bounced, complained or asked).",
    ),
    "frequency_cap": Text(
        "短い間に送りすぎないための上限に達しました。",
        "The cap on messages per day or week was reached.",
    ),
    "sales_cap": Text(
        "この段階のお客様への販促は30日の上限に達しました。",
        "The cap on sales messages in 30 days was reached.",
    ),
    "first_purchase_recent": Text(
        "初回購入から間もないお客様には販促を送りません。",
        "No selling so soon after a first purchase.",
    ),
    "follow_unfinished": Text(
        "初回フォローのお便りがまだ残っているため、その前に販促は送りません。",
        "Letters of care after the first purchase are still to come; nothing is sold before them.",
    ),
    "asked_lately": Text(
        "前のアンケートから日が浅いため、続けてはうかがいません。",
        "Not asked again so soon after the last question.",
    ),
    "stage_unknown": Text(
        "お客様の段階がまだ計算されていないため、販促を待っています。",
        "The customer's stage is not computed yet; selling waits.",
    ),
    "quiet_hours": Text(
        "送らない時間帯のため待っています。", "Waits for the hours in which we send."
    ),
    "sender_details_missing": Text(
        "差出人の住所が設定されていません。設定画面で入力すると送られます。",
        "The sender's postal address is not set; fill it in on the settings page and it will go.",
    ),
    "open_complaint": Text(
        "低い評価・苦情・定期の解約や休止のお申し出への対応がまだ済んでいないため、販促は送りません。",
        "Nothing is sold until somebody has dealt with this person's low score, complaint or wish to "
        "cancel or pause a subscription.",
    ),
    "paused": Text(
        "お客様がお知らせをお休み中です。", "The person asked for a pause from our news."
    ),
    "topic_refused": Text(
        "お客様がこの内容のお知らせを希望していません。",
        "The person does not want news about this topic.",
    ),
    "wished_frequency": Text(
        "お客様が希望した週あたりの通数に達しました。",
        "The number per week the person asked for was reached.",
    ),
    "wished_time": Text(
        "お客様が希望した曜日や時間帯を待っています。",
        "Waits for the days and hours the person asked for.",
    ),
    "no_common_hours": Text(
        "お客様が希望した時間帯と、お店の送信時間が重なりません。",
        "The hours the person asked for and the shop's hours of sending do not meet.",
    ),
    "template_error": Text("文面を作れませんでした。", "The words could not be made."),
    "nothing_to_give": Text(
        "お渡しするものがないため送りません。", "Not sent: there is nothing to give."
    ),
    "channel_missing": Text("この送信手段は使えません。", "This channel is not available."),
    "unsubscribed": Text("お客様が配信停止を選びました。", "The person unsubscribed."),
    "journey_exited": Text("お客様がシナリオを離れました。", "The customer left the journey."),
    "withdrawn": Text("取り消されました。", "It was withdrawn."),
    "retry_later": Text(
        "相手のサーバーの返事により、後で送り直します。", "Will be tried again later."
    ),
    "channel_unreachable": Text(
        "メールサーバーにつながらないため待っています。",
        "Waits: the mail server cannot be reached.",
    ),
    "rejected": _WHY_STATUS["rejected"],
    "address_dead": Text("宛先が存在しません。", "The address does not exist."),
    "connection_lost": _WHY_STATUS["unknown"],
    "worker_died": Text(
        "送信の途中で処理が止まったため、届いたかどうか分かりません。自動では送り直しません。",
        "The worker stopped while it left; it may have arrived. It is not sent again by itself.",
    ),
    "bounced": Text("不達の通知が届きました。", "A bounce came back."),
    "resend_confirmed": Text(
        "担当者の確認により送り直します。", "Sent again after a person confirmed."
    ),
    "expired": _WHY_STATUS["expired"],
}


def status_name(status: str) -> Text:
    """Give the short name of a status."""
    return STATUS_NAMES[status]


def describe(status: str, reason: Mapping[str, Any]) -> Text:
    """Say in one or two sentences why a message is where it is; an unknown code is shown as it is."""
    code = reason.get("code", "")
    if not code:
        return _WHY_STATUS[status]
    words = REASONS.get(code) or Text(f"理由: {code}", f"Reason: {code}")
    if status == "expired" and code != "expired":
        words = _join(_WHY_STATUS["expired"], words)
    detail = reason.get("detail")
    if isinstance(detail, Mapping):
        return _join(words, Text(str(detail["ja"]), str(detail["en"])))
    reply = reason.get("reply")
    return _join(words, Text(f"(返事: {reply})", f"(reply: {reply})")) if reply else words


def _join(first: Text, second: Text) -> Text:
    return Text(first.ja + second.ja, f"{first.en} {second.en}")
