"""What crosses listen's border: questions, answers, low scores, and people to telephone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from okaeri.foundation.settings import setting
from okaeri.foundation.text import Text


class Scale(StrEnum):
    """Which whole numbers an answer may be: NPS is told of answers from 0 to 10 alone (§2.9)."""

    FIVE = "1-5"
    NPS = "0-10"

    @property
    def steps(self) -> tuple[int, ...]:
        """Give the numbers, the lowest first."""
        return tuple(range(11)) if self is Scale.NPS else (1, 2, 3, 4, 5)

    @property
    def top(self) -> int:
        """Give the best of them."""
        return self.steps[-1]


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
    scale: Scale = Scale.FIVE


@dataclass(frozen=True, slots=True)
class AnswerGivenView:
    """One answer as it was given; a changed mind is another one. `id` rises with every answer."""

    id: int
    customer_id: int
    question_key: str
    subject: str
    score: int
    comment: str
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class AnswerView:
    """One customer's present answer to one question about one subject; `score` is one of `scale`.

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
    scale: Scale = Scale.FIVE


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """One answer as it was given at the time; the newest is the present one."""

    score: int
    comment: str
    answered_at: datetime


class CallReason(StrEnum):
    """Why the shop wants to telephone somebody; the first ones are trouble, the last ones offers."""

    COMPLAINT = "complaint"
    LOW_SCORE = "low_score"
    ASKED = "asked"
    IMPORTANT = "important"
    AT_RISK = "at_risk"
    F2_LATE = "f2_late"


class CallResult(StrEnum):
    """What came of one try: the result codes of a call list."""

    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    VOICEMAIL = "voicemail"
    CALL_BACK = "call_back"
    ORDERED = "ordered"
    REFUSED = "refused"
    WRONG_NUMBER = "wrong_number"


CALL_REASON_NAMES: Mapping[CallReason, Text] = {
    CallReason.COMPLAINT: Text("苦情への返事", "Answer a complaint"),
    CallReason.LOW_SCORE: Text("低い評価への返事", "Answer a low score"),
    CallReason.ASKED: Text("スタッフの依頼", "Asked for by staff"),
    CallReason.IMPORTANT: Text("大切で離れそうな方", "Matters and may leave"),
    CallReason.AT_RISK: Text("離れかけている方", "About to leave"),
    CallReason.F2_LATE: Text("2回目がまだの方", "No second purchase yet"),
}
CALL_RESULT_NAMES: Mapping[CallResult, Text] = {
    CallResult.ANSWERED: Text("通話済", "Spoken"),
    CallResult.NO_ANSWER: Text("不在", "No answer"),
    CallResult.VOICEMAIL: Text("留守電", "Voicemail"),
    CallResult.CALL_BACK: Text("再架電日時", "Call back at"),
    CallResult.ORDERED: Text("注文", "Ordered"),
    CallResult.REFUSED: Text("断り(再勧誘不可)", "Refused (never again)"),
    CallResult.WRONG_NUMBER: Text("番号無効", "Number not valid"),
}


@dataclass(frozen=True, kw_only=True)
class CallRules:
    """How the call list is made and how often one person is tried."""

    most_tries: int = setting(
        "calls.most_tries",
        3,
        Text("つながらないときの最大架電回数", "Tries until we give up"),
        minimum=1,
        maximum=10,
    )
    retry_hours: int = setting(
        "calls.retry_hours",
        20,
        Text("不在・留守電から次の架電までの時間", "Hours until the next try"),
        minimum=1,
        maximum=336,
    )
    hold_minutes: int = setting(
        "calls.hold_minutes",
        120,
        Text("担当が外れるまでの分数", "Minutes a person is held by one of the staff"),
        minimum=10,
        maximum=1440,
    )
    quiet_days: int = setting(
        "calls.quiet_days",
        60,
        Text("ご案内の電話をかけた後に空ける日数", "Days of rest after a call that offers"),
        minimum=1,
        maximum=730,
    )
    most_offers: int = setting(
        "calls.most_offers",
        100,
        Text("ご案内の電話を載せる人数の上限", "Most people listed for a call that offers"),
        minimum=0,
        maximum=5000,
    )
    script_complaint: str = setting(
        "calls.script_complaint",
        "",
        Text("話し方: 苦情への返事(空欄なら標準)", "Script: complaint (blank: built in)"),
    )
    script_low_score: str = setting(
        "calls.script_low_score",
        "",
        Text("話し方: 低い評価への返事(空欄なら標準)", "Script: low score (blank: built in)"),
    )
    script_asked: str = setting(
        "calls.script_asked",
        "",
        Text("話し方: スタッフの依頼(空欄なら標準)", "Script: asked for (blank: built in)"),
    )
    script_important: str = setting(
        "calls.script_important",
        "",
        Text(
            "話し方: 大切で離れそうな方(空欄なら標準)",
            "Script: matters and may leave (blank: built in)",
        ),
    )
    script_at_risk: str = setting(
        "calls.script_at_risk",
        "",
        Text("話し方: 離れかけている方(空欄なら標準)", "Script: about to leave (blank: built in)"),
    )
    script_f2_late: str = setting(
        "calls.script_f2_late",
        "",
        Text(
            "話し方: 2回目がまだの方(空欄なら標準)", "Script: no second purchase (blank: built in)"
        ),
    )


@dataclass(frozen=True, slots=True)
class CallTaskView:
    """One person to telephone: why, how urgent (a larger `priority` first), and whose turn it is.

    `tries` counts tries that reached nobody; `due_at` is the earliest instant of the next one.
    `held_by` is "" where nobody holds the person now. `outcome` is a result code, "given_up",
    "settled" (the reason is gone), "joined" or "erased"; "" while the task is open.
    """

    id: int
    customer_id: int
    reason: CallReason
    facts: dict[str, Any]
    note: str
    priority: int
    tries: int
    due_at: datetime
    held_by: str
    held_until: datetime | None
    created_at: datetime
    outcome: str
    closed_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.closed_at is None
