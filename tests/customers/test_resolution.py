import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okaeri.customers.domain.names import name_key
from okaeri.customers.domain.resolution import decide_merges, find_clusters, keys_of
from okaeri.intake.types import PartyRecord

from .people import party_record


def same_person(one: dict[str, Any], other: dict[str, Any]) -> bool:
    parties = [party_record(1, **one), party_record(2, **other)]
    return len(find_clusters([keys_of(party) for party in parties], {}, [None, None])) == 1


YAMADA = {"family_name": "山田", "given_name": "太郎", "phone": "090-1234-5678"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"email": "a@x.jp"}, {"email": "A@x.jp", "family_name": "別"}),
        ({"member_no": "12"}, {"member_no": " １２ "}),
        ({"line_user_id": "U1"}, {"line_user_id": "U1", "email": "b@x.jp"}),
        (YAMADA, {**YAMADA, "email": "c@x.jp"}),
        ({**YAMADA, "family_name": "髙橋"}, {**YAMADA, "family_name": "高橋"}),
        (
            {"phone": "0312345678", "family_kana": "ヤマダ", "given_kana": "タロウ"},
            {"phone": "0312345678", "family_kana": "ﾔﾏﾀﾞ", "given_kana": "たろう"},
        ),
        (
            {"phone": "0312345678", "family_name": "山田"},
            {"phone": "0312345678", "family_name": "山田"},
        ),
        ({**YAMADA, "given_name": "", "family_name": "山田太郎"}, YAMADA),
    ],
)
def test_two_parties_are_one_person(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert same_person(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # Never on a name alone, however much else is alike.
        (
            {"family_name": "山田", "given_name": "太郎", "postal_code": "1000001"},
            {"family_name": "山田", "given_name": "太郎", "postal_code": "1000001"},
        ),
        # A household shares a phone and a family name; its people are still different people.
        (YAMADA, {**YAMADA, "given_name": "花子"}),
        (YAMADA, {**YAMADA, "family_name": "鈴木"}),
        (
            {**YAMADA, "family_kana": "ヤマダ"},
            {**YAMADA, "given_name": "花子", "family_kana": "ヤマダ"},
        ),
        ({"phone": "0312345678"}, {"phone": "0312345678"}),
        ({"member_no": "12", "source": "a"}, {"member_no": "12", "source": "b"}),
        ({"email": ""}, {"email": ""}),
        ({}, {}),
    ],
)
def test_two_parties_are_two_people(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert not same_person(one, other)


@pytest.mark.parametrize(
    "said",
    [
        "1.23E+11",
        "１．２３Ｅ＋１１",
        "1E+12",
        "0",
        "000",
        "0.0",
        "-",
        "ー",
        "-1",
        "ゲスト",
        "ｹﾞｽﾄ",
        "非会員",
        "Guest",
        "[guest]",
        "NULL",
        "(null)",
        "None",
        "#N/A",
        "#REF!",
        "######",
        "なし",
        "N/A",
        " ",
    ],
)
@pytest.mark.parametrize("field", ["member_no", "line_user_id"])
def test_what_stands_at_many_strangers_is_nobodys_number(said: str, field: str) -> None:
    stated: dict[str, Any] = {field: said}
    assert keys_of(party_record(1, **stated)) == ()
    one, other = {field: said, "email": "a@x.jp"}, {field: said, "email": "b@x.jp"}
    assert not same_person(one, other)


@pytest.mark.parametrize(
    "said", ["1", "10", "M0", "1E5", "GUEST-12", "ゲスト12", "A-0001", "#1001", "00012", "1E+2X"]
)
def test_a_real_number_that_looks_a_little_so_still_tells_who_it_is(said: str) -> None:
    assert same_person({"member_no": said}, {"member_no": said, "email": "b@x.jp"})


def test_a_very_long_key_is_cut_to_a_digest_that_still_matches() -> None:
    long = party_record(1, line_user_id="U" * 400)
    assert [len(value) for _, value in keys_of(long)] == [64]
    assert keys_of(long) == keys_of(party_record(2, line_user_id="U" * 400))


def test_a_chain_of_keys_is_one_person() -> None:
    chain = [
        party_record(1, email="a@x.jp", member_no="1"),
        party_record(2, member_no="2", line_user_id="U1"),
        party_record(3, email="a@x.jp", line_user_id="U1"),
    ]
    [cluster] = find_clusters([keys_of(party) for party in chain], {}, [None] * 3)
    assert cluster.parties == (0, 1, 2)


def test_customers_that_keys_belong_to_already_join_the_cluster() -> None:
    party = party_record(1, email="a@x.jp", member_no="1")
    owners = {("email", "a@x.jp"): 9, ("member", "shop:1"): 4, ("email", "other@x.jp"): 5}
    [cluster] = find_clusters([keys_of(party)], owners, [None])
    assert cluster.customers == (4, 9)


def test_the_oldest_customer_is_kept_and_who_was_taken_apart_stays_apart() -> None:
    assert decide_merges((3, 5, 8), frozenset()) == [(3, 5), (3, 8)]
    assert decide_merges((3, 5, 8), frozenset({(3, 5)})) == [(3, 8)]
    assert decide_merges((3, 5), frozenset({(3, 5)})) == []


people: st.SearchStrategy[dict[str, Any]] = st.builds(
    dict,
    member_no=st.sampled_from(["", "", "1", "2", "3"]),
    email=st.sampled_from(["", "", "a@x.jp", "b@x.jp", "c@x.jp"]),
    phone=st.sampled_from(["", "0312345678", "09011112222"]),
    line_user_id=st.sampled_from(["", "", "", "U1"]),
    family_name=st.sampled_from(["", "山田", "斎藤", "齋藤"]),
    given_name=st.sampled_from(["", "太郎", "花子"]),
)


def partition(parties: list[PartyRecord], batches: list[list[PartyRecord]]) -> set[frozenset[int]]:
    """Resolve batch after batch as the store does: keys and links remember, merges move them."""
    owners: dict[tuple[str, str], int] = {}
    linked: dict[int, int] = {}
    numbers = itertools.count(1)
    for batch in batches:
        keys = [keys_of(party) for party in batch]
        for cluster in find_clusters(keys, owners, [linked.get(p.id) for p in batch]):
            home = cluster.customers[0] if cluster.customers else next(numbers)
            absorbed = set(cluster.customers)
            owners = {key: home if at in absorbed else at for key, at in owners.items()}
            linked = {party: home if at in absorbed else at for party, at in linked.items()}
            for position in cluster.parties:
                linked[batch[position].id] = home
                owners.update(dict.fromkeys(keys[position], home))
    people: dict[int, set[int]] = {}
    for party in parties:
        people.setdefault(linked[party.id], set()).add(party.id)
    return {frozenset(ids) for ids in people.values()}


@given(st.lists(people, max_size=12), st.randoms(use_true_random=False), st.integers(1, 5))
def test_neither_order_nor_batch_size_changes_who_is_who(
    stated: list[dict[str, Any]], random: object, size: int
) -> None:
    parties = [party_record(number, **one) for number, one in enumerate(stated, 1)]
    shuffled = list(parties)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    batches = [shuffled[at : at + size] for at in range(0, len(shuffled), size)]
    assert partition(parties, batches) == partition(parties, [parties])


@given(
    st.lists(
        st.builds(
            dict,
            family_name=st.sampled_from(["山田", "鈴木", "渡邉", "渡辺"]),
            given_name=st.sampled_from(["太郎", "花子", "一"]),
            email=st.sampled_from(["", "{}@x.jp"]),
        ),
        min_size=2,
        max_size=8,
    )
)
def test_a_household_phone_never_makes_one_person_of_two_names(
    household: list[dict[str, Any]],
) -> None:
    parties = [
        party_record(n, **{**one, "email": one["email"].format(n), "phone": "0312345678"})
        for n, one in enumerate(household, 1)
    ]
    for cluster in find_clusters([keys_of(p) for p in parties], {}, [None] * len(parties)):
        names = {
            name_key(parties[at].family_name, parties[at].given_name) for at in cluster.parties
        }
        assert len(names) == 1
