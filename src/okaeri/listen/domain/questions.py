"""Questions that come with the product, and what an answer may be."""

from dataclasses import dataclass

from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri.listen.types import SCALE

SATISFACTION, EXPECTATION, RECOMMEND = "satisfaction", "expectation", "recommend"
# At this score or below staff call back and nobody sells.
LOW_SCORE = 2
LONGEST_COMMENT = 2_000

_BAD_SCORE = Text(
    "評価は1から5の数字を一つ選んでください。", "Please choose one number from 1 to 5."
)
_LONG_COMMENT = Text(
    "ご意見は{most}文字までで入力してください。",
    "Please keep your comment within {most} characters.",
)


@dataclass(frozen=True, slots=True)
class QuestionText:
    """The words of one question."""

    text: Text
    low_label: Text
    high_label: Text
    is_satisfaction: bool


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
}


def check_answer(score: object, comment: str) -> None:
    """Refuse a score off the scale and a comment that is too long."""
    if type(score) is not int or score not in SCALE:
        raise InputError(_BAD_SCORE)
    if len(comment) > LONGEST_COMMENT:
        raise InputError(_LONG_COMMENT.format(most=f"{LONGEST_COMMENT:,}"))
