"""Which refills a person is shown, from what he bought alone."""

from collections.abc import Sequence
from datetime import date, timedelta

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
    assert due(buyer(56, 26)) == ["LOTION"]
    assert due(buyer(56, 26, delivered=(56, 26))) == []
    assert due(buyer(56, 26, subscribed=("LOTION",))) == []
    assert due(buyer(56, 26, subscribed=("",))) == [], "nobody knows what the contract brings"
    assert due(buyer(56, 26, subscribed=("SOAP",))) == ["LOTION"]


def test_a_cycle_is_told_from_what_he_ordered_himself() -> None:
    # Deliveries every 10 days, then two orders of his own 30 days apart.
    brought = (116, 106, 96, 86)
    assert due(buyer(*brought, 46, 16, delivered=brought)) == []
    assert due(buyer(*brought, 46, 16)) == ["LOTION"]


def test_what_is_not_for_sale_is_no_refill() -> None:
    trial = Item("LOTION", "お試し", days_supply=14, is_for_sale=False)
    assert due(buyer(14), trial) == []
    assert due(buyer(14), Item("LOTION", "お試し", days_supply=14)) == ["LOTION"]
