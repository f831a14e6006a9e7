"""Whose an event is: by identification, by time, across merges; and never by the device alone."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest

from okaeri.customers import api
from okaeri.customers.domain.devices import Identified, Span, owner_at, spans_of
from okaeri.foundation import clock
from okaeri.intake import api as intake
from okaeri.intake.event_types import EventIn
from okaeri.intake.types import PartyIn

from .people import day, order_in

Given = Callable[..., None]
A_THEN_B_THEN_A = (Identified(day(2), 1), Identified(day(4), 2), Identified(day(6), 1))


@pytest.mark.parametrize(
    ("at", "owner"),
    [(day(0), 1), (day(2), 1), (day(3), 1), (day(4), 2), (day(5), 2), (day(6), 1), (day(99), 1)],
)
def test_an_event_belongs_to_the_last_identified_before_it_or_else_to_the_first(
    at: datetime, owner: int
) -> None:
    assert owner_at(A_THEN_B_THEN_A, at) == owner


def test_a_device_nobody_was_identified_on_belongs_to_nobody() -> None:
    assert owner_at((), day(1)) is None
    assert spans_of((), {1}) == []


def test_the_spans_of_a_person_hold_exactly_his_events() -> None:
    assert spans_of(A_THEN_B_THEN_A, {1}) == [Span(None, day(4)), Span(day(6), None)]
    assert spans_of(A_THEN_B_THEN_A, {2}) == [Span(day(4), day(6))]
    assert spans_of(A_THEN_B_THEN_A, {1, 2}) == [Span(None, None)]
    for at in (day(0), day(3), day(4), day(5), day(6), day(7)):
        owner = owner_at(A_THEN_B_THEN_A, at)
        held = [span.holds(at) for span in spans_of(A_THEN_B_THEN_A, {owner or 0})]
        assert held.count(True) == 1


@pytest.fixture
def shop(given_orders: Given) -> Iterator[Given]:
    """Two people who have bought."""
    given_orders(order_in("1", at=1, email="a@x.jp"), order_in("2", at=1, email="b@x.jp"))
    with clock.use(clock.SimulatedClock(day(50))):
        yield given_orders


def see(device: str, *days: int) -> None:
    """Let a device look at a page on each of these days."""
    events = [
        EventIn(key=f"{device}:{n}", kind="page_view", occurred_at=day(n), device_id=device)
        for n in days
    ]
    intake.record_events(events, source="web", received_at=day(50))


def identify(device: str, email: str, at: int) -> None:
    intake.record_identification(device, PartyIn(email=email), day(at))
    while api.resolve_new_parties(day(60)):
        pass
    while api.link_devices(day(60)):
        pass


def seen_by(email: str) -> list[str]:
    [person] = api.search_customers(email)
    return [event.key for event in api.list_web_events(person.id)]


def test_what_was_done_unknown_joins_the_person_who_says_who_he_is(shop: Given) -> None:
    see("phone", 2, 3)
    assert seen_by("a@x.jp") == []
    identify("phone", "a@x.jp", 4)
    see("phone", 5)
    assert seen_by("a@x.jp") == ["phone:5", "phone:3", "phone:2"]
    assert api.customer_of_device("phone", day(2)) == api.search_customers("a@x.jp")[0].id


def test_two_devices_of_one_person_have_one_history(shop: Given) -> None:
    see("phone", 2)
    see("laptop", 3)
    identify("phone", "a@x.jp", 4)
    identify("laptop", "a@x.jp", 5)
    assert seen_by("a@x.jp") == ["laptop:3", "phone:2"]


def test_a_shared_device_never_makes_two_people_one(shop: Given) -> None:
    identify("tablet", "a@x.jp", 2)
    identify("tablet", "b@x.jp", 4)
    identify("tablet", "a@x.jp", 6)
    see("tablet", 1, 3, 5, 7)
    assert (api.count_customers(), api.list_merges()) == (2, [])
    assert seen_by("a@x.jp") == ["tablet:7", "tablet:3", "tablet:1"]
    assert seen_by("b@x.jp") == ["tablet:5"]


def test_an_identification_waits_until_its_contact_is_resolved(shop: Given) -> None:
    intake.record_identification("phone", PartyIn(email="new@x.jp"), day(4))
    assert api.link_devices(day(60)) == 0
    assert api.resolve_new_parties(day(60)) > 0
    assert api.link_devices(day(60)) == 1
    assert api.link_devices(day(60)) == 0
    assert api.customer_of_device("phone", day(1)) is not None


def test_devices_follow_a_merge_and_return_when_it_is_taken_back(shop: Given) -> None:
    shop(order_in("3", at=1, email="b@x.jp", member_no="7"))
    identify("b-phone", "b@x.jp", 2)
    identify("a-phone", "a@x.jp", 2)
    see("b-phone", 3)
    see("a-phone", 4)
    older, younger = (api.search_customers(email)[0].id for email in ("a@x.jp", "b@x.jp"))
    shop(order_in("4", at=9, email="a@x.jp", member_no="7"))
    assert api.ids_of(younger) == (older, younger)
    assert seen_by("a@x.jp") == ["a-phone:4", "b-phone:3"]
    assert {link.device_id for link in api.devices_of(younger)} == {"a-phone", "b-phone"}
    api.undo_merge(api.list_merges()[0].id)
    assert [event.key for event in api.list_web_events(older)] == ["a-phone:4"]
    assert [event.key for event in api.list_web_events(younger)] == ["b-phone:3"]
