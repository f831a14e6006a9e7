"""What a letter must not say without more: urgency without an end, prices without a period, bought reviews.

景品表示法 5条 (有利誤認) and the 2023 notice on hidden advertising (ステマ告示): see reliability.md 3.5,
ENFORCE-5 and ENFORCE-6. Words only: whether what is stated is true, the shop alone knows.
"""

import re
from enum import StrEnum

_ANY_CASE = re.IGNORECASE
_REVIEW = re.compile(r"レビュー|口コミ|クチコミ|ご感想|評価|\breviews?\b|\bratings?\b", _ANY_CASE)
_PUBLISHED = re.compile(r"レビュー|口コミ|クチコミ|\breviews?\b", _ANY_CASE)
_GOOD = re.compile(
    r"(?:★|☆|星)\s*(?:[45４５四五]|満点)|★{4,}|高評価|高得点|満点の?(?:評価|レビュー)"
    r"|(?:良い|よい|いい|好意的な|ポジティブな)\s*(?:評価|レビュー|口コミ|クチコミ|ご感想)"
    r"|\b(?:[45]|four|five)[- ]stars?\b|\b(?:good|positive|favou?rable) (?:reviews?|ratings?)\b",
    _ANY_CASE,
)
# An ask or a promise: what only tells ("高評価をいただきました") is another matter.
_ASK = re.compile(
    r"ください|下さい|お願い|投稿|書いて|お書き|つけて|付けて|お寄せ|いただ(?:く|ける|けた|いた方|けましたら|ければ|くと)"
    r"|\b(?:please|write|leave|give|post)\b",
    _ANY_CASE,
)
_REWARD = re.compile(
    r"ポイント|クーポン|プレゼント|進呈|割引|値引|謝礼|特典|ギフト|\bcoupon\b|\bpoints?\b|\bgift\b|\bdiscount\b"
    r"|\{[{%][^}]*\b(?:coupon|points)\b",
    _ANY_CASE,
)
_DISCLOSED = re.compile(
    r"\bPR\b|【PR】|プロモーション|謝礼あり|特典あり|\bincentivi[sz]ed\b", _ANY_CASE
)
_URGENT = re.compile(
    r"本日限り|今日限り|今日だけ|今だけ|いまだけ|残りわずか|まもなく終了"
    r"|[0-9０-９]+時間限定|あと[0-9０-９]+(?:時間|日)で(?:終了|終わ|締め?切)|カウントダウン"
    r"|\btoday only\b|\blast chance\b|\bonly today\b|\bends (?:today|tonight|soon)\b",
    _ANY_CASE,
)
_COMPARED = re.compile(
    # Not the 定価 of 限定価格 and 固定価格.
    r"通常価格|通常[0-9０-９,，]+円|定価(?!格|値)|当店通常|メーカー希望小売価格"
    r"|\b(?:regular|list|usual) price\b|\bRRP\b",
    _ANY_CASE,
)
_END = re.compile(
    r"\{\{[^}]*\bcoupon\.valid_until\b|[0-9０-９]{1,2}月[0-9０-９]{1,2}日|\b20[0-9]{2}-[0-9]{2}-[0-9]{2}\b"
)
_PERIOD = re.compile(r"20[0-9]{2}年[0-9]{1,2}月|\b20[0-9]{2}-[0-9]{2}(?:-[0-9]{2})?\b")
_SENTENCE = re.compile(r"[。\uff01\uff1f!?\n]|\.\s")


def asks_for_review(text: str) -> bool:
    """Tell whether a letter asks its reader to publish a review."""
    return any(
        _PUBLISHED.search(sentence) and _ASK.search(sentence) for sentence in _SENTENCE.split(text)
    )


class Claim(StrEnum):
    """What is wrong with a letter's words."""

    BOUGHT_PRAISE = "bought_praise"
    HIDDEN_REWARD = "hidden_reward"
    URGENCY = "urgency"
    COMPARED_PRICE = "compared_price"


def claims_in(*texts: str) -> list[tuple[Claim, str]]:
    """Give what a letter (subject and bodies) must not say as it stands, each with the words found.

    * Praise: asking for a good review, or for any content of it, whether or not it is rewarded.
    * A reward for a review whose letter does not say that the review is to be marked (PR, 謝礼あり).
    * Urgency without a day it ends on: the coupon's own `coupon.valid_until`, or a date.
    * A compared price without since when it was asked (a month of a year).
    """
    whole = "\n".join(texts)
    found: list[tuple[Claim, str]] = []
    for sentence in _SENTENCE.split(whole):
        if not _ASK.search(sentence):
            continue
        if praise := _GOOD.search(sentence):
            found.append((Claim.BOUGHT_PRAISE, praise.group()))
        elif (
            (reward := _REWARD.search(sentence))
            and _REVIEW.search(sentence)
            and not _DISCLOSED.search(whole)
        ):
            found.append((Claim.HIDDEN_REWARD, reward.group()))
    if (urgent := _URGENT.search(whole)) and not _END.search(whole):
        found.append((Claim.URGENCY, urgent.group()))
    if (compared := _COMPARED.search(whole)) and not _PERIOD.search(whole):
        found.append((Claim.COMPARED_PRICE, compared.group()))
    return list(dict.fromkeys(found))
