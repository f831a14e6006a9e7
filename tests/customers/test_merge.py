"""Two customers who turn out to be one, and one who turns out to be two."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from django.db.migrations import RunSQL

from okaeri.customers import api
from okaeri.customers.models import ConsentEvent, ContactPoint, Customer, IdentityKey, PartyLink
from okaeri.foundation import clock
from okaeri.foundation.errors import InputError, NotFoundError
from okaeri.intake import api as intake
from okaeri.intake.models import Party
from okaeri.intake.types import PartyIn

from .people import day, order_in

Given = Callable[..., None]


def state() -> dict[str, Any]:
    """Give everything of everybody but the ids that only grow."""
    return {
        "customers": list(Customer.objects.order_by("id").values()),
        "keys": list(IdentityKey.objects.order_by("id").values()),
        "links": list(PartyLink.objects.order_by("party_id").values()),
        "events": list(ConsentEvent.objects.order_by("id").values()),
        "points": list(
            ContactPoint.objects.order_by("customer_id", "channel").values(
                "customer_id", "channel", "address", "consent", "consent_at"
            )
        ),
    }


@pytest.fixture
def two_people(given_orders: Given) -> tuple[int, int]:
    given_orders(
        order_in("1", at=1, email="a@x.jp", family_name="山田", email_opt_in=True),
        order_in(
            "2", at=2, member_no="7", family_name="ヤマダ", line_user_id="U7", email_opt_in=False
        ),
    )
    older, younger = Customer.objects.order_by("id").values_list("id", flat=True)
    return older, younger


def join(given_orders: Given) -> int:
    given_orders(order_in("3", at=3, email="a@x.jp", member_no="7", phone="0312345678"))
    return api.list_merges()[0].id


def test_a_new_party_that_knows_both_makes_one_of_two_and_the_older_id_stays(
    given_orders: Given, two_people: tuple[int, int]
) -> None:
    older, younger = two_people
    join(given_orders)
    assert api.count_customers() == 1
    assert [p.order_no for p in api.purchase_history([older])[older]] == ["1", "2", "3"]
    assert set(PartyLink.objects.values_list("customer_id", flat=True)) == {older}
    assert set(IdentityKey.objects.values_list("customer_id", flat=True)) == {older}
    assert set(ConsentEvent.objects.values_list("customer_id", flat=True)) == {older}
    assert [(p.channel, p.address, p.consent) for p in api.contact_points_of(older)] == [
        ("email", "a@x.jp", "withdrawn"),
        ("line", "U7", "none"),
    ]
    [merge] = api.list_merges()
    assert (merge.kept_id, merge.absorbed_id) == (older, younger)
    assert merge.evidence == ("email", "member")
    assert len(merge.party_ids) == 1
    assert api.list_merges(younger) == [merge]


def test_the_absorbed_id_still_leads_to_the_person_everywhere(
    given_orders: Given, two_people: tuple[int, int]
) -> None:
    older, younger = two_people
    join(given_orders)
    assert api.get_customer(younger) == api.get_customer(older)
    history = api.purchase_history([younger, older])
    assert history[younger] == history[older] != ()
    assert api.purchase_history([younger]) == {younger: history[older]}
    points = api.list_contact_points([younger, older], "email")
    assert points[younger] == points[older]
    assert api.contact_points_of(younger) == api.contact_points_of(older)
    assert api.list_consents(younger) == api.list_consents(older) != []
    api.record_consent(
        younger, channel="line", action="granted", basis="opt_in", source="form", occurred_at=day(9)
    )
    assert api.list_contact_points([older], "line")[older].may_be_written


def test_the_warehouse_hears_of_moved_orders(
    given_orders: Given, two_people: tuple[int, int]
) -> None:
    older, _ = two_people
    seen = max(n for b in api.read_order_batches(0) for n in b.column("change_no").to_pylist())
    join(given_orders)
    rows = [row for batch in api.read_order_batches(seen) for row in batch.to_pylist()]
    assert sorted((row["order_no"], row["customer_id"]) for row in rows) == [
        ("2", older),
        ("3", older),
    ]


def test_undoing_a_merge_gives_everybody_everything_back(
    given_orders: Given, two_people: tuple[int, int]
) -> None:
    older, younger = two_people
    before = state()
    merge_id = join(given_orders)
    # What the joining party itself brought stays with the one who was kept.
    joined = PartyLink.objects.order_by("party_id").last()
    assert joined is not None
    api.undo_merge(merge_id)
    after = state()
    assert after["events"] == before["events"]
    assert after["points"] == before["points"]
    assert [key for key in after["keys"] if key in before["keys"]] == before["keys"]
    assert [link for link in after["links"] if link["party_id"] != joined.party_id] == before[
        "links"
    ]
    assert [(c["id"], c["family_name"], c["merged_into_id"]) for c in after["customers"]] == [
        (older, "山田", None),
        (younger, "ヤマダ", None),
    ]
    assert api.get_customer(older).phone == "0312345678"
    assert api.list_merges()[0].undone_at is not None
    history = api.purchase_history([older, younger])
    assert [p.order_no for p in history[older]] == ["1", "3"]
    assert [p.order_no for p in history[younger]] == ["2"]


def test_one_of_two_is_known_since_the_first_and_each_since_his_own_day_again(
    given_orders: Given,
) -> None:
    given_orders(order_in("1", at=6, email="a@x.jp"))
    with clock.use(clock.SimulatedClock(day(7))):
        intake.record_customers([PartyIn(member_no="7", registered_at=day(2))], source="shop")
    given_orders()
    older, younger = Customer.objects.order_by("id")
    assert (older.known_at, younger.known_at) == (day(6), day(2))
    merge_id = join(given_orders)
    assert api.get_customer(older.pk).known_at == day(2)
    assert [one.id for one in api.iter_known_since(day(2))] == [older.pk]
    api.undo_merge(merge_id)
    # The order that joined them (on day 3) stays with the one who was kept.
    assert api.get_customer(older.pk).known_at == day(3)
    assert api.get_customer(younger.pk).known_at == day(2)


def test_people_of_before_are_known_since_the_first_order_or_the_last_word(
    given_orders: Given,
) -> None:
    given_orders(order_in("2", at=9, email="a@x.jp"), order_in("1", at=4, email="a@x.jp"))
    with clock.use(clock.SimulatedClock(day(7))):
        intake.record_customers([PartyIn(email="b@x.jp")], source="shop")
    given_orders()
    Party.objects.update(known_at=None)
    Customer.objects.update(known_at=None)
    with connection.cursor() as cursor:
        for station, name in (("intake", "0016"), ("customers", "0010")):
            move = import_module(f"okaeri.{station}.migrations.{name}_since_when_known").Migration
            (change,) = (one for one in move.operations if isinstance(one, RunSQL))
            cursor.execute(str(change.sql))
    assert list(Party.objects.order_by("id").values_list("known_at", flat=True)) == [day(4), day(7)]
    known = Customer.objects.order_by("id").values_list("known_at", flat=True)
    assert list(known) == [day(4), day(7)]


def test_who_was_taken_apart_is_never_joined_again_by_itself(
    given_orders: Given, two_people: tuple[int, int]
) -> None:
    older, younger = two_people
    api.undo_merge(join(given_orders))
    given_orders(
        order_in("4", at=4, email="a@x.jp", member_no="7", address="new"),
        order_in("5", at=5, member_no="7", address="newer"),
    )
    assert (api.count_customers(), len(api.list_merges())) == (2, 1)
    history = api.purchase_history([older, younger])
    assert [p.order_no for p in history[older]] == ["1", "3", "4"]
    assert [p.order_no for p in history[younger]] == ["2", "5"]


def test_a_withdrawal_made_while_they_were_one_holds_for_both(
    given_orders: Given, two_people: tuple[int, int]
) -> None:
    older, younger = two_people
    api.record_consent(
        younger, channel="line", action="granted", basis="opt_in", source="form", occurred_at=day(2)
    )
    merge_id = join(given_orders)
    api.record_consent(
        older,
        channel="line",
        action="withdrawn",
        basis="opt_in",
        source="one_click",
        occurred_at=day(5),
    )
    api.undo_merge(merge_id)
    [point] = api.contact_points_of(younger)
    assert (point.channel, point.consent) == ("line", "withdrawn")
    assert api.list_consents(older)[-1].source == "one_click"


def test_a_merge_of_a_merge_is_undone_from_the_outside_in(
    given_orders: Given, two_people: tuple[int, int]
) -> None:
    given_orders(order_in("0", email="z@x.jp"))
    first = join(given_orders)
    third = Customer.objects.filter(merged_into=None).latest("id").id
    given_orders(order_in("9", at=9, email="z@x.jp", member_no="7"))
    assert api.count_customers() == 1
    assert api.get_customer(third).id == two_people[0]
    second = api.list_merges()[0].id
    api.undo_merge(second)
    api.undo_merge(first)
    assert api.count_customers() == 3


def test_a_merge_inside_another_says_which_one_to_undo_first(given_orders: Given) -> None:
    given_orders(
        order_in("0", email="z@x.jp"),
        order_in("1", email="a@x.jp"),
        order_in("2", member_no="7"),
    )
    given_orders(order_in("3", at=3, email="a@x.jp", member_no="7"))
    inner = api.list_merges()[0].id
    given_orders(order_in("4", at=4, email="z@x.jp", member_no="7"))
    outer = api.list_merges()[0].id
    with pytest.raises(InputError) as caught:
        api.undo_merge(inner)
    assert str(outer) in caught.value.message.ja
    api.undo_merge(outer)
    api.undo_merge(inner)
    assert api.count_customers() == 3


def test_undoing_twice_or_undoing_nothing_is_refused(
    given_orders: Given, two_people: tuple[int, int]
) -> None:
    merge_id = join(given_orders)
    api.undo_merge(merge_id)
    before = state()
    with pytest.raises(InputError):
        api.undo_merge(merge_id)
    with pytest.raises(NotFoundError):
        api.undo_merge(merge_id + 1)
    assert state() == before


def test_a_kill_in_the_middle_of_an_undo_changes_nothing(
    given_orders: Given, two_people: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    merge_id = join(given_orders)
    before = state()

    def die(party_ids: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(intake, "touch_orders_of_parties", die)
        with pytest.raises(KeyboardInterrupt):
            api.undo_merge(merge_id)
    assert state() == before
