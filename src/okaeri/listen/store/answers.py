"""Reads and writes of questions and answers."""

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import F, QuerySet

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.foundation.errors import InputError, NotFoundError
from okaeri.foundation.personal import Documents, as_documents
from okaeri.foundation.text import Text
from okaeri.insight.bump_types import Sign, SignKind
from okaeri.listen.domain.links import Invitation
from okaeri.listen.domain.questions import BUILT_IN, LOW_SCORE, QuestionText
from okaeri.listen.models import Answer, AnswerGiven, Question
from okaeri.listen.types import AnswerChange, AnswerGivenView, AnswerView, Scale

# Both databases take so many ids in one statement.
_IDS_PER_READ = 10_000

_NO_ANSWER = Text(
    "番号 {id} の回答は見つかりません。一覧を開き直してください。",
    "There is no answer {id}; open the list again.",
)
_SCALE_IN_USE = Text(
    "質問「{key}」にはもう回答があるため、点数の幅は変えられません。別の質問を作ってください。",
    'Question "{key}" has answers, so its scale stays; make another question.',
)


def find_question(key: str) -> QuestionText | None:
    """Give the words of a question: the shop's own, else the product's."""
    row = Question.objects.filter(key=key).first()
    if row is None:
        return BUILT_IN.get(key)
    return QuestionText(
        Text.from_json(row.text),
        Text.from_json(row.low_label),
        Text.from_json(row.high_label),
        row.is_satisfaction,
        Scale(row.scale),
    )


def save_question(key: str, words: QuestionText, now: datetime) -> None:
    """Write the words of a question, new or changed; its scale stays once anybody answered."""
    if Answer.objects.filter(question__key=key).exclude(question__scale=words.scale).exists():
        raise InputError(_SCALE_IN_USE.format(key=key))
    Question.objects.update_or_create(
        key=key, defaults=_columns(words), create_defaults={**_columns(words), "created_at": now}
    )


def _columns(words: QuestionText) -> dict[str, object]:
    return {
        "text": words.text.as_json(),
        "low_label": words.low_label.as_json(),
        "high_label": words.high_label.as_json(),
        "is_satisfaction": words.is_satisfaction,
        "scale": words.scale,
    }


def find_answer(invitation: Invitation) -> AnswerView | None:
    """Give what the invited customer answered, None where he did not."""
    row = _answers().filter(
        customer_id=invitation.customer_id,
        question__key=invitation.question_key,
        subject=invitation.subject,
    )
    found = row.first()
    return _view(found) if found else None


def save_answer(
    invitation: Invitation, words: QuestionText, score: int, comment: str, at: datetime
) -> None:
    """Write an answer in the caller's transaction and keep it in the history.

    1. Insert the answer; of two clicks at once one inserts, the other updates. 2. An update opens the
    answer again for staff. 3. Every answer given adds a row to the history.
    """
    question, _ = Question.objects.get_or_create(
        key=invitation.question_key, defaults={**_columns(words), "created_at": at}
    )
    answer, is_new = Answer.objects.get_or_create(
        customer_id=invitation.customer_id,
        question=question,
        subject=invitation.subject,
        defaults={"score": score, "comment": comment, "answered_at": at},
    )
    if not is_new:
        Answer.objects.filter(id=answer.id).update(
            score=score,
            comment=comment,
            answered_at=at,
            times_answered=F("times_answered") + 1,
            handled_at=None,
            handled_by="",
            handled_note="",
        )
    AnswerGiven.objects.create(answer=answer, score=score, comment=comment, answered_at=at)


def list_answers(customer_id: int) -> list[AnswerView]:
    """Give a customer's present answers, the newest first."""
    rows = _answers().filter(customer_id=customer_id).order_by("-answered_at", "-id")
    return [_view(row) for row in rows]


def signs_of(customer_ids: Collection[int], since: date, zone: ZoneInfo) -> list[Sign]:
    """Give the signs of life that present answers are, of all numbers of these people."""
    live = {
        number: asked
        for asked, numbers in customers.families_of(customer_ids).items()
        for number in numbers
    }
    # A day earlier, as the shop's day begins before that of UTC.
    begun = datetime.combine(since - timedelta(days=1), time(), UTC)
    rows = Answer.objects.filter(customer_id__in=list(live), answered_at__gte=begun)
    return [
        Sign(live[who], clock.local_day(at, zone), SignKind.ANSWER)
        for who, at in rows.values_list("customer_id", "answered_at")
    ]


def iter_answers() -> Iterator[AnswerView]:
    """Give every present answer, in the order of ids."""
    for row in _answers().order_by("id").iterator(chunk_size=2000):
        yield _view(row)


def list_given_after(after: int, limit: int) -> list[AnswerGivenView]:
    """Give answers as they were given behind an id, in the order of ids."""
    rows = (
        AnswerGiven.objects.filter(id__gt=after).order_by("id").select_related("answer__question")
    )
    return [
        AnswerGivenView(
            id=row.pk,
            customer_id=row.answer.customer_id,
            question_key=row.answer.question.key,
            subject=row.answer.subject,
            score=row.score,
            comment=row.comment,
            answered_at=row.answered_at,
        )
        for row in rows[:limit]
    ]


def list_changes(answer_id: int) -> list[AnswerChange]:
    """Give every answer as it was given, the oldest first."""
    rows = AnswerGiven.objects.filter(answer_id=answer_id).order_by("id")
    return [AnswerChange(row.score, row.comment, row.answered_at) for row in rows]


def latest_scores(customer_ids: Collection[int]) -> dict[int, int]:
    """Give each customer's newest satisfaction score; who never answered is absent."""
    scores: dict[int, int] = {}
    for ids in _chunks(customer_ids):
        rows = Answer.objects.filter(customer_id__in=ids, question__is_satisfaction=True)
        # The newest comes last and stays.
        rows = rows.order_by("answered_at", "id")
        scores.update(rows.values_list("customer_id", "score"))
    return scores


def low_scores(limit: int) -> list[AnswerView]:
    """Give open low scores, those who wait longest first."""
    rows = _answers().filter(score__lte=LOW_SCORE, handled_at=None)
    return [_view(row) for row in rows.order_by("answered_at", "id")[:limit]]


def customers_with_open_low_score(customer_ids: Collection[int]) -> frozenset[int]:
    """Give those among `customer_ids` whose low score nobody has dealt with."""
    found: set[int] = set()
    for ids in _chunks(customer_ids):
        rows = Answer.objects.filter(customer_id__in=ids, score__lte=LOW_SCORE, handled_at=None)
        found.update(rows.values_list("customer_id", flat=True))
    return frozenset(found)


def mark_handled(answer_id: int, *, by: str, note: str, at: datetime) -> None:
    """Close an answer; who closed it first stays named."""
    closed = Answer.objects.filter(id=answer_id, handled_at=None).update(
        handled_at=at, handled_by=by, handled_note=note
    )
    if not closed and not Answer.objects.filter(id=answer_id).exists():
        raise NotFoundError(_NO_ANSWER.format(id=answer_id))


def _answers() -> QuerySet[Answer]:
    return Answer.objects.select_related("question")


def _chunks(customer_ids: Collection[int]) -> Iterator[list[int]]:
    ids = list(customer_ids)
    for start in range(0, len(ids), _IDS_PER_READ):
        yield ids[start : start + _IDS_PER_READ]


def _view(row: Answer) -> AnswerView:
    return AnswerView(
        id=row.id,
        customer_id=row.customer_id,
        question_key=row.question.key,
        question=Text.from_json(row.question.text),
        subject=row.subject,
        score=row.score,
        comment=row.comment,
        answered_at=row.answered_at,
        times_answered=row.times_answered,
        handled_at=row.handled_at,
        handled_by=row.handled_by,
        handled_note=row.handled_note,
        scale=Scale(row.question.scale),
    )


def export_person(customer_ids: Collection[int]) -> dict[str, Documents]:
    """Give a person's answers, the present ones and all that were given."""
    mine = _answers().filter(customer_id__in=customer_ids).order_by("id")
    given = AnswerGiven.objects.filter(answer__customer_id__in=customer_ids).order_by("id")
    columns = ("subject", "score", "comment", "answered_at", "handled_at", "handled_note")
    return {
        "answers": as_documents(mine.values("id", *columns, question_key=F("question__key"))),
        "answers_given": as_documents(given.values("answer_id", "score", "comment", "answered_at")),
    }


def erase_person(customer_ids: Collection[int], now: datetime) -> dict[str, int]:
    """Keep a person's scores and forget his words; nobody waits for an answer any more."""
    given = AnswerGiven.objects.filter(answer__customer_id__in=customer_ids)
    mine = Answer.objects.filter(customer_id__in=customer_ids)
    mine.filter(handled_at=None).update(handled_at=now)
    return {
        "answers_given": given.update(comment=""),
        "answers": mine.update(comment="", handled_note=""),
    }
