"""What happened to contracts, as segment rules read it: of what carts tell of a contract and of its orders."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pyarrow as pa

from okaeri.foundation.warehouse import Warehouse
from okaeri.insight.actions.order_table import read_orders
from okaeri.insight.actions.owned_records import read_owned
from okaeri.insight.actions.segment_tables import CONTRACTS, FACT_TABLES, SCHEMAS, batches_of
from okaeri.insight.actions.sync import ORDERS
from okaeri.insight.analyses.source_schemas import DELIVERED
from okaeri.insight.features.contract_doings import compute_contract_doings
from okaeri.intake import api as intake
from okaeri.intake.types import SubscriptionRecord

_TABLE = FACT_TABLES["subscription"]
# What is told of contracts: the columns of the fact, and which contract, without a kind for itself.
_TOLD = pa.schema(
    [
        ("source", pa.string()),
        ("subscription_no", pa.string()),
        ("tells_deliveries", pa.bool_()),
        *SCHEMAS["subscription"],
    ]
)
_Rows = Iterator[dict[str, Any]]


def write_contract_doings(warehouse: Warehouse, as_of: date) -> None:
    """Write what happened to contracts anew; the warehouse's orders are those of today."""
    rows = (
        {"customer_id": owner, **row}
        for one, owner in read_owned(intake.list_subscriptions_after)
        for row in contract_rows(one)
    )
    batches = batches_of(rows, _TOLD)
    # A shop without any needs no table, unless there is an older one to empty.
    first = next(batches, None)
    if first is None and not warehouse.has(_TABLE):
        return
    told = [first, *batches] if first else []
    warehouse.replace(CONTRACTS, pa.RecordBatchReader.from_batches(_TOLD, told))
    empty = not warehouse.has(ORDERS)
    orders = warehouse.upload(DELIVERED.empty_table()) if empty else read_orders(warehouse, as_of)
    doings = compute_contract_doings(warehouse.table(CONTRACTS), orders, as_of=as_of)
    warehouse.replace(_TABLE, doings.select(*SCHEMAS["subscription"].names))


def contract_rows(one: SubscriptionRecord) -> _Rows:
    """Give the contract itself (of no kind), then what happened to it; delivery_no as the cart tells it.

    Of a source that says only when the contract began and ended, two rows are made. Whoever asked to
    cancel or pause counts as active no more, though the cart has not carried it out yet.
    """
    is_active = one.status == "active" and one.asked not in ("cancel", "pause")
    happened = {(event.kind, event.occurred_on): event for event in one.events}
    plain = {
        "source": one.source,
        "subscription_no": one.subscription_no,
        "tells_deliveries": any(kind == "delivered" for kind, _ in happened),
        "sku": one.sku,
        "is_active": is_active,
    }
    yield plain
    for (kind, day), event in happened.items():
        nth = event.delivery_no if kind == "delivered" else None
        yield {**plain, "kind": kind, "day": day, "delivery_no": nth, "reason": event.reason}
    for kind, on, reason in (
        ("started", one.started_on, ""),
        ("cancelled", one.cancelled_on, one.cancel_reason),
    ):
        if on is not None and not any(event.kind == kind for event in one.events):
            yield {**plain, "kind": kind, "day": on, "reason": reason}
