"""The rules of the call list: how urgent a reason is, what to say, and what follows a try."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri.insight.prediction_types import CustomerPredictionView
from okaeri.insight.types import CustomerInsightView, Stage
from okaeri.listen.types import CallReason, CallResult, CallRules

PROMISED = 900
TOP, HIGH = 700, 400
_BASE: Mapping[CallReason, int] = {
    CallReason.COMPLAINT: 800,
    CallReason.LOW_SCORE: 700,
    CallReason.ASKED: 600,
    CallReason.IMPORTANT: 490,
    CallReason.AT_RISK: 400,
    CallReason.F2_LATE: 200,
}
_STAGE: Mapping[Stage, int] = {
    Stage.PRIME: 9,
    Stage.STEADY: 6,
    Stage.TREND: 4,
    Stage.TODDLER: 2,
}
# Together with the class less than the step from one reason to the next.
_MOST_FRESH = 80
_LEVELS = (
    (PROMISED, Text("約束の時刻", "Promised")),
    (TOP, Text("最優先", "Top")),
    (HIGH, Text("高", "High")),
    (0, Text("ふつう", "Normal")),
)
_WHY: Mapping[CallReason, Text] = {
    CallReason.COMPLAINT: Text(
        "苦情が{days}日間、返事を待っています。", "A complaint; days waiting: {days}."
    ),
    CallReason.LOW_SCORE: Text(
        "満足度{score}の回答が{days}日間、返事を待っています。",
        "A score of {score}; days waiting: {days}.",
    ),
    CallReason.ASKED: Text("{by}さんからの依頼です。", "Asked for by {by}."),
    CallReason.IMPORTANT: Text(
        "重要度{importance}、離脱リスク{risk}%の方です。最後の購入から{days}日たっています。",
        "Importance {importance}, lapse risk {risk}%; {days} days since the last purchase.",
    ),
    CallReason.AT_RISK: Text(
        "最後の購入から{days}日。離脱の手前です。",
        "{days} days since the last purchase; close to leaving.",
    ),
    CallReason.F2_LATE: Text(
        "初回の購入から{days}日、2回目がまだです。",
        "{days} days since the first purchase, and no second one.",
    ),
}
_OPENING = Text(
    "{shop}の{staff}と申します。{name}様でいらっしゃいますか。",
    "This is {staff} of {shop}. Am I speaking with {name}?",
)
_SCRIPTS: Mapping[CallReason, Text] = {
    CallReason.COMPLAINT: Text(
        "このたびはご不便をおかけし、申し訳ございません。お困りのことを、まずお聞かせください。"
        "(最後まで聞き、いつまでに何をするかを約束します。商品のご案内はしません。)",
        "We are sorry for the trouble. Please tell us what went wrong. "
        "(Hear it to the end; promise what will be done by when. Offer nothing.)",
    ),
    CallReason.LOW_SCORE: Text(
        "先日のアンケートにお答えくださり、ありがとうございました。ご満足いただけなかった点を、"
        "お聞かせいただけますか。(商品のご案内はしません。)",
        "Thank you for answering our question. May I ask what did not please you? (Offer nothing.)",
    ),
    CallReason.ASKED: Text(
        "今、2、3分よろしいでしょうか。(依頼の内容をお伝えします。)",
        "Do you have two or three minutes? (Say what was asked for.)",
    ),
    CallReason.IMPORTANT: Text(
        "いつもありがとうございます。{product}のその後のご様子をうかがいたく、お電話しました。"
        "今よろしいでしょうか。お困りのことや、足りないことはございませんか。",
        "Thank you for being with us. I am calling to ask how you are getting on with {product}. "
        "Is now a good time? Is anything missing or unclear?",
    ),
    CallReason.AT_RISK: Text(
        "以前お求めの{product}について、ご様子うかがいと商品のご案内でお電話しました。"
        "今よろしいでしょうか。その後、お使い心地はいかがですか。",
        "I am calling about {product} that you bought, to ask how you are and to tell of our goods. "
        "Is now a good time? How has it been?",
    ),
    CallReason.F2_LATE: Text(
        "先日はお買い上げありがとうございました。{product}の使い方のご案内でお電話しました。"
        "今よろしいでしょうか。困っていることはございませんか。",
        "Thank you for your purchase. I am calling to help with {product}. "
        "Is now a good time? Is anything unclear?",
    ),
}
_NO_CALL_BACK = Text(
    "再架電の日時を、これからの日時で入力してください。", "Give when to call back, in the future."
)
_FURTHEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class After:
    """What a task becomes by a try: closed with an outcome, or open again at `due_at`."""

    outcome: str = ""
    due_at: datetime | None = None
    tries: int = 0
    is_promised: bool = False


def priority_of_important(told: CustomerPredictionView) -> int:
    """Say how urgent it is to call whom the importance page lists: in its order, by 優先度 (0 to 100)."""
    return _BASE[CallReason.IMPORTANT] + round(min(100.0, max(0.0, told.priority)))


def priority_of(reason: CallReason, standing: CustomerInsightView | None) -> int:
    """Say how urgent a call is: the reason, then how fresh the person still is, then his class."""
    if standing is None:
        return _BASE[reason]
    fresh = round(min(100.0, max(0.0, standing.freshness)) / 100 * _MOST_FRESH)
    return _BASE[reason] + _STAGE.get(Stage(standing.stage), 0) + fresh


def level_of(priority: int) -> Text:
    """Put a priority into a word."""
    return next(name for least, name in _LEVELS if priority >= least)


def why(reason: CallReason, facts: Mapping[str, Any]) -> Text:
    """Say why this person is on the list; a figure that is not known any more is left a dash."""
    known = {**dict.fromkeys(("days", "score", "by", "importance", "risk"), "—"), **facts}
    return _WHY[reason].format(**known)


def script_of(
    reason: CallReason, rules: CallRules, *, shop: str, staff: str, name: str, product: Text
) -> Text:
    """Give what to say: who calls and why comes first (特定商取引法 16条), then the matter."""
    opening = _OPENING.format(shop=shop, staff=staff, name=name)
    own = getattr(rules, f"script_{reason.value}")
    body = Text(own, own) if own else _SCRIPTS[reason]
    return Text(
        opening.ja + body.ja.replace("{product}", product.ja),
        f"{opening.en} {body.en.replace('{product}', product.en)}",
    )


def decide_after(
    result: CallResult, tries: int, rules: CallRules, now: datetime, call_back_at: datetime | None
) -> After:
    """Decide what follows a try; `tries` are those before it. Raises InputError for a bad promise."""
    if result is CallResult.CALL_BACK:
        if call_back_at is None or not now < call_back_at < now + _FURTHEST:
            raise InputError(_NO_CALL_BACK)
        return After(due_at=call_back_at, tries=tries, is_promised=True)
    if result not in (CallResult.NO_ANSWER, CallResult.VOICEMAIL):
        return After(outcome=result.value, tries=tries)
    if tries + 1 >= rules.most_tries:
        return After(outcome="given_up", tries=tries + 1)
    return After(due_at=now + timedelta(hours=rules.retry_hours), tries=tries + 1)
