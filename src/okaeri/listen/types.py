"""What crosses listen's border: questions as the answering person sees them, answers, low scores."""

from dataclasses import dataclass
from datetime import datetime

from okaeri.foundation.text import Text

SCALE = (1, 2, 3, 4, 5)


@dataclass(frozen=True, slots=True)
class QuestionView:
    """One question behind a valid link. Shows nothing that says who the person is.

    `score` and `comment` are what he answered before (None and "" where he did not).
    """

    key: str
    text: Text
    low_label: Text
    high_label: Text
    subject: str
    score: int | None
    comment: str


@dataclass(frozen=True, slots=True)
class AnswerView:
    """One customer's present answer to one question about one subject; `score` is 1 (low) to 5.

    `times_answered` counts the first answer and every change; `handled_at` is None while staff have
    not dealt with it.
    """

    id: int
    customer_id: int
    question_key: str
    question: Text
    subject: str
    score: int
    comment: str
    answered_at: datetime
    times_answered: int
    handled_at: datetime | None
    handled_by: str
    handled_note: str


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """One answer as it was given at the time; the newest is the present one."""

    score: int
    comment: str
    answered_at: datetime
