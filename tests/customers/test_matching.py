"""The review queue: who is asked about, who never is, and what an answer does."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from okaeri.customers import api
from okaeri.customers.domain.addresses import home_key, place_of
from okaeri.customers.domain.matching import comparable, given_relation, is_question
from okaeri.customers.models import MatchCandidate
from okaeri.customers.store import scoring
from okaeri.foundation.errors import InputError, NotFoundError

from .people import day, order_in

Given = Callable[..., None]
ICHIRO: dict[str, Any] = {
    "family_name": "高橋",
    "given_name": "一郎",
    "family_kana": "タカハシ",
    "given_kana": "イチロウ",
}
HOME: dict[str, Any] = {
    "postal_code": "150-0001",
    "prefecture": "東京都",
    "address": "渋谷区神宮前1-2-3",
}


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("東京都渋谷区神宮前一丁目２番３号 サンハイツ101", ("渋谷区神宮前", "1-2-3")),
        ("渋谷区神宮前1-2-3-101", ("渋谷区神宮前", "1-2-3")),
        ("渋谷区神宮前１ー２−３", ("渋谷区神宮前", "1-2-3")),
        ("渋谷区神宮前一丁目二番地の三", ("渋谷区神宮前", "1-2")),
        ("札幌市中央区北1条西2丁目3番4号", ("札幌市中央区北", "1-2-3")),
        ("大字大田1234番地", ("大字大田", "1234")),
        ("北区赤羽二十三番地", ("北区赤羽", "23")),
        ("鎌ヶ谷市道野辺二丁目", ("鎌ケ谷市道野辺", "")),
        ("神宮前", ("神宮前", "")),
        ("", ("", "")),
    ],
)
def test_an_address_is_its_town_and_its_numbers(address: str, place: tuple[str, str]) -> None:
    assert place_of(address) == place


def test_a_home_needs_both_a_postal_code_and_numbers() -> None:
    assert home_key("１５０－０００１", "神宮前1丁目2番3号") == "1500001|1-2-3"
    assert home_key("600001", "北1条西2丁目") == "0600001|1-2"
    assert home_key("", "神宮前1-2-3") == home_key("150-0001", "神宮前") == ""


def compared(**stated: str) -> dict[str, str | None]:
    empty = dict.fromkeys(
        (
            *("family_name", "given_name", "family_kana", "given_kana", "address", "email"),
            *("phone_key", "postal_code", "prefecture"),
        ),
        "",
    )
    return comparable({**empty, "birth_on": None, **stated})


@pytest.mark.parametrize(
    ("left", "right", "relation"),
    [
        ({"given_kana": "ヒロシ"}, {"given_kana": "ひろし"}, "same"),
        ({"given_name": "眞"}, {"given_name": "真", "given_kana": "マコト"}, "same"),
        ({"given_kana": "ヒロシ"}, {"given_kana": "ヒロコ"}, "near"),
        ({"given_kana": "ヒロシ"}, {"given_kana": "ヒロ"}, "near"),
        ({"given_kana": "ヒロシ"}, {"given_kana": "ヒシロ"}, "near"),
        (
            {"given_kana": "ヒロシ", "given_name": "博"},
            {"given_kana": "ヒロコ", "given_name": "博子"},
            "different",
        ),
        ({"given_kana": "ヒロシ"}, {"given_kana": "ハナコ"}, "different"),
        ({"given_kana": "ヒロシ"}, {"given_name": "博"}, "unknown"),
        ({}, {"given_name": "博"}, "unknown"),
    ],
)
def test_given_names_tell_the_people_of_one_house_apart(
    left: dict[str, str], right: dict[str, str], relation: str
) -> None:
    assert given_relation(compared(**left), compared(**right)) == relation
    assert given_relation(compared(**right), compared(**left)) == relation


@pytest.mark.parametrize(("people", "pairs"), [(5, 10), (6, 1)])
def test_a_crowd_that_shares_a_name_and_a_home_is_not_compared_with_each_other(
    people: int, pairs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring, "MOST_ALIKE", 5)
    counter = {"family_name": "贈答", "given_name": "係", "postal_code": "1500001"}
    rows = [
        compared(**counter, address="渋谷1-1-1", phone_key=f"0{n % 5}" * 5) for n in range(people)
    ]
    table = pa.Table.from_pylist(
        [{"id": number, **row} for number, row in enumerate(rows)], schema=scoring.SCHEMA
    )
    # The sixth has the telephone of the first, which is a hint still.
    assert len(list(scoring.score(table, 0.0))) == pairs


NOTHING = {
    "name": "same",
    "address": "missing",
    "phone": "different",
    "email": "different",
    "birth": "missing",
}


def test_nobody_is_asked_about_for_a_name_alone() -> None:
    assert not is_question(NOTHING, "same")
    for field in ("address", "phone", "email", "birth"):
        assert is_question({**NOTHING, field: "same"}, "same")


def test_two_of_one_house_are_never_asked_about() -> None:
    shared = {**NOTHING, "name": "close", "address": "same", "phone": "same"}
    assert not is_question(shared, "different")
    assert not is_question(shared, "near")
    assert is_question({**shared, "birth": "same"}, "near")
    assert not is_question({**shared, "birth": "same"}, "different")


def test_the_same_reading_at_the_same_home_is_one_person_without_asking(
    given_orders: Given,
) -> None:
    given_orders(
        order_in("1", email="a@x.jp", **ICHIRO, **HOME),
        order_in(
            "2",
            family_name="髙橋一郎",
            postal_code="1500001",
            address="東京都渋谷区神宮前一丁目２番地３ コーポ5",
        ),
    )
    assert api.count_customers() == 1


def ask() -> list[tuple[int, int]]:
    api.find_candidates(day(101))
    found, count = api.list_candidates()
    assert count == len(found)
    return [(one.left_id, one.right_id) for one in found]


@pytest.fixture
def two_alike(given_orders: Given) -> tuple[int, int]:
    """One man who moved, with another phone and address: only his birthday is the same."""
    given_orders(
        order_in("1", email="a@x.jp", phone="0311112222", **ICHIRO, **HOME, birth_on=day(0).date()),
        order_in("2", email="b@y.jp", phone="0644445555", **ICHIRO, birth_on=day(0).date()),
        order_in("3", email="c@y.jp", phone="0644446666", **ICHIRO),
        order_in("4", email="hanako@x.jp", phone="0311112222", **{**ICHIRO, **HANAKO}, **HOME),
    )
    people = [p.id for n in "12" for p in api.search_customers(n)[:1]]
    return people[0], people[1]


HANAKO: dict[str, Any] = {"given_name": "花子", "given_kana": "ハナコ"}


def test_the_probable_same_person_is_asked_about_and_neither_namesake_nor_household(
    two_alike: tuple[int, int],
) -> None:
    assert ask() == [two_alike]
    [question], _ = api.list_candidates()
    assert question.probability > 0.9
    agreements = {one.field: one.agreement for one in question.evidence}
    assert agreements == {
        "name": "same",
        "address": "missing",
        "phone": "different",
        "email": "different",
        "birth": "same",
    }
    by_field = {one.field: one for one in question.evidence}
    assert by_field["birth"].left == by_field["birth"].right == day(0).date().isoformat()
    assert by_field["birth"].weight > 5 > 0 > by_field["phone"].weight
    assert (api.count_customers(), api.list_merges()) == (4, [])


def test_searching_again_asks_nothing_twice(two_alike: tuple[int, int]) -> None:
    ask()
    assert api.find_candidates(day(102)) == {"people": 4, "open": 1, "new": 0}
    assert MatchCandidate.objects.count() == 1


def test_yes_makes_one_of_two_and_says_who_said_so(two_alike: tuple[int, int]) -> None:
    ask()
    older, younger = two_alike
    [question], _ = api.list_candidates()
    merge_id = api.merge_candidate(question.id, "mari")
    [merge] = api.list_merges()
    assert (merge.id, merge.kept_id, merge.absorbed_id) == (merge_id, older, younger)
    assert (merge.merged_by, merge.evidence) == ("mari", ("staff",))
    assert [p.order_no for p in api.purchase_history([younger])[younger]] == ["1", "2"]
    assert ask() == []
    with pytest.raises(InputError):
        api.merge_candidate(question.id, "mari")


def test_no_is_never_asked_again_and_no_key_joins_them(
    two_alike: tuple[int, int], given_orders: Given
) -> None:
    ask()
    [question], _ = api.list_candidates()
    api.keep_apart(question.id, "mari")
    assert ask() == []
    given_orders(order_in("9", at=9, email="a@x.jp", phone="0644445555", **ICHIRO))
    assert api.count_customers() == 4
    [decided], _ = api.list_candidates("apart")
    assert (decided.status, decided.decided_by) == ("apart", "mari")


@pytest.mark.parametrize("answer", [api.merge_candidate, api.keep_apart])
def test_an_answer_can_be_taken_back_and_the_question_is_open_again(
    two_alike: tuple[int, int], answer: Callable[[int, str], object]
) -> None:
    ask()
    [question], _ = api.list_candidates()
    answer(question.id, "mari")
    api.reopen_candidate(question.id, "ken")
    assert api.count_customers() == 4
    assert ask() == [two_alike]
    assert api.merge_candidate(question.id, "ken") > 0
    assert api.count_customers() == 3


def test_a_merge_taken_back_on_the_persons_page_answers_the_question_with_no(
    two_alike: tuple[int, int],
) -> None:
    ask()
    [question], _ = api.list_candidates()
    api.undo_merge(api.merge_candidate(question.id, "mari"), "ken")
    assert ask() == []
    [decided], _ = api.list_candidates("apart")
    assert (decided.id, decided.decided_by) == (question.id, "ken")


def test_a_question_about_somebody_who_is_somebody_else_by_now_goes(
    two_alike: tuple[int, int], given_orders: Given
) -> None:
    ask()
    given_orders(order_in("9", at=9, email="a@x.jp", phone="0644445555", **ICHIRO))
    assert api.count_customers() == 3
    assert api.list_candidates() == ([], 0)
    assert ask() == []
    assert not MatchCandidate.objects.exists()


def test_an_unknown_question_is_refused(db: None) -> None:
    for act in (api.merge_candidate, api.keep_apart, api.reopen_candidate):
        with pytest.raises(NotFoundError):
            act(99, "mari")


def test_an_empty_shop_has_no_questions(db: None) -> None:
    assert api.find_candidates(day(1)) == {"people": 0, "open": 0, "new": 0}
