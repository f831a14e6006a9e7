"""The tax inside an order's goods, as files and live sources state it."""

from pathlib import Path

import pytest

from okaeri.foundation import settings
from okaeri.intake import api
from okaeri.intake.counting_types import CountingRules
from okaeri.intake.models import Order
from tests.intake.carts import CARTS, PURCHASES, Cart

# Their exports of `carts` state a tax: that of the goods, to a yen. The others are reckoned by the rate.
STATED = {"shopify", "eccube", "futureshop", "ecforce", "smaregi"}


@pytest.mark.django_db
@pytest.mark.parametrize("cart", CARTS, ids=lambda cart: cart.key)
def test_every_cart_gives_the_same_sales_without_tax(cart: Cart, tmp_path: Path) -> None:
    api.import_file(cart.file(tmp_path))
    known = {spec.key: spec for spec in settings.specs_of(CountingRules).values()}
    settings.save(known, {"amount_basis": "merch_net_no_tax"})
    nets = {order.order_no: order.net_minor for order in api.list_orders_after(0, 100)}
    wanted = {p.number: 0 if p.is_cancelled else (p.paid - p.shipping) / 1.1 for p in PURCHASES}
    assert nets == pytest.approx(wanted, rel=0.04)


@pytest.mark.django_db
@pytest.mark.parametrize("cart", CARTS, ids=lambda cart: cart.key)
def test_a_stated_tax_is_stored_and_no_other_is_made_up(cart: Cart, tmp_path: Path) -> None:
    api.import_file(cart.file(tmp_path))
    taxes = dict(Order.objects.values_list("order_no", "lines_tax_minor"))
    goods = {p.number: p.goods for p in PURCHASES if not p.is_cancelled}
    stated = {number: tax for number, tax in taxes.items() if number in goods}
    if cart.key in STATED:
        # They name the tax of the goods alone; by its shares shipping bears a part.
        assert all(0.05 < (tax or 0) / goods[number] < 0.095 for number, tax in stated.items()), (
            stated
        )
    else:
        assert set(stated.values()) == {None}
