"""Measure how people of each class answer messages: deliver stands above and hands the contacts in."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from okaeri.foundation.settings import load
from okaeri.foundation.warehouse import Warehouse
from okaeri.insight.actions.order_table import read_orders
from okaeri.insight.actions.reporting import keep_reports
from okaeri.insight.actions.sync import ORDERS
from okaeri.insight.analyses.taken_back import TakenBack
from okaeri.insight.analysis_types import ForecastRules
from okaeri.insight.features.purchases import compute_purchases
from okaeri.insight.features.responses import (
    compute_responses,
    compute_source_responses,
    with_days,
)
from okaeri.insight.reaction_types import CONTACT_DAYS
from okaeri.insight.store import reports
from okaeri.insight.types import LifecycleRules

_CONTACTS = pa.schema(
    [
        ("customer_id", pa.int64()),
        ("sent_on", pa.date32()),
        ("channel", pa.string()),
        ("source", pa.string()),
    ]
)


def measure_responses(
    contacts: Iterable[pa.RecordBatch], *, warehouse: Warehouse, as_of: date
) -> int:
    """Count contacts and purchases after them by class; gives how many contacts had time to answer.

    `contacts`: customer_id, sent_on (shop day), channel and source ("journey:12") of advertisements that
    left. Keeps the report "responses" {days (by channel, "" of all others), rows: [{stage, is_lapsed,
    contacts, buyers}], sources: source → such rows of it alone}.
    """
    portfolio = reports.find("portfolio")
    if portfolio is None or not warehouse.has(ORDERS):
        return 0
    rules, wait = load(LifecycleRules), load(ForecastRules)
    days, usual = wait.response_days_by_channel(), wait.response_days
    uploaded = warehouse.upload(pa.Table.from_batches(contacts, schema=_CONTACTS))
    uploaded = uploaded.filter(uploaded.sent_on > as_of - timedelta(days=CONTACT_DAYS))
    sent = with_days(uploaded, days, usual)
    orders = read_orders(warehouse, as_of, sent)
    purchases = warehouse.stage(
        "response_purchases", compute_purchases(orders, as_of=as_of, rules=rules)
    )
    back = TakenBack(warehouse, orders, as_of=as_of, rules=rules).rows
    found, by_source = (
        warehouse.collect(
            compute(
                sent,
                purchases,
                as_of=as_of,
                rules=rules,
                threshold_minor=portfolio.payload["threshold_minor"],
                taken_back=back,
            )
        ).to_pylist()
        for compute in (compute_responses, compute_source_responses)
    )
    sources: dict[str, list[dict[str, Any]]] = {}
    for row in by_source:
        sources.setdefault(row.pop("source"), []).append(row)
    keep_reports(
        {"responses": {"days": {**days, "": usual}, "rows": found, "sources": sources}},
        warehouse=warehouse,
        as_of=as_of,
        rules=rules,
    )
    return sum(row["contacts"] for row in found)
