"""Which refills a person is shown, from what he bought alone."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from okaeri.insight.domain.recommend.choosing import Item, Person, due_refills
from okaeri.insight.recommend_types import RecommendRules

TODAY = date(2026, 5, 20)
LOTION = Item("LOTION", "化粧水", days_supply=30)


def days(*ago: int) -> list[date]:
    return [TODAY - timedelta(days=one) for one in ago]


def due(person: Person, *items: Item) -> list[str]:
    known = {item.sku: item for item in items or (LOTION,)}
    found = due_refills(person, known, on=TODAY, rules=RecommendRules())
    return [choice.item.sku for choice in found]


def buyer(*ago: int, delivered: Sequence[int] = (), subscribed: Sequence[str] = ()) -> Person:
    brought = {("LOTION", day) for day in days(*delivered)}
    return Person({"LOTION": days(*ago)}, (), 2, brought, subscribed)


def test_what_a_subscription_brings_is_no_refill_to_buy() -> None:
    assert due(buyer(58, 28)) == ["LOTION"]
    assert due(buyer(58, 28, delivered=(58, 28))) == []
    assert due(buyer(58, 28, subscribed=("LOTION",))) == []
    assert due(buyer(58, 28, subscribed=("",))) == [], "nobody knows what the contract brings"
    assert due(buyer(58, 28, subscribed=("SOAP",))) == ["LOTION"]


def test_a_cycle_is_told_from_what_he_ordered_himself() -> None:
    # Deliveries every 10 days, then two orders of his own 30 days apart.
    brought = (116, 106, 96, 86)
    assert due(buyer(*brought, 46, 16, delivered=brought)) == []
    assert due(buyer(*brought, 46, 16)) == ["LOTION"]


def test_what_is_not_for_sale_is_no_refill() -> None:
    trial = Item("LOTION", "お試し", days_supply=14, is_for_sale=False)
    assert due(buyer(14), trial) == []
    assert due(buyer(14), Item("LOTION", "お試し", days_supply=14)) == ["LOTION"]


@pytest.mark.parametrize(
    ("pieces", "supply", "since", "is_due"),
    [
        # 30 days of use and 3 to arrive: from 5 days before the run-out to one cycle past it.
        (1, 30, 27, False),
        (1, 30, 28, True),
        (1, 30, 66, True),
        (1, 30, 67, False),
        # Half a year ago is no refill, however long the shop knows him.
        (1, 76, 229, False),
        # Two pieces last twice as long.
        (2, 30, 33, False),
        (2, 30, 58, True),
        # What is used up in a week is not asked for at once.
        (1, 4, 3, False),
        (1, 4, 4, True),
    ],
)
def test_a_refill_is_due_from_shortly_before_its_run_out_to_one_cycle_past_it(
    pieces: int, supply: int, since: int, is_due: bool
) -> None:
    person = replace(buyer(since), pieces={"LOTION": pieces})
    assert due(person, Item("LOTION", "化粧水", days_supply=supply)) == ["LOTION"] * is_due


def test_what_he_left_out_of_a_later_order_he_has_stopped_using() -> None:
    lotion = {"LOTION": days(50)}
    bought = {"before": days(20), "after": days(10)}
    orders = {name: replace(buyer(50), bought={**lotion, "SOAP": bought[name]}) for name in bought}
    # 33 days from order to run-out: 17 days ago.
    assert [due(orders["before"]), due(orders["after"])] == [["LOTION"], []]
    brought = replace(orders["after"], delivered={("SOAP", bought["after"][0])})
    assert due(brought) == ["LOTION"], "what a subscription brings he did not choose that day"
