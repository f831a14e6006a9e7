"""Answers by signed link: from the right person, once, changed at will, heard by staff."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from okaeri.foundation.errors import InputError, NotFoundError
from okaeri.foundation.text import Text
from okaeri.listen import api
from okaeri.listen.models import Answer, AnswerGiven, Question
from okaeri.listen.types import Scale

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
SHOP = "https://shop.example"


def token_for(customer_id: int, key: str = "satisfaction", *, subject: str = "") -> str:
    link = api.question_link(customer_id, key, SHOP, settings.SECRET_KEY, subject=subject)
    return link.removeprefix(f"{SHOP}/q/").removesuffix("/")


def test_opening_a_link_shows_the_question_and_records_nothing() -> None:
    with CaptureQueriesContext(connection) as queries:
        found = api.find_question(token_for(7))
    assert found is not None
    assert (found.key, found.score) == ("satisfaction", None)
    assert found.text.ja == "商品に、どのくらい満足していますか。"
    assert all(query["sql"].startswith("SELECT") for query in queries)
    assert (Question.objects.count(), Answer.objects.count()) == (0, 0)


def test_an_answer_is_stored_for_the_person_of_the_link() -> None:
    api.record_answer(token_for(7, subject="order:12"), 4, " よかったです ", AT)
    (answer,) = api.answers_of(7)
    assert (answer.score, answer.comment, answer.subject) == (4, "よかったです", "order:12")
    assert api.answers_of(8) == []
    assert api.satisfaction([7, 8]) == {7: 4}


def test_answering_again_changes_the_answer_and_keeps_what_was_said() -> None:
    token = token_for(7)
    api.record_answer(token, 2, "届くのが遅い", AT)
    api.record_answer(token, 4, "解決しました", AT + DAY)
    (answer,) = api.answers_of(7)
    assert (answer.score, answer.times_answered, answer.answered_at) == (4, 2, AT + DAY)
    assert [(one.score, one.comment) for one in api.changes_of(answer.id)] == [
        (2, "届くのが遅い"),
        (4, "解決しました"),
    ]
    question = api.find_question(token)
    assert question is not None
    assert (question.score, question.comment) == (4, "解決しました")


def test_each_subject_is_answered_for_itself_and_the_newest_score_counts() -> None:
    api.record_answer(token_for(7, subject="order:2"), 5, "", AT + DAY)
    api.record_answer(token_for(7, subject="order:1"), 1, "", AT)
    assert len(api.answers_of(7)) == 2
    assert api.satisfaction([7]) == {7: 5}
    api.record_answer(token_for(7, subject="order:1"), 3, "", AT + 2 * DAY)
    assert api.satisfaction([7]) == {7: 3}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: token.replace("7.", "8.", 1),
        lambda token: token.replace("satisfaction", "speed"),
        lambda token: token.replace("order:12", "order:13"),
        lambda token: token.replace("order:12", ""),
        lambda token: "0" + token,
        lambda token: token[:-1],
        lambda token: token + "é",
        lambda token: token + ".x",
        lambda token: token[:0],
        lambda token: token[:0] + "....",
        lambda token: "７" + token[1:],
    ],
)
def test_a_link_we_did_not_sign_shows_and_records_nothing(spoil: object) -> None:
    assert callable(spoil)
    bad = spoil(token_for(7, subject="order:12"))
    assert api.find_question(bad) is None
    with pytest.raises(NotFoundError):
        api.record_answer(bad, 5, "", AT)
    assert AnswerGiven.objects.count() == 0


def test_another_secret_signs_another_link() -> None:
    link = api.question_link(7, "satisfaction", SHOP, "another secret")
    assert api.find_question(link.removeprefix(f"{SHOP}/q/").strip("/")) is None


def test_a_signed_question_that_does_not_exist_is_not_shown() -> None:
    assert api.find_question(token_for(7, "nobody-asked")) is None


@pytest.mark.parametrize(
    ("key", "subject"), [("a b", ""), ("", ""), ("ok", "mail@shop.example"), ("ok", "a.b")]
)
def test_an_address_never_gets_into_a_link(key: str, subject: str) -> None:
    with pytest.raises(ValueError, match="not fit for a link"):
        token_for(7, key, subject=subject)


@pytest.mark.parametrize(
    ("key", "score"),
    [*(("satisfaction", n) for n in (0, 6, -1, 2.5, True)), ("nps", 11), ("nps", -1)],
)
def test_a_score_off_the_scale_is_refused(key: str, score: int) -> None:
    with pytest.raises(InputError) as refused:
        api.record_answer(token_for(7, key), score, "", AT)
    assert ("0から10" if key == "nps" else "1から5") in refused.value.message.ja
    assert Answer.objects.count() == 0


def test_a_novel_is_refused_in_words() -> None:
    with pytest.raises(InputError) as refused:
        api.record_answer(token_for(7), 5, "あ" * 2_001, AT)
    assert "2,000文字" in refused.value.message.ja


def test_low_scores_wait_for_staff_and_nobody_sells_meanwhile() -> None:
    for customer_id, score, day in ((1, 2, 3), (2, 3, 1), (3, 1, 2)):
        api.record_answer(token_for(customer_id), score, "", AT + day * DAY)
    assert [one.customer_id for one in api.list_low_scores()] == [3, 1]
    assert api.no_selling_to(range(10)) == {1, 3}
    waiting = api.list_low_scores()[0]
    api.mark_handled(waiting.id, by="佐藤", note="お電話しました", at=AT + 5 * DAY)
    api.mark_handled(waiting.id, by="鈴木", note="二重", at=AT + 6 * DAY)
    assert [one.customer_id for one in api.list_low_scores()] == [1]
    assert api.no_selling_to([1, 2, 3]) == {1}
    (answer,) = api.answers_of(3)
    assert (answer.handled_by, answer.handled_note) == ("佐藤", "お電話しました")


def test_a_new_low_score_opens_a_closed_case_again() -> None:
    token = token_for(1)
    api.record_answer(token, 1, "", AT)
    api.mark_handled(api.list_low_scores()[0].id, by="佐藤", note="", at=AT + DAY)
    api.record_answer(token, 2, "まだ困っています", AT + 2 * DAY)
    assert [one.comment for one in api.list_low_scores()] == ["まだ困っています"]


def test_an_answer_that_does_not_exist_cannot_be_closed() -> None:
    with pytest.raises(NotFoundError):
        api.mark_handled(99, by="佐藤", note="", at=AT)


def test_a_shops_own_question_is_no_satisfaction_unless_it_says_so() -> None:
    slow, fast = Text("遅い", "Slow"), Text("早い", "Fast")
    api.save_question(
        "speed",
        Text("配送はいかがでしたか。", "How was the delivery?"),
        low_label=slow,
        high_label=fast,
    )
    api.save_question(
        "speed", Text("お届けの早さは?", "How fast was it?"), low_label=slow, high_label=fast
    )
    api.record_answer(token_for(7, "speed"), 2, "", AT)
    assert api.satisfaction([7]) == {}
    assert [one.question.en for one in api.list_low_scores()] == ["How fast was it?"]


def test_a_scale_stays_once_somebody_answered_and_satisfaction_is_told_in_five() -> None:
    low, high, text = Text("低い", "Low"), Text("高い", "High"), Text("いかが?", "How was it?")
    save = partial(api.save_question, "own", text, low_label=low, high_label=high)
    save(scale=Scale.NPS)
    api.record_answer(token_for(7, "own"), 0, "", AT)
    assert [(one.score, one.scale) for one in api.answers_of(7)] == [(0, Scale.NPS)]
    assert api.no_selling_to([7]) == {7}
    with pytest.raises(InputError):
        save(scale=Scale.FIVE)
    with pytest.raises(InputError):
        save(scale=Scale.NPS, is_satisfaction=True)


def test_the_database_refuses_a_second_answer_and_a_score_off_the_scale() -> None:
    api.record_answer(token_for(7), 5, "", AT)
    question = Question.objects.get()
    for customer_id, score in ((7, 4), (8, 11)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Answer.objects.create(
                question=question, customer_id=customer_id, score=score, answered_at=AT
            )


def test_scores_of_many_customers_are_read_in_few_statements() -> None:
    api.record_answer(token_for(25_000), 5, "", AT)
    with CaptureQueriesContext(connection) as queries:
        assert api.satisfaction(range(30_000)) == {25_000: 5}
    assert len(queries) == 3
