"""The door to listen: links to questions, answers, and who needs a call.

Links are signed with the installation's secret, the one `question_link` is given by its caller.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime

from django.conf import settings

from okaeri.customers import api as customers
from okaeri.customers.attribute_types import Choice
from okaeri.foundation import clock
from okaeri.foundation.personal import Documents
from okaeri.foundation.settings import ShopProfile, load
from okaeri.foundation.text import Text
from okaeri.insight.bump_types import Sign
from okaeri.listen.actions import answers as actions
from okaeri.listen.actions import call_list, calls
from okaeri.listen.actions.call_list import LeaveOut
from okaeri.listen.domain import calls as call_rules
from okaeri.listen.domain.links import Invitation, make_link
from okaeri.listen.domain.questions import LOW_SCORE, QuestionText, check_question
from okaeri.listen.store import answers as store
from okaeri.listen.store import calls as call_store
from okaeri.listen.types import (
    AnswerChange,
    AnswerGivenView,
    AnswerView,
    CallResult,
    CallRules,
    CallTaskView,
    QuestionView,
    Scale,
)


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
    """Take an answer; answering again changes it and keeps the earlier one.

    `score` is one of the question's scale. Raises NotFoundError for a link that is not
    ours and InputError for a score off the scale or a comment above 2,000 characters.
    """
    actions.record_answer(token, score, comment, at, settings.SECRET_KEY)


def reasons_to_ask(score: int) -> tuple[Choice, ...]:
    """Give the shop's reasons for leaving to somebody who is not content; empty for all others."""
    return customers.lapse_reasons() if score <= LOW_SCORE else ()


def record_lapse_reason(token: str, reason: str, at: datetime) -> None:
    """Keep the reason chosen after a low answer. Raises NotFoundError, InputError off the list."""
    actions.record_lapse_reason(token, reason, at, settings.SECRET_KEY)


def save_question(
    key: str,
    text: Text,
    *,
    low_label: Text,
    high_label: Text,
    is_satisfaction: bool = False,
    scale: Scale = Scale.FIVE,
) -> None:
    """Make a question of the shop's own, or change its words. "satisfaction" comes with the product.

    Raises InputError for another scale than the one answers were given on, and for a satisfaction
    that is not told from 1 to 5.
    """
    words = QuestionText(text, low_label, high_label, is_satisfaction, scale)
    check_question(words)
    store.save_question(key, words, clock.now())


def answers_of(customer_id: int) -> list[AnswerView]:
    """Give a customer's present answers, the newest first."""
    return store.list_answers(customer_id)


def signs_of(customer_ids: Collection[int], since: date) -> list[Sign]:
    """Give the answers of these people since a day as signs of life, which lift freshness."""
    return store.signs_of(customer_ids, since, load(ShopProfile).zone)


def iter_answers() -> Iterator[AnswerView]:
    """Give every present answer of everybody, in the order of their ids."""
    return store.iter_answers()


def list_given_after(after: int, limit: int) -> list[AnswerGivenView]:
    """Give every answer as it was given, behind an id and in the order of ids."""
    return store.list_given_after(after, limit)


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


def fill_call_list(now: datetime, *, leave_out: LeaveOut) -> int:
    """Bring the call list up to date: complaints, low scores, people about to be lost.

    `leave_out` names those nothing may be offered to. Gives how many people are new on the list.
    """
    return call_list.fill(now, leave_out=leave_out)


def heed_calls(now: datetime) -> int:
    """Let one batch of the call log count: refusals close numbers, talks end entries of the list."""
    return calls.heed_calls(now)


def list_calls(now: datetime) -> list[CallTaskView]:
    """Give everybody on the call list, the most urgent first."""
    return [call_store.view(row, now) for row in call_store.open_tasks()]


def last_calls(customer_ids: Iterable[int]) -> dict[int, datetime]:
    """Give person → when his last entry of the call list was closed by a call."""
    return call_store.last_closed(customer_ids)


def get_call(task_id: int, now: datetime) -> CallTaskView:
    """Give one entry of the call list, open or closed, or raise NotFoundError."""
    return call_store.view(call_store.get(task_id), now)


def find_open_call(customer_ids: Collection[int], now: datetime) -> CallTaskView | None:
    """Give a person's open entry; None where he is not on the list."""
    row = call_store.open_of(customer_ids).first()
    return None if row is None else call_store.view(row, now)


def ask_for_call(customer_id: int, *, note: str, by: str, now: datetime) -> bool:
    """Put a person on the call list; False where he is on it. InputError where he must not be called."""
    return calls.ask_for_call(customer_id, note=note, by=by, now=now)


def take_call(task_id: int, staff: str, now: datetime) -> CallTaskView:
    """Give a person to one of the staff; InputError where another has him or he refused."""
    return calls.take(task_id, staff, now)


def take_next_call(staff: str, now: datetime) -> CallTaskView | None:
    """Give the most urgent person who is due and whom nobody has; None where nobody waits."""
    return calls.take_next(staff, now)


def let_go_of_call(task_id: int, staff: str) -> bool:
    """Take a person back from one of the staff; False where he did not hold him."""
    return call_store.let_go(task_id, staff) == 1


def record_call_result(
    task_id: int,
    staff: str,
    result: CallResult,
    *,
    note: str = "",
    call_back_at: datetime | None = None,
    lapse_reason: str = "",
    now: datetime,
) -> str:
    """Write what one try came to; gives the outcome, "" where the person will be tried again.

    `lapse_reason` is why the person leaves, where he said so. Raises InputError where the call was
    written already, another has the person, a promise lies in the past, or a reason is not listed.
    """
    after = calls.record_result(
        task_id,
        staff,
        result,
        note=note,
        call_back_at=call_back_at,
        lapse_reason=lapse_reason,
        now=now,
    )
    return after.outcome


def refuse_calls(customer_id: int, now: datetime) -> None:
    """Note that a person wants no calls: his number is closed and he leaves the list."""
    calls.refuse(customer_id, now)


def why_call(task: CallTaskView) -> Text:
    """Say why a person is on the call list."""
    return call_rules.why(task.reason, task.facts)


def call_level(priority: int) -> Text:
    """Put a priority of the call list into a word."""
    return call_rules.level_of(priority)


def call_script(
    task: CallTaskView, rules: CallRules, *, shop: str, staff: str, name: str, product: Text
) -> Text:
    """Give what to say, the shop's own words where it has any."""
    return call_rules.script_of(
        task.reason, rules, shop=shop, staff=staff, name=name, product=product
    )


def export_person(customer_ids: Collection[int]) -> dict[str, Documents]:
    """Give a person's answers, the present ones and all that were given, and wishes to call him."""
    return {**store.export_person(customer_ids), **call_store.export_person(customer_ids)}


def erase_person(customer_ids: Collection[int], now: datetime) -> dict[str, int]:
    """Keep a person's scores and forget his words, in the caller's transaction; rows by table."""
    return {
        **store.erase_person(customer_ids, now),
        **call_store.erase_person(customer_ids, now),
    }
