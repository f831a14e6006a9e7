"""Measure what existing customers cost: deliver and rewards stand above and hand in what was spent."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import pyarrow as pa

from okaeri.foundation.settings import load
from okaeri.foundation.warehouse import Warehouse
from okaeri.insight.actions.order_table import read_orders
from okaeri.insight.actions.reporting import keep_reports
from okaeri.insight.actions.segment_tables import PEOPLE
from okaeri.insight.actions.sync import ORDERS
from okaeri.insight.analysis_types import PerkRules
from okaeri.insight.care_types import SPENT, MessageCostRules
from okaeri.insight.domain.reports.care_cost import care_payload, first_day
from okaeri.insight.features.care_cost import compute_care, compute_existing_orders
from okaeri.insight.features.purchases import counts_as_purchase
from okaeri.insight.types import LifecycleRules


def measure_care_cost(
    spent: Iterable[pa.RecordBatch], *, warehouse: Warehouse, as_of: date
) -> dict[str, Any] | None:
    """Keep and give the report "care_cost" (`domain.reports.care_cost`); None before the first refresh.

    `spent`: rows of `insight.care_types.SPENT` of the last twelve months.
    """
    if not warehouse.has(PEOPLE) or not warehouse.has(ORDERS):
        return None
    rules, since = load(LifecycleRules), first_day(as_of)
    people = warehouse.table(PEOPLE)
    people = people.filter(people.first_on.notnull())
    orders = read_orders(warehouse, as_of)
    counted = orders.filter(counts_as_purchase(orders, as_of=as_of, rules=rules))
    given = warehouse.upload(pa.Table.from_batches(spent, schema=SPENT))
    rows = compute_care(given, people, since=since, until=as_of)
    bought = compute_existing_orders(counted, people, since=since, until=as_of)
    payload = care_payload(
        warehouse.collect(rows).to_pylist(),
        warehouse.collect(bought).to_pylist()[0],
        since=since,
        rules=load(MessageCostRules),
        point_minor=load(PerkRules).point_minor,
    )
    keep_reports({"care_cost": payload}, warehouse=warehouse, as_of=as_of, rules=rules)
    return payload
