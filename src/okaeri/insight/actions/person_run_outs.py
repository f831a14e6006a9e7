"""Every run-out of one person, told on demand by the very rules of the night, which keeps a few weeks' only."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date
from typing import Any

import pyarrow as pa

from okaeri.foundation.settings import load
from okaeri.foundation.warehouse import Warehouse
from okaeri.insight.actions.item_timing import ItemOutlook, foretold_batch
from okaeri.insight.actions.order_table import read_orders
from okaeri.insight.actions.sync import ORDERS
from okaeri.insight.analyses.habits import habits_of_people
from okaeri.insight.analyses.sources import Sources
from okaeri.insight.cycle_types import CycleRules, PersonRunOut, RunOutView
from okaeri.insight.domain.item_timing import ItemFit
from okaeri.insight.domain.next_purchase import Lesson
from okaeri.insight.domain.rhythm import GapModel
from okaeri.insight.features.item_pairs import compute_awaited
from okaeri.insight.store import items, reports, run_outs
from okaeri.insight.store.run_outs import days_after
from okaeri.insight.types import LifecycleRules

OUTLOOK = "item_outlook"
_CYCLES = pa.schema([("sku", pa.string()), ("cycle_days", pa.float64()), ("intervals", pa.int64())])


def outlook_document(outlook: ItemOutlook) -> dict[str, Any]:
    """Give what tells the next purchase of a product as a report keeps it."""
    fit = outlook.fit
    return {
        "gaps": asdict(fit.gaps),
        "r": fit.r,
        "alpha_days": fit.alpha_days,
        "lesson": asdict(outlook.lesson),
        "horizon_days": outlook.horizon_days,
    }


def list_person_run_outs(customer_id: int, warehouse: Warehouse) -> list[PersonRunOut]:
    """Give every product he bought by himself in two years whose use can be told, as of the last refresh.

    The first to run out first. What the night wrote down itself, where there is nothing to tell it from:
    before the first refresh that kept its outlook, or without a warehouse.
    """
    near, kept = run_outs.of_customers([customer_id]), reports.find(OUTLOOK)
    if kept is None or not warehouse.has(ORDERS):
        day = reports.find_day("summary")
        return [PersonRunOut(due, due.runs_out_on < (day or due.last_on), False) for due in near]
    people = warehouse.upload(pa.table({"customer_id": pa.array([customer_id], pa.int64())}))
    trusted = items.cycle_rows()
    known = [{"sku": sku, **row} for sku, row in trusted.items()]
    cycles = warehouse.upload(pa.Table.from_pylist(known, schema=_CYCLES))
    sources = Sources(
        warehouse,
        read_orders(warehouse, kept.as_of, people),
        as_of=kept.as_of,
        rules=load(LifecycleRules),
        people=people,
        shop_cycles=cycles.select("sku", "cycle_days"),
    )
    habits = sources.stage("person_habits", habits_of_people(sources, people))
    told_use = sources.stage("person_run_outs", sources.run_outs_of(habits))
    rows = warehouse.collect(compute_awaited(told_use, habits, cycles, sources.products))
    if not len(rows):
        return []
    (batch,) = rows.combine_chunks().to_batches()
    told = foretold_batch(batch, _outlook(kept.payload), kept.as_of)
    # Of a product with few intervals the night knows them, and here nobody does: its word stands.
    better = {due.sku: due for due in near if due.sku not in trusted}
    found = (replace(one, due=better.get(one.due.sku, one.due)) for one in _views(told, kept.as_of))
    return sorted(found, key=lambda one: (one.due.runs_out_on, one.due.sku))


def _outlook(kept: Mapping[str, Any]) -> ItemOutlook:
    fit = ItemFit(GapModel(**kept["gaps"]), kept["r"], kept["alpha_days"])
    return ItemOutlook(fit, Lesson(**kept["lesson"]), kept["horizon_days"])


def _views(batch: pa.RecordBatch, as_of: date) -> list[PersonRunOut]:
    days = {name: days_after(as_of, batch[f"{name}_in"]) for name in ("low", "middle", "high")}
    due = days_after(as_of, batch["due_in"])
    bar = load(CycleRules).at_risk_ratio
    return [
        PersonRunOut(
            RunOutView(
                row["customer_id"],
                row["sku"],
                row["last_on"],
                due[place].as_py(),
                row["basis"],
                *(days[name][place].as_py() for name in ("low", "middle", "high")),
            ),
            is_past=row["due_in"] < 0,
            is_far_past=row["since_days"] > row["use_days"] * bar,
        )
        for place, row in enumerate(batch.to_pylist())
    ]
