"""The warehouse's orders as everybody reads them: what came back subtracted from what was sold.

What a contract always lets off is its price, and no discount.
The one place that reads amounts of the table itself (`tests/insight/test_returned.py` looks).
"""

from datetime import date

import ibis.expr.types as ir

from okaeri.foundation.warehouse import Warehouse
from okaeri.insight.actions.sync import ORDERS
from okaeri.insight.features.own_price import (
    compute_own_prices,
    is_discounted_delivery,
    without_own_prices,
)
from okaeri.insight.features.returned import (
    compute_returned,
    is_return_document,
    without_returned,
)


def read_orders(warehouse: Warehouse, as_of: date, people: ir.Table | None = None) -> ir.Table:
    """Give one row per order of the warehouse, less return documents up to and on `as_of`.

    `people` (customer_id): theirs alone. A document stays as a row of its own that is no purchase.
    discount_minor is what an order cost less than usual: `features.own_price` of subscriptions.
    """
    orders = warehouse.table(ORDERS)
    if people is not None:
        orders = orders.semi_join(people, "customer_id")
    is_everybody = people is None
    orders = _beyond_own_prices(warehouse, orders, as_of, is_everybody=is_everybody)
    return less_returned(warehouse, orders, as_of, is_everybody=is_everybody)


def _beyond_own_prices(
    warehouse: Warehouse, orders: ir.Table, as_of: date, *, is_everybody: bool
) -> ir.Table:
    if not warehouse.count(orders.filter(is_discounted_delivery(orders))):
        return orders
    own = compute_own_prices(orders, as_of=as_of)
    if is_everybody:
        own = warehouse.stage("insight_own_prices", own)
    return without_own_prices(orders, own)


def less_returned(
    warehouse: Warehouse, orders: ir.Table, as_of: date, *, is_everybody: bool = True
) -> ir.Table:
    """Give orders with what documents up to and on `as_of` took back subtracted from them."""
    # Most shops have none; they need no join.
    if not warehouse.count(orders.filter(is_return_document(orders))):
        return orders
    returned = compute_returned(orders, as_of=as_of)
    # Kept once for everybody; of a few people it is small, and must not take the place of all.
    if is_everybody:
        returned = warehouse.stage("insight_returned", returned)
    return without_returned(orders, returned)
