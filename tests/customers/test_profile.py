import json
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from okaeri.customers.domain.profile import (
    from_columns,
    from_json,
    newest,
    profile_of,
    take_back,
    to_columns,
    to_json,
)

from .people import party_record


def test_of_each_part_the_latest_statement_counts_and_silence_changes_nothing() -> None:
    first = profile_of(party_record(1, at=1, family_name="旧姓", phone="0312345678"))
    second = profile_of(party_record(2, at=5, family_name="新姓", email="a@x.jp"))
    row = to_columns(newest(first, second))
    assert (row["family_name"], row["phone"], row["email"]) == ("新姓", "0312345678", "a@x.jp")


def test_an_address_is_replaced_as_a_whole() -> None:
    old = profile_of(
        party_record(1, at=1, postal_code="1000001", prefecture="東京都", address="1-1")
    )
    new = profile_of(party_record(2, at=2, prefecture="大阪府", address="2-2"))
    row = to_columns(newest(old, new))
    assert (row["postal_code"], row["prefecture"], row["address"]) == ("", "大阪府", "2-2")


def test_an_email_or_phone_without_a_key_counts_as_not_stated() -> None:
    party = party_record(1, email="a@x.jp", phone="0312345678")
    unusable = party_record(2, at=9, email="", phone="")
    row = to_columns(newest(profile_of(party), profile_of(unusable)))
    assert (row["email"], row["phone"]) == ("a@x.jp", "0312345678")


statements: st.SearchStrategy[list[dict[str, Any]]] = st.lists(
    st.builds(
        dict,
        at=st.integers(0, 5),
        family_name=st.sampled_from(["", "山田", "鈴木"]),
        email=st.sampled_from(["", "a@x.jp", "b@x.jp"]),
        phone=st.sampled_from(["", "0311112222", "0333334444"]),
        address=st.sampled_from(["", "1-1", "2-2"]),
        birth_on=st.sampled_from([None, date(1980, 1, 1), date(1990, 2, 3)]),
    ),
    max_size=6,
)


@given(statements, st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_no_profile_even_through_the_database(
    stated: list[dict[str, Any]], random: object
) -> None:
    profiles = [profile_of(party_record(n, **one)) for n, one in enumerate(stated)]
    whole = newest(*profiles)
    random.shuffle(profiles)  # type: ignore[attr-defined]
    stored = to_columns({})
    for profile in profiles:
        stored = to_columns(newest(from_columns(stored), profile))
    assert from_columns(stored) == whole


def test_a_placeholder_address_gives_way_to_an_older_real_one() -> None:
    named = to_columns(profile_of(party_record(1, at=9, family_name="山田")))
    named["email"] = "customer-1@example.invalid"
    real = profile_of(party_record(2, at=1, email="a@x.jp"))
    assert to_columns(newest(from_columns(named), real))["email"] == "a@x.jp"


def test_undoing_a_merge_gives_back_what_came_from_the_other_and_keeps_what_was_said_since() -> (
    None
):
    before = profile_of(party_record(1, at=1, family_name="山田", email="a@x.jp"))
    absorbed = profile_of(party_record(2, at=2, family_name="鈴木", phone="0312345678"))
    since = profile_of(party_record(3, at=3, email="new@x.jp"))
    row = to_columns(take_back(newest(before, absorbed, since), absorbed, before))
    assert (row["family_name"], row["phone"], row["email"]) == ("山田", "", "new@x.jp")


def test_a_profile_survives_json() -> None:
    profile = profile_of(party_record(1, family_name="山田", birth_on=date(1980, 1, 1)))
    assert from_json(json.loads(json.dumps(to_json(profile)))) == profile
