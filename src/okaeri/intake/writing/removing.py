"""A source goes with all it brought: for the sample of the first steps, whose people are invented."""

from dataclasses import dataclass

from django.db.models import Count

from okaeri.intake.models import Order, OrderLine, Party


@dataclass(frozen=True, slots=True)
class Removed:
    """What went."""

    party_ids: list[int]
    order_ids: list[int]


def count_parties() -> int:
    """Give how many contacts there are."""
    return Party.objects.count()


def count_orders_by_currency() -> dict[str, int]:
    """Give currency → how many orders are stored in it, whatever became of them."""
    counted = Order.objects.values("currency").annotate(n=Count("id")).order_by("currency")
    return dict(counted.values_list("currency", "n"))


def has_orders() -> bool:
    """Tell whether any order is stored, whatever became of it."""
    return Order.objects.exists()


def has_orders_of(source: str) -> bool:
    """Tell whether there is an order of a source."""
    return Order.objects.filter(source=source).exists()


def remove_source(source: str) -> Removed:
    """Remove every order and contact of a source that holds nothing else, in the caller's transaction."""
    orders = Order.objects.filter(source=source)
    order_ids = list(orders.values_list("id", flat=True))
    party_ids = list(Party.objects.filter(source=source).values_list("id", flat=True))
    OrderLine.objects.filter(order__source=source).delete()
    orders.delete()
    Party.objects.filter(source=source).delete()
    return Removed(party_ids, order_ids)
