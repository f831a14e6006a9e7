"""Reviews and answers of other tools' surveys: stored newest word first, read by person."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from django.db import transaction

from okaeri.foundation import clock
from okaeri.intake.models import Order, Review, SurveyAnswer
from okaeri.intake.people import store_parties
from okaeri.intake.records.keeping import keep
from okaeri.intake.types import Kept, PartyIn
from okaeri.intake.voice_types import ReviewIn, ReviewRecord, SurveyAnswerIn, SurveyAnswerRecord
from okaeri.intake.writing.voice_numbers import erased_number

_REVIEW = tuple(ReviewRecord.__dataclass_fields__)
_ANSWER = tuple(SurveyAnswerRecord.__dataclass_fields__)
_LOOKUP = 500
_ERASED = 0
Voice = TypeVar("Voice", ReviewIn, SurveyAnswerIn)


def record_reviews(given: Iterable[ReviewIn]) -> Kept:
    """Store reviews, all or none; an older word replaces no newer one."""
    reviews = list(given)
    with transaction.atomic():
        rows = [
            {
                "source": r.source, "review_no": r.review_no, "party_id": party,
                "order_no": r.order_no, "sku": r.sku, "product_name": r.product_name,
                "stars": r.stars, "title": r.title, "body": r.body, "site": r.site,
                "is_published": r.is_published, "extra": dict(r.extra),
                "written_at": r.written_at, "changed_at": r.changed_at,
            }
            for r, party in _with_writers(reviews, "review_no", title="", body="")
        ]  # fmt: skip
        return keep(Review, "review_no", rows)[0]


def record_survey_answers(given: Iterable[SurveyAnswerIn]) -> Kept:
    """Store answers of other tools' surveys, all or none; an older word replaces no newer one."""
    answers = list(given)
    with transaction.atomic():
        rows = [
            {
                "source": a.source, "answer_no": a.answer_no, "party_id": party,
                "order_no": a.order_no, "survey": a.survey, "question": a.question,
                "answer": a.answer, "extra": dict(a.extra), "answered_at": a.answered_at,
                "changed_at": a.changed_at,
            }
            for a, party in _with_writers(answers, "answer_no", answer="")
        ]  # fmt: skip
        return keep(SurveyAnswer, "answer_no", rows)[0]


def _with_writers(
    given: Sequence[Voice], number: str, **wordless: str
) -> list[tuple[Voice, int | None]]:
    """Give each with who it is about: the contact it names, else the buyer of its order.

    A member number alone is the tool's, which need not be the cart's: the order's buyer counts. What
    an erased buyer wrote is left without words and order.
    """
    buyers = _buyers(sorted({one.order_no for one in given if one.order_no}))
    named = [
        PartyIn() if one.order_no in buyers and not _has_address(one.party) else one.party
        for one in given
    ]
    said = [(one.source, who, one.changed_at) for one, who in zip(given, named, strict=True)]
    found: list[tuple[Voice, int | None]] = []
    for one, party in zip(given, store_parties(said, clock.now()), strict=True):
        writer = buyers.get(one.order_no) if party is None else party
        if writer == _ERASED:
            unsaid = erased_number(one.source, getattr(one, number))
            blank: Any = {"order_no": "", "extra": {}, number: unsaid, **wordless}
            found.append((replace(one, **blank), None))
        else:
            found.append((one, writer))
    return found


def _has_address(party: PartyIn) -> bool:
    return bool(party.email or party.phone or party.line_user_id)


def _buyers(order_nos: Sequence[str]) -> dict[str, int]:
    """Give the contact of each order, `_ERASED` where one was erased; none where two may be meant."""
    found: dict[str, set[int]] = {}
    for start in range(0, len(order_nos), _LOOKUP):
        some = Order.objects.filter(order_no__in=order_nos[start : start + _LOOKUP])
        known = some.exclude(party=None)
        for number, party, key in known.values_list("order_no", "party_id", "party__fingerprint"):
            found.setdefault(number, set()).add(_ERASED if key.startswith("erased:") else party)
    return {
        number: _ERASED if _ERASED in parties else min(parties)
        for number, parties in found.items()
        if len(parties) == 1 or _ERASED in parties
    }


def reviews_of(party_ids: Iterable[int]) -> list[ReviewRecord]:
    """Give the reviews of these contacts, newest first."""
    rows = Review.objects.filter(party_id__in=set(party_ids)).order_by("-written_at", "-id")
    return [ReviewRecord(*row) for row in rows.values_list(*_REVIEW)]


def reviews_after(change_no: int, limit: int) -> list[ReviewRecord]:
    """Give at most `limit` reviews behind a change number, in the order of change."""
    rows = Review.objects.filter(change_no__gt=change_no).order_by("change_no")[:limit]
    return [ReviewRecord(*row) for row in rows.values_list(*_REVIEW)]


def survey_answers_of(party_ids: Iterable[int]) -> list[SurveyAnswerRecord]:
    """Give the answers of these contacts to other tools' surveys, newest first."""
    rows = SurveyAnswer.objects.filter(party_id__in=set(party_ids))
    ordered: Iterable[tuple[Any, ...]] = rows.order_by("-answered_at", "-id").values_list(*_ANSWER)
    return [SurveyAnswerRecord(*row) for row in ordered]


def survey_answers_after(
    change_no: int, limit: int, questions: Collection[str] | None = None
) -> list[SurveyAnswerRecord]:
    """Give at most `limit` such answers (to `questions`) behind a change number, in order of change."""
    rows = SurveyAnswer.objects.filter(change_no__gt=change_no).order_by("change_no")
    if questions is not None:
        rows = rows.filter(question__in=questions)
    return [SurveyAnswerRecord(*row) for row in rows.values_list(*_ANSWER)[:limit]]


def survey_questions() -> list[str]:
    """Give every question other tools' surveys asked, as they wrote it."""
    return list(SurveyAnswer.objects.order_by().values_list("question", flat=True).distinct())
