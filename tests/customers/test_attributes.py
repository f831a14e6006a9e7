"""What is held to be true of a person: which answer holds, whose data it is, and files of answers."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okaeri.customers import api
from okaeri.customers.attribute_types import (
    AttributeIn,
    AttributeKind,
    Choice,
    EnrichmentIn,
    EnrichmentRules,
    Origin,
)
from okaeri.customers.domain.attributes import Said, choose_present, rank_of, read_answer
from okaeri.customers.domain.suggested_attributes import SUGGESTED
from okaeri.foundation.errors import InputError, NotFoundError
from okaeri.foundation.settings import save, specs_of
from okaeri.foundation.text import Text

from .people import day, order_in

Given = Callable[..., None]
TODAY = date(2026, 6, 1)
SKIN = SUGGESTED[0]
NOTE = AttributeIn("note", Text("メモ", "Note"), AttributeKind.TEXT)


def said(source: str, value: str = "dry", *, at: int = 0, until: date | None = None) -> Said:
    return Said(value, source, Origin.FIRST, "", until, day(at))


@pytest.mark.parametrize(
    ("answers", "holds"),
    [
        ((said("inferred", "a", at=9), said("import", "b")), "b"),
        ((said("import", "a", at=9), said("form", "b")), "b"),
        ((said("call", "a", at=9), said("staff", "b")), "b"),
        ((said("form", "a"), said("survey", "b", at=2), said("call", "c", at=1)), "b"),
        ((said("data company", "a", at=1), said("import", "b")), "a"),
        ((said("staff", "a", until=TODAY - timedelta(days=1)), said("inferred", "b")), "b"),
        ((said("staff", "a", until=TODAY), said("inferred", "b")), "a"),
        ((said("staff", "a", until=TODAY - timedelta(days=1)),), None),
        ((), None),
    ],
)
def test_the_best_believed_answer_holds_and_none_after_its_last_day(
    answers: tuple[Said, ...], holds: str | None
) -> None:
    present = choose_present(answers, TODAY)
    assert (present.value if present else None) == holds


_SAID = st.builds(
    said,
    st.sampled_from(["staff", "form", "survey", "call", "import", "seller", "inferred"]),
    st.sampled_from("abc"),
    at=st.integers(0, 3),
    until=st.none() | st.dates(TODAY - timedelta(days=2), TODAY + timedelta(days=2)),
)


@given(st.lists(_SAID, max_size=6, unique_by=lambda one: one.source), st.randoms())
def test_the_order_of_arrival_never_decides(answers: list[Said], dice: object) -> None:
    shuffled = list(answers)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    present = choose_present(answers, TODAY)
    assert choose_present(shuffled, TODAY) == present
    valid = [one for one in answers if one.expires_on is None or one.expires_on >= TODAY]
    assert (present is None) == (not valid)
    if present:
        assert rank_of(present.source) == min(rank_of(one.source) for one in valid)


def test_answers_are_read_as_people_write_them() -> None:
    number = AttributeIn("pets", Text("ペット", "Pets"), AttributeKind.NUMBER)
    born = AttributeIn("born", Text("生まれ", "Born"), AttributeKind.DATE)
    tags = SUGGESTED[3]
    assert read_answer(SKIN, " 乾燥肌 ") == read_answer(SKIN, "Dry") == "dry"
    assert read_answer(number, "１,２００") == 1200.0
    assert read_answer(born, "2020/4/1") == "2020-04-01"
    assert read_answer(tags, "乾燥、毛穴, 乾燥") == ("dryness", "pores")
    with pytest.raises(InputError) as refused:
        read_answer(SKIN, "かさかさ")
    assert refused.value.message.ja == (
        "「肌質」に「かさかさ」はありません。"
        "選べるのは 乾燥肌、脂性肌、混合肌、普通肌、敏感肌 です。"
    )


def one_customer(given_orders: Given, email: str = "a@example.invalid", **more: Any) -> int:
    given_orders(order_in(f"N-{email}", email=email, **more))
    return api.search_customers(email)[0].id


def tell(customer_id: int, value: object, source: str, at: int = 0, key: str = "skin_type") -> None:
    api.record_attribute(customer_id, key, value, source=source, at=day(at))


def present(customer_id: int, on: date = TODAY) -> dict[str, object]:
    return {one.key: one.value for one in api.attributes_of([customer_id], on).get(customer_id, [])}


def test_each_source_has_one_answer_and_an_older_word_does_not_replace_it(
    given_orders: Given,
) -> None:
    api.save_attribute(SKIN)
    who = one_customer(given_orders)
    tell(who, "dry", "form", at=5)
    tell(who, "oily", "form", at=4)
    assert present(who) == {"skin_type": "dry"}
    tell(who, "oily", "staff", at=6)
    assert present(who) == {"skin_type": "oily"}
    tell(who, "", "staff", at=7)
    assert present(who) == {"skin_type": "dry"}
    [view] = api.attributes_of([who], TODAY)[who]
    assert (view.shown.ja, view.source, view.origin) == ("乾燥肌", "form", Origin.FIRST)
    with pytest.raises(NotFoundError):
        tell(who, "x", "form", key="nothing")
    with pytest.raises(NotFoundError):
        tell(999_999, "dry", "form")


def test_a_merge_takes_every_answer_along_and_taking_it_back_gives_them_back(
    given_orders: Given,
) -> None:
    api.save_attribute(SKIN)
    api.save_attribute(NOTE)
    first = one_customer(given_orders, "a@example.invalid")
    second = one_customer(given_orders, "b@example.invalid", phone="090-1111-2222")
    tell(first, "dry", "form")
    tell(second, "oily", "staff")
    tell(second, "ピアノ", "call", key="note")
    given_orders(
        order_in("join", at=1, email="b@example.invalid", member_no="M1"),
        order_in("join2", at=2, email="a@example.invalid", member_no="M1"),
    )
    assert set(api.ids_of(first)) == {first, second}
    both = {"skin_type": "oily", "note": "ピアノ"}
    assert present(first) == present(second) == both
    # The new word of a source counts for the whole person.
    tell(second, "mixed", "staff", at=9)
    assert present(first)["skin_type"] == "mixed"


def test_a_question_with_answers_keeps_its_kind_and_its_used_choices(given_orders: Given) -> None:
    api.save_attribute(SKIN)
    who = one_customer(given_orders)
    tell(who, "dry", "form")
    [view] = api.list_attributes(with_holders=True)
    assert (view.key, view.holders) == ("skin_type", 1)
    fewer = AttributeIn("skin_type", SKIN.name, SKIN.kind, SKIN.choices[1:])
    with pytest.raises(InputError):
        api.save_attribute(fewer)
    with pytest.raises(InputError):
        api.save_attribute(AttributeIn("skin_type", SKIN.name, AttributeKind.TEXT))
    api.save_attribute(
        AttributeIn("skin_type", SKIN.name, SKIN.kind, SKIN.choices, is_active=False)
    )
    assert present(who) == {}
    assert api.list_attributes(with_holders=True)[0].holders == 1


@pytest.mark.parametrize("key", ["", "Skin", "肌", "1a", "a" * 70])
def test_a_key_that_a_journey_could_not_name_is_refused(key: str) -> None:
    with pytest.raises(InputError):
        api.save_attribute(AttributeIn(key, Text("肌", "Skin"), AttributeKind.TEXT))


def test_a_choice_is_named_once() -> None:
    twice = (Choice("a", Text("あ", "A")), Choice("a", Text("い", "B")))
    with pytest.raises(InputError):
        api.save_attribute(AttributeIn("k", Text("肌", "Skin"), AttributeKind.CHOICE, twice))


def test_the_order_of_the_list_is_the_shops(db: None) -> None:
    for one in SUGGESTED[:3]:
        api.save_attribute(one)
    api.order_attributes(["family", "skin_type"])
    assert [one.key for one in api.list_attributes()] == ["family", "skin_type", "age_group"]


# ---- data that others gathered ------------------------------------------------------------------


def allow() -> None:
    known = {spec.key: spec for spec in specs_of(EnrichmentRules).values()}
    save(known, {"enrichment.takes_other_data": True})


def bought(customer_id: int, *, basis: str = "contract 7", until: date | None = TODAY) -> None:
    api.record_attribute(
        customer_id,
        "skin_type",
        "dry",
        source="Data Ltd",
        origin="third",
        basis=basis,
        expires_on=until,
        at=day(0),
    )


def test_bought_data_is_off_at_first_and_never_without_right_and_end(given_orders: Given) -> None:
    api.save_attribute(SKIN)
    who = one_customer(given_orders)
    with pytest.raises(InputError):
        bought(who)
    allow()
    cases: tuple[dict[str, Any], ...] = ({"basis": " "}, {"until": None})
    for missing in cases:
        with pytest.raises(InputError):
            bought(who, **missing)
    bought(who)
    [view] = api.attributes_of([who], TODAY)[who]
    assert (view.origin, view.basis, view.expires_on) == (Origin.THIRD, "contract 7", TODAY)
    assert api.attributes_of([who], TODAY + timedelta(days=1)) == {}


def enrich(tmp_path: Path, text: str, **changes: object) -> EnrichmentIn:
    (tmp_path / "answers.csv").write_text(text, encoding="cp932")
    values = {
        "key_column": "メール",
        "key_kind": "email",
        "columns": {"肌": "skin_type"},
        "source": "Data Ltd",
        "origin": Origin.THIRD,
        "basis": "contract 7",
        "expires_on": date(2027, 3, 31),
        **changes,
    }
    return EnrichmentIn(**values)  # type: ignore[arg-type]


FILE = """メール,肌,その他
A@example.invalid,乾燥肌,x
b@example.invalid,かさかさ,x
nobody@example.invalid,Dry,x
,Dry,x
a@example.invalid,Oily,x
"""


def test_a_file_of_answers_creates_nobody_and_says_which_rows_it_could_not_use(
    given_orders: Given, tmp_path: Path
) -> None:
    api.save_attribute(SKIN)
    allow()
    who = one_customer(given_orders)
    other = one_customer(given_orders, "b@example.invalid")
    people = api.count_customers()
    given_file = enrich(tmp_path, FILE)
    result = api.import_attributes(tmp_path / "answers.csv", given_file, day(1))
    assert (result.rows, result.people, result.answers, result.unknown) == (5, 1, 1, 1)
    assert [(line, why.ja[:9]) for line, why, _ in result.rejected] == [
        (3, "「肌質」に「かさか"),
        (5, "照合する値が空です"),
        (6, "同じ方の行がほかに"),
    ]
    assert api.count_customers() == people
    assert present(who) == {"skin_type": "dry"}
    assert present(other) == {}
    [source] = api.list_file_sources()
    assert (source.source, source.people, source.answers) == ("Data Ltd", 1, 1)
    tell(who, "oily", "form")
    assert api.forget_source("Data Ltd") == 1
    assert present(who) == {"skin_type": "oily"}
    with pytest.raises(InputError):
        api.forget_source("form")


def test_a_shared_phone_is_nobodys_key(given_orders: Given, tmp_path: Path) -> None:
    api.save_attribute(SKIN)
    mother = one_customer(given_orders, "a@example.invalid", phone="090-1111-2222")
    one_customer(given_orders, "b@example.invalid", phone="090-1111-2222")
    alone = one_customer(given_orders, "c@example.invalid", phone="090-3333-4444")
    text = "電話,肌\n09011112222,乾燥肌\n+81 90-3333-4444,乾燥肌\n"
    given_file = enrich(
        tmp_path, text, key_column="電話", key_kind="phone", source="import", origin=Origin.FIRST
    )
    result = api.import_attributes(tmp_path / "answers.csv", given_file, day(1))
    assert (result.people, result.rows_rejected) == (1, 1)
    assert present(alone) == {"skin_type": "dry"}
    assert present(mother) == {}


def test_member_numbers_belong_to_one_source(given_orders: Given, tmp_path: Path) -> None:
    api.save_attribute(SKIN)
    who = one_customer(given_orders, member_no="M7")
    columns = {"key_column": "会員", "key_kind": "member", "origin": Origin.FIRST}
    text = "会員,肌\nM7,乾燥肌\n"
    with pytest.raises(InputError):
        api.import_attributes(tmp_path / "answers.csv", enrich(tmp_path, text, **columns), day(1))
    given_file = enrich(tmp_path, text, **columns, member_source="shop")
    assert api.import_attributes(tmp_path / "answers.csv", given_file, day(1)).people == 1
    assert present(who) == {"skin_type": "dry"}


def test_a_file_with_a_wrong_column_changes_nothing(given_orders: Given, tmp_path: Path) -> None:
    api.save_attribute(SKIN)
    allow()
    who = one_customer(given_orders)
    cases: tuple[dict[str, Any], ...] = (
        {"key_column": "mail"},
        {"columns": {"はだ": "skin_type"}},
        {"columns": {}},
    )
    for wrong in cases:
        with pytest.raises(InputError):
            api.import_attributes(tmp_path / "answers.csv", enrich(tmp_path, FILE, **wrong), day(1))
    assert present(who) == {}


def test_our_own_guess_never_stands_above_what_anybody_said(given_orders: Given) -> None:
    api.save_attribute(SKIN)
    who = one_customer(given_orders)
    assert api.replace_inferred("skin_type", [(who, "oily")], day(3)) == (1, 0)
    assert present(who) == {"skin_type": "oily"}
    tell(who, "dry", "staff", at=1)
    api.replace_inferred("skin_type", [(who, "mixed")], day(4))
    assert present(who) == {"skin_type": "dry"}
    assert api.replace_inferred("skin_type", [(who, None)], day(5)) == (0, 1)
    tell(who, "", "staff", at=6)
    assert present(who) == {}
