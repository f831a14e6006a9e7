"""What other stations ask of customers."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from okaeri.customers import api
from okaeri.customers.models import Customer
from okaeri.foundation.errors import NotFoundError
from okaeri.intake import api as intake

from .people import order_in

Given = Callable[..., None]


@pytest.fixture
def shop(given_orders: Given) -> dict[str, int]:
    given_orders(
        order_in(
            *("1",),
            email="hanako@example.jp",
            phone="090-1111-2222",
            family_name="渡邉",
            given_name="花子",
            family_kana="ワタナベ",
            given_kana="ハナコ",
            member_no="M-17",
        ),
        order_in("2", email="taro@example.jp", family_name="山田", given_name="太郎"),
        order_in("3", email="smith@example.com", family_name="Smith", given_name="John"),
    )
    return {person.email: person.id for person in Customer.objects.all()}


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("渡辺", ["hanako@example.jp"]),
        ("渡邊 花子", ["hanako@example.jp"]),
        ("花子", ["hanako@example.jp"]),
        ("わたなべ", ["hanako@example.jp"]),
        ("ﾊﾅｺ", ["hanako@example.jp"]),
        ("090-1111-2222", ["hanako@example.jp"]),
        ("+81 90 1111 2222", ["hanako@example.jp"]),
        ("0901111", ["hanako@example.jp"]),
        ("HANAKO@EXAMPLE.JP", ["hanako@example.jp"]),
        ("taro@", ["taro@example.jp"]),
        ("M-17", ["hanako@example.jp"]),
        ("shop:M-17", ["hanako@example.jp"]),
        ("john smith", []),
        ("smith john", ["smith@example.com"]),
        ("%", []),
        ("_", []),
        ("", []),
        ("いない人", []),
    ],
)
def test_staff_find_people_by_what_they_have_at_hand(
    shop: dict[str, int], typed: str, found: list[str]
) -> None:
    assert [person.email for person in api.search_customers(typed)] == found


def test_a_search_gives_no_more_than_asked_for_and_each_person_once(shop: dict[str, int]) -> None:
    assert len(api.search_customers("example", limit=2)) <= 2
    people = api.search_customers("渡辺")
    assert len({person.id for person in people}) == len(people)


def test_profiles_of_unknown_people_are_left_out_and_one_alone_is_an_error(
    shop: dict[str, int],
) -> None:
    known = shop["taro@example.jp"]
    assert list(api.list_profiles([known, 10**9])) == [known]
    assert api.get_customer(known).full_name == "山田 太郎"
    with pytest.raises(NotFoundError):
        api.get_customer(10**9)
    assert api.purchase_history([10**9]) == {10**9: ()}
    assert api.list_contact_points([10**9], "email") == {}


def test_the_histories_of_many_people_cost_three_queries(shop: dict[str, int]) -> None:
    ids = list(shop.values())
    with CaptureQueriesContext(
        connection,
    ) as queries:
        history = api.purchase_history(ids)
    assert [len(history[number]) for number in ids] == [1, 1, 1]
    # People, how the shop counts, orders: however many are asked for.
    assert len(queries) == 3


def test_the_customers_of_parties_are_those_that_are_resolved(shop: dict[str, int]) -> None:
    parties = [party.id for party in intake.list_parties_after(0, 10)]
    assert set(api.customers_of_parties([*parties, 10**9]).values()) == set(shop.values())


def test_order_batches_name_the_customer_and_resolve_who_is_still_new(db: None) -> None:
    intake.record_orders(
        [*(order_in(str(n), email=f"{n % 4}@x.jp") for n in range(10)), order_in("nobody")]
    )
    rows = [row for batch in api.read_order_batches(0) for row in batch.to_pylist()]
    assert "party_id" not in rows[0]
    assert {row["order_no"] for row in rows if row["customer_id"] is None} == {"nobody"}
    for row in rows[:10]:
        history = api.purchase_history([row["customer_id"]])[row["customer_id"]]
        assert row["order_id"] in {purchase.order_id for purchase in history}
    assert len({row["customer_id"] for row in rows}) == 5
