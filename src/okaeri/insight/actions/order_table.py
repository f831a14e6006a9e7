"""The warehouse's orders as analyses read them: what came back subtracted from what was sold."""

from datetime import date

import ibis.expr.types as ir

from okaeri.foundation.warehouse import Warehouse
from okaeri.insight.actions.sync import ORDERS
from okaeri.insight.features.returned import (
    compute_returned,
    is_return_document,
    without_returned,
)


def read_orders(warehouse: Warehouse, as_of: date) -> ir.Table:
    """Give one row per order of the warehouse, less return documents up to and on `as_of`."""
    orders = warehouse.table(ORDERS)
    # Most shops have none; they need no join.
    if not warehouse.count(orders.filter(is_return_document(orders))):
        return orders
    returned = warehouse.stage("insight_returned", compute_returned(orders, as_of=as_of))
    return without_returned(orders, returned)
