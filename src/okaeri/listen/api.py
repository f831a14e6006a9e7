"""The door to listen: links to questions, answers, and who needs a call.

Links are signed with the installation's secret, the one `question_link` is given by its caller.
"""

from collections.abc import Collection
from datetime import datetime

from django.conf import settings

from okaeri.foundation import clock
from okaeri.foundation.personal import Documents
from okaeri.foundation.text import Text
from okaeri.listen import actions, store
from okaeri.listen.domain.links import Invitation, make_link
from okaeri.listen.domain.questions import QuestionText
from okaeri.listen.types import AnswerChange, AnswerView, QuestionView


def question_link(
    customer_id: int, question_key: str, base_url: str, secret: str, *, subject: str = ""
) -> str:
    """Give the address of one question for one customer: `{base_url}/q/{token}/`. No database.

    `subject` ("order:12": letters, digits, ":", "_", "-") lets the same question be answered once for
    each subject. ValueError for a key or subject that does not fit into an address.
    """
    return make_link(Invitation(customer_id, question_key, subject), base_url, secret)


def find_question(token: str) -> QuestionView | None:
    """Give the question behind a link, None where the link is not ours. Writes nothing."""
    return actions.find_question(token, settings.SECRET_KEY)


def record_answer(token: str, score: int, comment: str, at: datetime) -> None:
    """Take an answer (`score` 1 to 5). Answering again changes the answer and keeps the earlier one.

    Raises NotFoundError for a link that is not ours and InputError for a score off the scale or a
    comment above 2,000 characters.
    """
    actions.record_answer(token, score, comment, at, settings.SECRET_KEY)


def save_question(
    key: str, text: Text, *, low_label: Text, high_label: Text, is_satisfaction: bool = False
) -> None:
    """Make a question of the shop's own, or change its words. "satisfaction" comes with the product."""
    words = QuestionText(text, low_label, high_label, is_satisfaction)
    store.save_question(key, words, clock.now())


def answers_of(customer_id: int) -> list[AnswerView]:
    """Give a customer's present answers, the newest first."""
    return store.list_answers(customer_id)


def changes_of(answer_id: int) -> list[AnswerChange]:
    """Give every answer as it was given, the oldest first; the last one is the present one."""
    return store.list_changes(answer_id)


def satisfaction(customer_ids: Collection[int]) -> dict[int, int]:
    """Give each customer's newest satisfaction score (1 to 5); who never answered is absent."""
    return store.latest_scores(customer_ids)


def list_low_scores(limit: int = 100) -> list[AnswerView]:
    """Give answers of 2 or less that nobody has dealt with, those who wait longest first."""
    return store.low_scores(limit)


def no_selling_to(customer_ids: Collection[int]) -> frozenset[int]:
    """Give those whose low score nobody has dealt with: first the trouble, then the offer."""
    return store.customers_with_open_low_score(customer_ids)


def mark_handled(answer_id: int, *, by: str, note: str, at: datetime) -> None:
    """Say that staff dealt with an answer; whoever did so first stays named. Raises NotFoundError."""
    store.mark_handled(answer_id, by=by, note=note, at=at)


def export_person(customer_ids: Collection[int]) -> dict[str, Documents]:
    """Give a person's answers, the present ones and all that were given."""
    return store.export_person(customer_ids)


def erase_person(customer_ids: Collection[int], now: datetime) -> dict[str, int]:
    """Keep a person's scores and forget his words, in the caller's transaction; rows by table."""
    return store.erase_person(customer_ids, now)
