"""The nightly refresh: sync, analyse, and write everything back in one transaction."""

import time
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa
from django.db import transaction

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.foundation.settings import load
from okaeri.foundation.warehouse import Warehouse
from okaeri.insight.actions import segments
from okaeri.insight.actions.analysis import (
    Found,
    Request,
    analyse_customers,
    build_reports,
    count_left_out,
    portfolio_then,
    price_on,
)
from okaeri.insight.actions.interest_model import Interests, keep_interests, learn_interests
from okaeri.insight.actions.item_timing import REPORT as ITEM_TIMING
from okaeri.insight.actions.item_timing import ItemOutlook, find_outlook, near_batches
from okaeri.insight.actions.later import Later, compute_later, keep_later
from okaeri.insight.actions.leads import find_leads
from okaeri.insight.actions.order_table import read_orders
from okaeri.insight.actions.person_run_outs import OUTLOOK, outlook_document
from okaeri.insight.actions.rule_series import keep_rules
from okaeri.insight.actions.segment_doings import Answers, write_doings
from okaeri.insight.actions.segment_forecasts import forecast_rows
from okaeri.insight.actions.segment_tables import write_people
from okaeri.insight.actions.sync import ORDERS, sync_warehouse
from okaeri.insight.analyses.movement import with_class_before
from okaeri.insight.analyses.signs import find_day_points
from okaeri.insight.analyses.sources import Sources
from okaeri.insight.bump_types import ReadSigns
from okaeri.insight.cycle_types import CycleRules
from okaeri.insight.domain.best_hour import ALL_DAY
from okaeri.insight.domain.rule_version import rule_version
from okaeri.insight.freshness_types import BandRules
from okaeri.insight.rank_types import RankRules
from okaeri.insight.reaction_types import ReadClicks
from okaeri.insight.store import followed, insights, items, reports, run_outs
from okaeri.insight.types import (
    CustomerInsightView,
    Depth,
    LifecycleRules,
    RefreshSummary,
)
from okaeri.intake.counting_types import CountingRules

Progress = Callable[[int, int], None]
# How many closed months get a snapshot when a shop is first seen.
SNAPSHOT_MONTHS = 13
_STEPS = 5


def refresh(
    *,
    warehouse: Warehouse,
    as_of: date,
    progress: Progress | None = None,
    depth: Depth = Depth.ALL,
    answers: Answers | None = None,
    reactions: ReadSigns | None = None,
    clicks: ReadClicks | None = None,
    send_hours: Collection[int] = (),
) -> RefreshSummary:
    """Recompute every analysis as of the end of the shop day `as_of`.

    The classes and everything counted from them are always computed; `depth` says which further
    analyses and predictions are. Pages see the old numbers until all new ones are there.
    `progress(done, total)` counts steps. `answers` gives what people answered to questions, for
    segments to ask about, `reactions` what they did with messages, which lifts freshness, and `clicks`
    the links they pressed there, which tell of interests. `send_hours`: at which the shop writes to
    people (local, none: all day); a best hour is one of them.
    """
    started = time.monotonic()
    tell = progress or (lambda _done, _total: None)
    request = Request(
        as_of,
        load(LifecycleRules),
        load(RankRules),
        load(BandRules),
        send_hours=tuple(sorted(send_hours)) or ALL_DAY,
        cycles=load(CycleRules),
    )
    rules = (request.rules, request.ranks, load(CountingRules))
    version = rule_version(*rules)
    sync_warehouse(warehouse)
    # First of all: freshness, predictions and rules read the same tables of what people did.
    write_doings(warehouse, as_of, answers, reactions, clicks)
    tell(1, _STEPS)
    shop = _class_everybody(warehouse, request, version)
    tell(2, _STEPS)
    computed = _compute(shop, depth)
    tell(3, _STEPS)
    written = _write(shop, computed)
    tell(4, _STEPS)
    if depth is not Depth.CLASSES:
        keep_rules(version, rules)
        _take_snapshots(warehouse, shop.sources.orders, shop.found, request, version)
    tell(5, _STEPS)
    return RefreshSummary(
        as_of=as_of,
        customers=written,
        orders=computed.payloads["summary"]["orders"],
        engine=warehouse.engine,
        seconds=time.monotonic() - started,
    )


@dataclass(frozen=True, slots=True)
class _Shop:
    """Everybody with his class; `seen` is the highest change number of orders that were looked at."""

    request: Request
    found: Found
    sources: Sources
    seen: int


@dataclass(frozen=True, slots=True)
class _Computed:
    """All a refresh is going to write, in the engine or as small documents by report."""

    payloads: dict[str, Any]
    later: Later
    leads: list[CustomerInsightView]
    standing: ir.Table
    cared_for: Interests | None
    members: dict[int, segments.Counted]
    outlook: ItemOutlook


def _class_everybody(warehouse: Warehouse, request: Request, version: str) -> _Shop:
    as_of = request.as_of
    orders = _orders(warehouse, as_of)
    bought = Sources(
        warehouse,
        orders,
        as_of=as_of,
        rules=request.rules,
        rule_version=version,
        # A cluster reads everything each time; what is kept was only compared on one machine.
        keep=warehouse.engine == "duckdb",
    )
    found = analyse_customers(
        warehouse,
        orders,
        request,
        bought.last_bought_cycles,
        day_points=find_day_points(warehouse, as_of),
    )
    sources = bought.of(
        found.customers,
        order_days=found.order_days,
        threshold_minor=found.price.threshold_minor,
        threshold_on=lambda day: price_on(found, day, request.rules).threshold_minor,
    )
    seen = warehouse.highest(ORDERS, "change_no")
    return _Shop(request, found, sources, seen)


def _compute(shop: _Shop, depth: Depth) -> _Computed:
    """Compute everything; nothing of it is seen by anybody yet, but segments' own tables."""
    sources, found, as_of = shop.sources, shop.found, shop.request.as_of
    warehouse, version = sources.warehouse, sources.rule_version
    payloads = build_reports(warehouse, found, shop.request, known=customers.count_customers())
    summary = payloads["summary"]
    summary["left_out"] = count_left_out(warehouse, sources.orders, shop.request)
    hours = shop.request.send_hours
    later = compute_later(sources, depth, version=version, orders=summary["orders"], hours=hours)
    leads = find_leads(warehouse, found.customers, as_of) if summary["leads"] else []
    standing = _stage_standing(sources)
    foretold = later.predictions.rows if later.predictions else None
    write_people(sources, standing, leads, forecast_rows(foretold))
    return _Computed(
        payloads,
        later,
        leads,
        standing,
        None if depth is Depth.CLASSES else learn_interests(sources),
        segments.recount(warehouse, as_of),
        find_outlook(sources, later.payloads.get(ITEM_TIMING)),
    )


def _write(shop: _Shop, computed: _Computed) -> int:
    """Put the new rows and documents in the place of the old, all at once; give how many people."""
    sources, as_of = shop.sources, shop.request.as_of
    with transaction.atomic():
        followed.hold()
        documents = {
            **computed.payloads,
            **keep_later(computed.later),
            **keep_interests(computed.cared_for),
            OUTLOOK: outlook_document(computed.outlook),
        }
        loyal_before = insights.prime_before()
        rows = _insight_batches(sources, computed.standing)
        written = insights.replace_all(rows, computed.leads)
        insights.note_prime_ends(loyal_before, as_of)
        # Whoever ordered meanwhile was written over just now.
        followed.go_back(shop.seen)
        run_outs.replace_all(near_batches(sources, computed.outlook), as_of)
        cycles = sources.trusted_cycles.select("sku", "cycle_days", "intervals")
        items.replace_cycles(sources.rows(cycles))
        reports.save_all(
            documents,
            as_of=as_of,
            rule_version=sources.rule_version,
            orders_seen=shop.seen,
            now=clock.now(),
        )
        segments.save_counts(computed.members, clock.now())
    return written


def _orders(warehouse: Warehouse, as_of: date) -> ir.Table:
    if warehouse.has(ORDERS):
        return read_orders(warehouse, as_of)
    return warehouse.upload(_NO_ORDERS)


# Not `empty_table`: it imports pandas, half a second in the life of every command.
_NO_ORDERS = pa.Table.from_batches(
    [],
    schema=pa.schema(
        [
            ("order_id", pa.int64()),
            ("customer_id", pa.int64()),
            ("source", pa.string()),
            ("ordered_on", pa.date32()),
            ("ordered_hour", pa.int64()),
            ("is_purchase", pa.bool_()),
            ("is_trial", pa.bool_()),
            ("net_minor", pa.int64()),
            ("margin_minor", pa.int64()),
            ("discount_minor", pa.int64()),
            ("media_code", pa.string()),
            ("subscription_no", pa.string()),
            ("delivery_no", pa.int64()),
            ("shipped_on", pa.date32()),
            ("delivered_on", pa.date32()),
            ("change_no", pa.int64()),
        ]
    ),
)


def _stage_standing(sources: Sources) -> ir.Table:
    """Keep one row per buyer with every column of `CustomerInsight` but as_of."""
    habits = sources.price_habits.select("customer_id", "discount_share", "margin_share")
    rows = with_class_before(sources)
    for further in (habits, sources.next_run_outs):
        rows = rows.left_join(further, "customer_id").drop("customer_id_right")
    return sources.stage("standing", rows)


def _insight_batches(sources: Sources, standing: ir.Table) -> Iterator[pa.RecordBatch]:
    for batch in sources.warehouse.stream(standing.order_by("customer_id")):
        days = pa.array([sources.as_of] * batch.num_rows, type=pa.date32())
        yield batch.append_column("as_of", days)


def _take_snapshots(
    warehouse: Warehouse, orders: ir.Table, found: Found, request: Request, version: str
) -> None:
    """Write the month-end portfolio of every closed month that has none yet (§1.3 #33)."""
    have = reports.snapshot_months(version)
    missing = [end for end in _closed_month_ends(request.as_of) if end.replace(day=1) not in have]
    if not missing:
        return
    first_on = warehouse.collect(orders.aggregate(first_on=orders.ordered_on.min()))["first_on"]
    for month_end in missing:
        # Before its first order a shop has no portfolio; looking again each night would cost a lot.
        if first_on[0].as_py() is None or month_end < first_on[0].as_py():
            continue
        month = month_end.replace(day=1)
        then = Request(month_end, request.rules, request.ranks)
        payload = portfolio_then(warehouse, orders, then, found)
        if any(cell["customers"] for cell in payload["cells"]):
            reports.add_snapshot(month, version, payload)


def _closed_month_ends(as_of: date) -> Iterable[date]:
    end = as_of.replace(day=1) - timedelta(days=1)
    for _ in range(SNAPSHOT_MONTHS):
        yield end
        end = end.replace(day=1) - timedelta(days=1)
