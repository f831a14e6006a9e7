"""Reviews and survey answers as programs send them, field by field (`records.bodies` for the rest)."""

from typing import Annotated

from pydantic import Field

from okaeri.intake.domain.orders import digest
from okaeri.intake.records.bodies import (
    Body,
    Instant,
    Line,
    PartyBody,
    Plain,
    Prose,
    Short,
    Source,
    Subject,
)
from okaeri.intake.voice_types import ReviewIn, SurveyAnswerIn

Asked = Annotated[Plain, Field(min_length=1, max_length=500)]
Extra = Annotated[dict[Line, Prose], Field(max_length=200)]


def _who(party: PartyBody, order_no: str) -> tuple[str, ...]:
    """Give what tells two writers apart; nothing for somebody who stays unnamed."""
    named = (party.member_no, party.email, party.phone, party.line_user_id, order_no)
    return named if any(named) else ()


class ReviewBody(Body):
    """One review; the same review_no of the same source again updates it.

    Without a number, who wrote it of which product and when tell it from others.
    """

    source: Source = "api"
    review_no: Short = ""
    stars: Annotated[int, Field(strict=True, ge=1, le=5)]
    written_at: Instant
    # Left out: when it was written.
    changed_at: Instant | None = None
    party: PartyBody = Field(default_factory=PartyBody)
    # Where `party` names nobody, the buyer of this order wrote it.
    order_no: Short = ""
    sku: Short = ""
    product_name: Line = ""
    title: Subject = ""
    body: Prose = ""
    site: Short = ""
    is_published: bool | None = None
    extra: Extra = {}

    def to_review(self) -> ReviewIn:
        """Give the review as intake stores it."""
        who = _who(self.party, self.order_no) or (self.title, self.body)
        made = digest(("review", *who, self.sku or self.product_name, self.written_at.isoformat()))
        values = self.model_dump(exclude={"party", "review_no", "changed_at"})
        return ReviewIn(
            **values,
            party=self.party.to_party(),
            review_no=self.review_no or made,
            changed_at=self.changed_at or self.written_at,
        )


class SurveyAnswerBody(Body):
    """One answer to one question of a survey; the same answer_no of the same source updates it."""

    source: Source = "api"
    answer_no: Short = ""
    survey: Subject = ""
    question: Asked
    answer: Prose
    answered_at: Instant
    # Left out: when it was answered.
    changed_at: Instant | None = None
    party: PartyBody = Field(default_factory=PartyBody)
    # Where `party` names nobody, the buyer of this order answered.
    order_no: Short = ""
    extra: Extra = {}

    def to_answer(self) -> SurveyAnswerIn:
        """Give the answer as intake stores it."""
        who = _who(self.party, self.order_no) or (self.answer,)
        asked = (self.survey, self.question, self.answered_at.isoformat())
        values = self.model_dump(exclude={"party", "answer_no", "changed_at"})
        return SurveyAnswerIn(
            **values,
            party=self.party.to_party(),
            answer_no=self.answer_no or digest(("answer", *who, *asked)),
            changed_at=self.changed_at or self.answered_at,
        )
