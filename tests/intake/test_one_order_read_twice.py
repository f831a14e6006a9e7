"""A file read as it was recognised and by columns chosen by hand holds the same orders, not two sets."""

from pathlib import Path
from typing import Any

import pytest

from okaeri.customers import api as customers
from okaeri.customers.models import ContactPoint
from okaeri.foundation import clock
from okaeri.intake import api
from okaeri.intake.connectors import CONNECTORS
from okaeri.intake.models import Order, Party, Payment, SourceMark
from okaeri.intake.types import PaymentIn
from tests.intake.carts import CARTS
from tests.intake.deliveries import NOW

pytestmark = pytest.mark.django_db
WHOLE = [cart for cart in CARTS if CONNECTORS[cart.key].kind == "orders"]
PLAIN = {
    "order_no": "No", "ordered_at": "When", "sku": "Item", "quantity": "Pieces", "amount": "Sum",
    "email": "Mail",
}  # fmt: skip


def _cart(key: str) -> Any:
    return next(cart for cart in CARTS if cart.key == key)


def _by_hand(path: Path) -> dict[str, str]:
    """Give the columns as staff would confirm them."""
    found = api.recognised_columns(api.detect_file(path))
    return {name: column for name, column in found.items() if name not in ("line_kind", "subtotal")}


def _plain(folder: Path, when: str = "2026-01-05 10:20:30") -> Path:
    path = folder / "any.csv"
    path.write_text(f"No,When,Item,Pieces,Sum,Mail\n1,{when},X,2,500,a@example.com\n")
    return path


@pytest.mark.parametrize("cart", WHOLE, ids=lambda cart: cart.key)
@pytest.mark.parametrize("hand_first", [False, True])
def test_no_order_of_a_known_layout_counts_twice(
    tmp_path: Path,
    cart: Any,
    *,
    hand_first: bool,
) -> None:
    path = cart.file(tmp_path)
    ways: list[dict[str, str] | None] = [None, _by_hand(path)]
    for mapping in reversed(ways) if hand_first else ways:
        api.import_file(path, mapping=mapping)
    numbers = list(Order.objects.values_list("order_no", flat=True))
    assert len(numbers) == len(set(numbers)) == 4
    assert set(Order.objects.values_list("source", flat=True)) == {cart.key}


def test_next_engines_people_are_reached_once_staff_say_that_no_mall_is_in_it(
    tmp_path: Path,
) -> None:
    path = _cart("nextengine").file(tmp_path)
    api.import_file(path)
    _resolve()
    assert not ContactPoint.objects.exists()
    assert "nextengine" in api.mall_sources()
    net = sorted(Order.objects.values_list("order_no", "net_minor"))
    result = api.import_file(path, mapping=_by_hand(path))
    assert (result.connector, result.orders_new) == ("mapped", 0)
    _resolve()
    assert ContactPoint.objects.exists()
    assert "nextengine" not in api.mall_sources()
    assert sorted(Order.objects.values_list("order_no", "net_minor")) == net


def test_a_number_taken_from_another_column_is_not_the_layouts_own(tmp_path: Path) -> None:
    path = _cart("base").file(tmp_path)
    api.import_file(path, mapping=_by_hand(path) | {"order_no": "商品ID"})
    assert set(Order.objects.values_list("source", flat=True)) == {"mapped"}


def test_orders_stored_under_the_older_name_are_taken_over(tmp_path: Path) -> None:
    path = _cart("nextengine").file(tmp_path)
    api.import_file(path, mapping=_by_hand(path))
    Order.objects.update(source="mapped")
    _rename_mark("nextengine", "mapped")
    number = Order.objects.order_by("id").values_list("order_no", flat=True)[0]
    api.record_payments([PaymentIn("mapped", number, "open", NOW)])
    before = api.latest_change_no()
    api.import_file(path)
    assert (Order.objects.count(), Order.objects.filter(source="nextengine").count()) == (4, 4)
    assert Payment.objects.get().source == "nextengine"
    assert all(order.change_no > before for order in Order.objects.all())


def test_orders_counted_twice_before_are_counted_once_after(tmp_path: Path) -> None:
    path = _cart("nextengine").file(tmp_path)
    api.import_file(path)
    bought = Order.objects.filter(is_purchase=True).count()
    for order in list(Order.objects.all()):
        order.pk, order.source = None, "mapped"
        order.save()
    _rename_mark("", "mapped")
    assert Order.objects.filter(is_purchase=True).count() == 2 * bought
    api.import_file(path)
    assert Order.objects.filter(is_purchase=True).count() == bought
    last = api.latest_change_no()
    api.import_file(path)
    assert api.latest_change_no() == last


def test_a_layout_that_is_marked_as_a_malls_later_is_the_same_orders(tmp_path: Path) -> None:
    path = _plain(tmp_path)
    api.import_file(path, mapping=PLAIN)
    result = api.import_file(path, mapping=PLAIN | {"@use": "analysis"})
    assert (result.orders_new, result.orders_updated) == (0, 1)
    order = Order.objects.get()
    assert (order.source, order.party and order.party.email) == ("mapped_mall", "")


def test_another_shops_order_of_the_same_number_stays_its_own(tmp_path: Path) -> None:
    api.import_file(_plain(tmp_path), mapping=PLAIN)
    later = _plain(tmp_path, "2026-01-05 10:20:31")
    api.import_file(later, mapping=PLAIN | {"@use": "analysis"})
    assert Order.objects.filter(is_purchase=True).count() == 2


def _resolve() -> None:
    while customers.resolve_new_parties(clock.now()):
        pass
    assert Party.objects.exists()


def _rename_mark(old: str, new: str) -> None:
    SourceMark.objects.filter(source=old).update(source=new)
    if not old:
        SourceMark.objects.create(source=new, subject="order", newest_at=NOW)
