"""New parties become people: once, whole, and the same whatever the order."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from okaeri.customers import api, duties
from okaeri.customers.models import (
    ConsentEvent,
    ContactPoint,
    Customer,
    IdentityKey,
    Merge,
    PartyLink,
)
from okaeri.customers.store import consents, identity, people
from okaeri.foundation.models import DutyState
from okaeri.intake import api as intake

from .conftest import in_thread, run_together
from .people import day, order_in

Given = Callable[..., None]
ALL = (Customer, IdentityKey, PartyLink, Merge, ConsentEvent, ContactPoint)


def only_customer() -> int:
    [number] = Customer.objects.filter(merged_into=None).values_list("id", flat=True)
    return int(number)


def test_two_orders_with_one_email_are_one_person_with_both_purchases(given_orders: Given) -> None:
    given_orders(
        order_in("1", at=1, email="a@x.jp", family_name="山田"),
        order_in("2", at=2, email="A@X.jp", family_name="鈴木", phone="03-1234-5678"),
    )
    number = only_customer()
    history = api.purchase_history([number])[number]
    assert [purchase.order_no for purchase in history] == ["1", "2"]
    profile = api.get_customer(number)
    assert (profile.family_name, profile.email, profile.phone) == ("鈴木", "A@x.jp", "03-1234-5678")


def test_a_household_with_one_phone_stays_several_people(given_orders: Given) -> None:
    given_orders(
        order_in("1", phone="0312345678", family_name="山田", given_name="太郎"),
        order_in("2", phone="0312345678", family_name="山田", given_name="花子"),
        order_in("3", phone="03-1234-5678", family_name="山田", given_name="太 郎", address="新"),
    )
    assert api.count_customers() == 2


def test_people_without_any_key_are_each_a_customer_of_their_own(given_orders: Given) -> None:
    given_orders(
        order_in("1", family_name="山田", given_name="太郎", address="1"),
        order_in("2", family_name="山田", given_name="太郎", address="2"),
    )
    assert api.count_customers() == 2
    assert not IdentityKey.objects.exists()


def test_the_duty_goes_on_until_every_party_is_linked(db: None) -> None:
    intake.record_orders([order_in(str(n), email=f"{n}@x.jp") for n in range(7)])
    duty = next(duty for duty in duties.duties() if duty.name == "customers.resolve")
    assert duty.name == "customers.resolve"
    assert [duty.run(day(1)), duty.run(day(1))] == [7, 0]
    assert api.count_customers() == 7
    assert sorted(PartyLink.objects.values_list("evidence", flat=True)) == ["new"] * 7


def test_a_party_that_is_seen_again_is_not_linked_or_heard_twice(given_orders: Given) -> None:
    given_orders(order_in("1", at=1, email="a@x.jp", email_opt_in=False))
    DutyState.objects.filter(name="customers.resolve").update(cursor=0)
    given_orders()
    assert (PartyLink.objects.count(), ConsentEvent.objects.count()) == (1, 1)


def _shape() -> set[frozenset[int]]:
    shape: dict[int, set[int]] = {}
    for party, customer in PartyLink.objects.values_list("party_id", "customer_id"):
        shape.setdefault(customer, set()).add(party)
    return {frozenset(parties) for parties in shape.values()}


@pytest.mark.parametrize("seed", range(5))
def test_the_batch_size_changes_nobody(given_orders: Given, seed: int) -> None:
    dice = random.Random(seed)
    intake.record_orders(
        order_in(
            str(n),
            at=n,
            email=dice.choice(["", f"{dice.randrange(12)}@x.jp"]),
            member_no=dice.choice(["", "", str(dice.randrange(12))]),
            phone=dice.choice(["", "0312345678"]),
            family_name=dice.choice(["山田", "渡邉", "渡辺"]),
            given_name=dice.choice(["太郎", "花子"]),
            address=str(n),
            email_opt_in=dice.choice([None, True, False]),
        )
        for n in range(40)
    )
    seen = []
    for limit in (1000, 7, 1):
        for model in (Merge, ConsentEvent, ContactPoint, IdentityKey, PartyLink, DutyState):
            model.objects.all().delete()
        Customer.objects.update(merged_into=None)
        Customer.objects.all().delete()
        given_orders(limit=limit)
        points = ContactPoint.objects.order_by("address", "consent").values_list(
            "address", "consent"
        )
        living = Customer.objects.filter(merged_into=None)
        named = living.order_by("address").values_list("email", "phone", "address", "name_key")
        seen.append((_shape(), list(points), list(named)))
    assert seen[0] == seen[1] == seen[2]
    assert len(seen[0][0]) < 40


@pytest.mark.parametrize(
    "step", ["insert_customers", "insert_keys", "insert_links", "insert_points", "advance_cursor"]
)
def test_a_kill_in_the_middle_leaves_nothing_half_written(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    intake.record_orders([order_in("1", email="a@x.jp", email_opt_in=True)])
    part: Any = next(part for part in (people, identity, consents) if hasattr(part, step))

    written = getattr(part, step)

    def write_and_die(*arguments: Any) -> None:
        written(*arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(part, step, write_and_die)
        with pytest.raises(KeyboardInterrupt):
            api.resolve_new_parties(day(1))
    assert [model.objects.count() for model in ALL] == [0] * len(ALL)
    assert api.resolve_new_parties(day(1)) == 1
    assert (api.count_customers(), ConsentEvent.objects.count()) == (1, 1)


def test_two_workers_at_once_link_each_party_once(database_for_threads: None) -> None:
    def record() -> None:
        intake.record_orders(
            [order_in(str(n), email=f"{n % 60}@x.jp", address=str(n)) for n in range(120)]
        )

    def work() -> None:
        idle = 0
        while idle < 3:
            idle = 0 if api.resolve_new_parties(day(1), limit=7) else idle + 1

    def check() -> None:
        assert PartyLink.objects.count() == 120
        assert api.count_customers() == IdentityKey.objects.count() == 60
        assert ContactPoint.objects.count() == 60

    in_thread(record)
    run_together([work, work, work])
    in_thread(check)
