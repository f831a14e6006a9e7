"""Use cases of listen: show a question, take an answer."""

from datetime import datetime

from django.db import transaction

from okaeri.customers import api as customers
from okaeri.foundation.errors import NotFoundError
from okaeri.foundation.text import Text
from okaeri.listen.domain.links import Invitation, read_token
from okaeri.listen.domain.questions import QuestionText, check_answer
from okaeri.listen.store import answers as store
from okaeri.listen.types import QuestionView

_BAD_LINK = Text(
    "このリンクは使えません。メールのリンクをもう一度そのまま開いてください。",
    "This link cannot be used; please open the link in the mail again as it is.",
)


def find_question(token: str, secret: str) -> QuestionView | None:
    """Give the question behind a link and what was answered before; writes nothing."""
    invited = _find_invited(token, secret)
    if invited is None:
        return None
    invitation, words = invited
    answer = store.find_answer(invitation)
    return QuestionView(
        key=invitation.question_key,
        text=words.text,
        low_label=words.low_label,
        high_label=words.high_label,
        subject=invitation.subject,
        score=answer.score if answer else None,
        comment=answer.comment if answer else "",
        scale=words.scale,
    )


def record_answer(token: str, score: int, comment: str, at: datetime, secret: str) -> None:
    """Take the answer of whoever holds the link; a second one takes the place of the first."""
    invited = _find_invited(token, secret)
    if invited is None:
        raise NotFoundError(_BAD_LINK)
    invitation, words = invited
    check_answer(score, comment, words.scale)
    with transaction.atomic():
        store.save_answer(invitation, words, score, comment.strip(), at)


def record_lapse_reason(token: str, reason: str, at: datetime, secret: str) -> None:
    """Keep why the holder of a link leaves, as he chose it after his answer."""
    invited = _find_invited(token, secret)
    if invited is None:
        raise NotFoundError(_BAD_LINK)
    customers.record_lapse_reason(invited[0].customer_id, reason, source="survey", at=at)


def _find_invited(token: str, secret: str) -> tuple[Invitation, QuestionText] | None:
    invitation = read_token(token, secret)
    words = store.find_question(invitation.question_key) if invitation else None
    return (invitation, words) if invitation and words else None
