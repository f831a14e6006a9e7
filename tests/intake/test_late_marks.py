"""An order is a trial's or a sample's whatever came first: the order, or the word on its product (§1.3 #16)."""

from datetime import UTC, datetime

import pytest

from okaeri.intake import api
from okaeri.intake.models import Order
from okaeri.intake.types import LineIn, OrderIn, PartyIn, ProductIn

pytestmark = pytest.mark.django_db


def order(number: str, *skus: str) -> OrderIn:
    lines = tuple(LineIn(sku, sku, 1, 1000, 1000) for sku in skus)
    party = PartyIn(email=f"{number}@example.com")
    return OrderIn("shop", number, datetime(2026, 5, 1, 3, tzinfo=UTC), "accepted", party, lines)


def products(*, marked: bool) -> list[ProductIn]:
    return [
        ProductIn("TRY", cost_minor=300, is_trial=marked),
        ProductIn("FREE", cost_minor=100, is_sample=marked),
        ProductIn("SERUM", cost_minor=400),
    ]


def orders() -> list[OrderIn]:
    return [
        order("A-try", "TRY"),
        order("B-try-and-free", "TRY", "FREE"),
        order("C-free", "FREE"),
        order("D-both", "TRY", "SERUM"),
        order("E-serum", "SERUM"),
    ]


def told() -> list[tuple[object, ...]]:
    names = ("order_no", "is_purchase", "is_trial", "margin_minor")
    return list(Order.objects.order_by("order_no").values_list(*names))


def test_orders_are_marked_whichever_comes_first_and_unmarked_again() -> None:
    api.record_orders(orders())
    api.record_products(products(marked=False))
    plain = told()
    assert [row[1:3] for row in plain] == [(True, False)] * 5
    seen = api.latest_change_no()
    api.record_products(products(marked=True))
    marked = told()
    assert [row[1:3] for row in marked] == [
        (True, True),
        (True, True),
        (False, False),
        (True, False),
        (True, False),
    ]
    # 1,000 were paid for it, the goods cost 100.
    assert marked[2][3] == 900
    # Only what changed is told to the stations above.
    batches = api.read_order_batches(seen)
    numbers = [number for batch in batches for number in batch["order_no"].to_pylist()]
    assert sorted(numbers) == ["A-try", "B-try-and-free", "C-free"]
    Order.objects.all().delete()
    api.record_orders(orders())
    assert told() == marked
    api.record_products(products(marked=False))
    assert told() == plain
