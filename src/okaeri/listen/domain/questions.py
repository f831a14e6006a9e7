"""Questions that come with the product, and what an answer may be."""

from dataclasses import dataclass

from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri.listen.types import Scale

SATISFACTION, EXPECTATION, RECOMMEND = "satisfaction", "expectation", "recommend"
NPS = "nps"
# At this score or below staff call back and nobody sells: the lowest quarter of either scale.
LOW_SCORE = 2
LONGEST_COMMENT = 2_000

_BAD_SCORE = Text(
    "評価は{low}から{top}の数字を一つ選んでください。",
    "Please choose one number from {low} to {top}.",
)
_LONG_COMMENT = Text(
    "ご意見は{most}文字までで入力してください。",
    "Please keep your comment within {most} characters.",
)
_SATISFACTION_IS_FIVE = Text(
    "満足度の質問は1から5で聞いてください。", "Ask how satisfied people are from 1 to 5."
)


@dataclass(frozen=True, slots=True)
class QuestionText:
    """The words of one question."""

    text: Text
    low_label: Text
    high_label: Text
    is_satisfaction: bool
    scale: Scale = Scale.FIVE


BUILT_IN = {
    SATISFACTION: QuestionText(
        Text("商品に、どのくらい満足していますか。", "How satisfied are you with your purchase?"),
        Text("満足していない", "Not satisfied"),
        Text("とても満足", "Very satisfied"),
        is_satisfaction=True,
    ),
    # 3 is "as expected": the gap between promise and experience (domain row E-17).
    EXPECTATION: QuestionText(
        Text(
            "期待とくらべて、商品はいかがでしたか。", "Compared with what you expected, how was it?"
        ),
        Text("期待を大きく下回った", "Far below what I expected"),
        Text("期待を大きく上回った", "Far above what I expected"),
        is_satisfaction=False,
    ),
    RECOMMEND: QuestionText(
        Text(
            "ご家族やご友人に、すすめたいと思いますか。",
            "Would you recommend us to family or friends?",
        ),
        Text("すすめたくない", "Not at all"),
        Text("ぜひすすめたい", "Very much"),
        is_satisfaction=False,
    ),
    # The one question NPS is made of, on its own scale (domain §2.9).
    NPS: QuestionText(
        Text(
            "ご家族やご友人に、当店をどのくらいすすめたいと思いますか。",
            "How likely are you to recommend us to family or friends?",
        ),
        Text("まったく思わない", "Not at all likely"),
        Text("とてもそう思う", "Extremely likely"),
        is_satisfaction=False,
        scale=Scale.NPS,
    ),
}


def check_answer(score: object, comment: str, scale: Scale) -> None:
    """Refuse a score off the scale and a comment that is too long."""
    if type(score) is not int or score not in scale.steps:
        raise InputError(_BAD_SCORE.format(low=scale.steps[0], top=scale.top))
    if len(comment) > LONGEST_COMMENT:
        raise InputError(_LONG_COMMENT.format(most=f"{LONGEST_COMMENT:,}"))


def check_question(words: QuestionText) -> None:
    """Refuse a satisfaction on another scale: journeys and CSAT read it from 1 to 5."""
    if words.is_satisfaction and words.scale is not Scale.FIVE:
        raise InputError(_SATISFACTION_IS_FIVE)
