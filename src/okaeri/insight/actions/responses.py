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
from okaeri.insight.reaction_types import CONTACT_DAYS, CONTACTS, SELLING
from okaeri.insight.store import reports
from okaeri.insight.types import LifecycleRules


def measure_responses(
    contacts: Iterable[pa.RecordBatch], *, warehouse: Warehouse, as_of: date
) -> int:
    """Count contacts and purchases after them by class; gives how many offers had time to be answered.

    `contacts`: rows of `CONTACTS`. Keeps the report "responses" {days (by channel, "" of all others),
    rows: [{stage, is_lapsed, contacts, people, buyers, silent}] of offers, sources: source → such rows of
    it alone, useful: {contacts, buyers} of letters of help, useful_sources: source → such of it alone}.
    """
    portfolio = reports.find("portfolio")
    if portfolio is None or not warehouse.has(ORDERS):
        return 0
    rules, wait = load(LifecycleRules), load(ForecastRules)
    days, usual = wait.response_days_by_channel(), wait.response_days
    uploaded = warehouse.upload(pa.Table.from_batches(contacts, schema=CONTACTS))
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
    keep_reports(
        {"responses": {"days": {**days, "": usual}, **_payload(found, by_source)}},
        warehouse=warehouse,
        as_of=as_of,
        rules=rules,
    )
    return sum(row["contacts"] for row in found if row["kind"] == SELLING)


def _payload(
    found: list[dict[str, Any]], by_source: list[dict[str, Any]]
) -> dict[str, dict[str, Any] | list[dict[str, Any]]]:
    sources: dict[str, list[dict[str, Any]]] = {}
    useful_sources: dict[str, dict[str, int]] = {}
    for row in by_source:
        if row["kind"] == SELLING:
            sources.setdefault(row["source"], []).append(_of_class(row))
        else:
            _add(useful_sources.setdefault(row["source"], {"contacts": 0, "buyers": 0}), row)
    useful = {"contacts": 0, "buyers": 0}
    for row in found:
        if row["kind"] != SELLING:
            _add(useful, row)
    rows = [_of_class(row) for row in found if row["kind"] == SELLING]
    return {"rows": rows, "sources": sources, "useful": useful, "useful_sources": useful_sources}


def _of_class(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in {"kind", "source"}}


def _add(sums: dict[str, int], row: dict[str, Any]) -> None:
    for name in sums:
        sums[name] += row[name]
