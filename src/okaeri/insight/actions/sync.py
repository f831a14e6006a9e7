"""Bring the warehouse up to the operational database, by change number."""

from okaeri.customers import api as customers
from okaeri.foundation.warehouse import Warehouse
from okaeri.intake import api as intake

ORDERS = "orders"
LINES = "order_lines"
AREAS = "order_areas"
# Tables by order_id that say more of a person than numbers: erasing him empties them of his orders.
PERSONAL_ORDER_TABLES = (AREAS,)
_COLUMNS = {"subscription_no", "delivery_no", "ordered_hour", "shipped_on", "delivered_on"}


def sync_warehouse(warehouse: Warehouse) -> int:
    """Copy orders and lines that changed since the last sync; give how many orders came.

    The warehouse itself remembers how far it got (its highest change number), so a folder that was
    deleted fills again and a sync that died is repeated. Lines and areas go first: whoever sees an order in
    the warehouse finds them there too.
    """
    if _is_of_an_older_edition(warehouse):
        warehouse.clear()
    known = warehouse.highest(AREAS, "change_no")
    if intake.latest_change_no() > known:
        areas = intake.read_area_batches(known)
        warehouse.upsert(AREAS, areas, key="order_id", version="change_no")
    after = warehouse.highest(ORDERS, "change_no")
    if intake.latest_change_no() <= after:
        return 0
    warehouse.upsert(LINES, intake.read_line_batches(after), key="order_id", version="change_no")
    batches = customers.read_order_batches(after)
    return warehouse.upsert(ORDERS, batches, key="order_id", version="change_no")


def _is_of_an_older_edition(warehouse: Warehouse) -> bool:
    """Tell whether the warehouse was filled before orders had the columns analyses read today."""
    return warehouse.has(ORDERS) and not set(warehouse.table(ORDERS).columns) >= _COLUMNS
