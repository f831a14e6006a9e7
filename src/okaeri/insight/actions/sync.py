"""Bring the warehouse up to the operational database, by change number."""

import json
from dataclasses import asdict

import pyarrow as pa

from okaeri.customers import api as customers
from okaeri.foundation.settings import load
from okaeri.foundation.warehouse import Warehouse
from okaeri.intake import api as intake
from okaeri.intake.counting_types import CountingRules

ORDERS = "orders"
LINES = "order_lines"
AREAS = "order_areas"
# By which rules amounts and days of the orders were chosen: one row, `rules` as JSON.
COUNTING = "counting"
# Tables by order_id that say more of a person than numbers: erasing him empties them of his orders.
PERSONAL_ORDER_TABLES = (AREAS,)
_COLUMNS = {"subscription_no", "delivery_no", "ordered_hour", "shipped_on", "delivered_on"}


def sync_warehouse(warehouse: Warehouse) -> int:
    """Copy orders and lines that changed since the last sync; give how many orders came.

    The warehouse itself remembers how far it got (its highest change number), so a folder that was
    deleted fills again and a sync that died is repeated. Lines and areas go first: whoever sees an order in
    the warehouse finds them there too.
    """
    intake.settle_statuses()
    if _is_of_an_older_edition(warehouse):
        warehouse.clear()
    _count_anew(warehouse, load(CountingRules))
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


def _count_anew(warehouse: Warehouse, rules: CountingRules) -> None:
    """Empty a warehouse whose orders hold the amounts and days of other rules, and note these.

    Orders from before there was a note are of the rules every shop begins with. The note is spoilt
    before anything is deleted, so after a crash in between everything is deleted again.
    """
    if _noted(warehouse) == _words(rules):
        return
    if warehouse.has(ORDERS):
        warehouse.replace(COUNTING, _note("changing"))
        warehouse.clear(but=COUNTING)
    warehouse.replace(COUNTING, _note(_words(rules)))


def _noted(warehouse: Warehouse) -> str:
    if not warehouse.has(COUNTING):
        return _words(CountingRules())
    words: str = warehouse.collect(warehouse.table(COUNTING))["rules"][0].as_py()
    return words


def _note(words: str) -> pa.Table:
    return pa.table({"rules": [words]})


def _words(rules: CountingRules) -> str:
    return json.dumps(asdict(rules), sort_keys=True)


def _is_of_an_older_edition(warehouse: Warehouse) -> bool:
    """Tell whether the warehouse was filled before orders had the columns analyses read today."""
    return warehouse.has(ORDERS) and not set(warehouse.table(ORDERS).columns) >= _COLUMNS
