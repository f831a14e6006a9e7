"""What happened to contracts, as segment rules read it: of what carts tell of a contract and of its orders."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from okaeri.foundation.settings import load
from okaeri.foundation.warehouse import Warehouse
from okaeri.insight.actions.order_table import read_orders
from okaeri.insight.actions.owned_records import read_with_owner
from okaeri.insight.actions.segment_tables import CONTRACTS, FACT_TABLES, SCHEMAS, batches_of
from okaeri.insight.actions.sync import LINES, ORDERS
from okaeri.insight.analyses.source_schemas import DELIVERED
from okaeri.insight.features.contract_doings import compute_contract_doings
from okaeri.insight.features.ordered_contracts import compute_ordered_contracts
from okaeri.insight.types import LifecycleRules
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
    """Write what happened to contracts anew; the warehouse's orders are those of today.

    Contracts no cart tells of are those their orders name, by the rule of the survival page.
    """
    # A contract whose owner is unknown is told of too: its orders make no other one of it.
    rows = (
        {"customer_id": owner, **row}
        for one, owner in read_with_owner(intake.list_subscriptions_after)
        for row in contract_rows(one)
    )
    batches = batches_of(rows, _TOLD)
    first = next(batches, None)
    # A shop without any needs no table, unless there is an older one to empty.
    if first is None and not warehouse.has(_TABLE) and not has_numbered_orders(warehouse):
        return
    told = [first, *batches] if first else []
    warehouse.replace(CONTRACTS, pa.RecordBatchReader.from_batches(_TOLD, told))
    warehouse.replace(_TABLE, _doings(warehouse, as_of).select(*SCHEMAS["subscription"].names))


def has_numbered_orders(warehouse: Warehouse) -> bool:
    """Tell whether any order names the contract it is of."""
    if not warehouse.has(ORDERS):
        return False
    orders = warehouse.table(ORDERS)
    return bool(warehouse.count(orders.filter(orders.subscription_no != "").limit(1)))


def _doings(warehouse: Warehouse, as_of: date) -> ir.Table:
    contracts = warehouse.table(CONTRACTS)
    if not warehouse.has(ORDERS):
        orders = warehouse.upload(DELIVERED.empty_table())
        return _of_somebody(compute_contract_doings(contracts, orders, as_of=as_of))
    orders, lines = read_orders(warehouse, as_of), warehouse.table(LINES)
    lapse_days = load(LifecycleRules).lapse_days
    named = compute_ordered_contracts(orders, lines, contracts, as_of=as_of, lapse_days=lapse_days)
    # Read as what is told and again as what is known.
    named = warehouse.stage("insight_ordered_contracts", named)
    told = ibis.union(contracts.select(*named.columns), named, distinct=False)
    return _of_somebody(compute_contract_doings(told, orders, as_of=as_of))


def _of_somebody(rows: ir.Table) -> ir.Table:
    return rows.filter(rows.customer_id.notnull())


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
