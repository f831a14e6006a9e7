"""When people buy single products again: what a replay taught, and the days of those that run out soon."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from okaeri.foundation.settings import load
from okaeri.insight.analyses.sources import Sources
from okaeri.insight.cycle_types import CycleRules
from okaeri.insight.domain.item_timing import ItemFit, Pairs, fit_items, item_timing
from okaeri.insight.domain.lifetime.histories import Floats
from okaeri.insight.domain.next_purchase import Lesson, foretell, learn
from okaeri.insight.domain.reports.predictions import next_payload
from okaeri.insight.domain.sampling import horizon_of, one_in
from okaeri.insight.features.cycles import compute_item_gaps, compute_product_cycles
from okaeri.insight.features.item_pairs import (
    compute_awaited,
    compute_item_pairs,
    compute_pairs_then,
    compute_recent_habits,
)
from okaeri.insight.store import reports

REPORT = "item_timing"
# Products of people the night looks at for the shop's rhythm: more tell little more.
_MOST_PAIRS = 200_000
Batches = Iterator[pa.RecordBatch]


@dataclass(frozen=True, slots=True)
class ItemOutlook:
    """What tells the next purchase of a product as of a night."""

    fit: ItemFit
    lesson: Lesson
    horizon_days: int


def learn_item_timing(sources: Sources) -> dict[str, Any]:
    """Give {lesson, horizon_days, replay}: which way told an earlier stretch better, and how it held.

    replay: None without a stretch to compare with, else {cutoff, way, pairs}, what
    `domain.reports.predictions.next_payload` gives, and the same of products whose days of use the shop
    tells (supplied).
    """
    horizon, history = look_ahead(sources)
    lesson, replay = Lesson(), None
    early, late = (
        _pairs_then(sources, sources.as_of - timedelta(days=back), horizon)
        if back <= history
        else None
        for back in (2 * horizon, horizon)
    )
    if early is not None and len(early):
        lesson = learn(item_timing(fit_items(early), early, horizon))
    if late is not None and len(late):
        timing = item_timing(fit_items(late), late, horizon)
        told, is_supplied = foretell(timing, lesson), np.isfinite(late.use_days)
        replay = {
            "cutoff": (sources.as_of - timedelta(days=horizon)).isoformat(),
            "way": lesson.way,
            "pairs": len(late),
            **next_payload(late.came_in_days, told),
            "supplied": next_payload(np.where(is_supplied, late.came_in_days, np.nan), told),
        }
        lesson = learn(timing)
    return {"lesson": asdict(lesson), "horizon_days": horizon, "replay": replay}


def find_outlook(sources: Sources, learned: Mapping[str, Any] | None) -> ItemOutlook:
    """Fit the shop's rhythm of today; `learned` of this very refresh, else the last one's counts."""
    stored = None if learned is not None else reports.find(REPORT)
    kept = learned or (stored.payload if stored else None)
    lesson = Lesson(**kept["lesson"]) if kept else Lesson()
    habits = compute_recent_habits(sources.habits_with_lists, as_of=sources.as_of)
    each = one_in(sources.warehouse.count(sources.habits), _MOST_PAIRS)
    if each > 1:
        habits = habits.filter(habits.customer_id % each == 0)
    rows = sources.warehouse.collect(habits)
    horizon, _ = look_ahead(sources)
    return ItemOutlook(fit_items(_present(rows, sources.as_of)), lesson, horizon)


def near_batches(sources: Sources, outlook: ItemOutlook) -> Batches:
    """Give what runs out soon, with the days from now to its next purchase: low_in, middle_in, high_in."""
    rows = compute_awaited(
        sources.near_run_outs,
        sources.habits_with_lists,
        sources.product_cycles,
        sources.products,
    )
    for batch in sources.warehouse.stream(rows):
        yield foretold_batch(batch, outlook, sources.as_of)


def foretold_batch(batch: pa.RecordBatch, outlook: ItemOutlook, as_of: date) -> pa.RecordBatch:
    """Give rows of `features.item_pairs.compute_awaited` with low_in, middle_in, high_in."""
    pairs = _present(batch, as_of, load(CycleRules).days_to_arrive)
    told = foretell(item_timing(outlook.fit, pairs, outlook.horizon_days), outlook.lesson)
    days = (told.low_days, told.middle_days, told.high_days)
    for name, values in zip(("low_in", "middle_in", "high_in"), days, strict=True):
        batch = batch.append_column(name, pa.array(values.astype(np.int64)))
    return batch


def look_ahead(sources: Sources) -> tuple[int, int]:
    """Give how far is looked ahead, and how long the shop's history is, both in days."""
    first = sources.began_on
    history = (sources.as_of - first).days if first else 0
    return horizon_of(history), history


def rows_then(sources: Sources, cutoff: date, horizon: int) -> pa.Table:
    """Give the rows of `features.item_pairs.compute_pairs_then`: what a night of `cutoff` knew."""
    pairs = compute_item_pairs(sources.paired_days, cutoff=cutoff, horizon_days=horizon)
    gaps = compute_item_gaps(sources.paired_days)
    expr = compute_pairs_then(
        pairs,
        compute_product_cycles(gaps.filter(gaps.ordered_on <= cutoff)),
        sources.products,
        sources.arrivals_then(cutoff),
        days_to_arrive=load(CycleRules).days_to_arrive,
    )
    rows = sources.warehouse.collect(expr)
    return rows.sort_by([("customer_id", "ascending"), ("sku", "ascending")])


def _pairs_then(sources: Sources, cutoff: date, horizon: int) -> Pairs:
    rows = rows_then(sources, cutoff, horizon)
    silent = _days_before(rows["last_on"], cutoff)
    return Pairs(
        gaps=_floats(rows["gaps"]),
        log_gaps=_floats(rows["log_gaps"]),
        log_gaps_squared=_floats(rows["log_gaps_squared"]),
        age_days=silent + _floats(rows["all_gap_days"]),
        silent_days=silent,
        came_in_days=-_days_before(rows["came_on"], cutoff),
        **_usual(rows, load(CycleRules).days_to_arrive),
    )


def _usual(rows: pa.Table | pa.RecordBatch, arrive: int) -> dict[str, Floats]:
    """Give what is known of a product's usual interval, for replay and forecast alike."""
    supply = _floats(rows["days_supply"])
    supply = np.where(supply > 0, supply, np.nan)
    return {
        "intervals": _floats(rows["intervals"]),
        "cycle_log": np.log(np.maximum(_floats(rows["cycle_days"]), 1.0)),
        "use_days": np.where(np.isfinite(supply), _floats(rows["use_days"]), np.nan),
        "one_use_days": supply + arrive,
    }


def _present(rows: pa.Table | pa.RecordBatch, as_of: date, arrive: int = 0) -> Pairs:
    lists = rows["gap_days"]
    lists = lists.combine_chunks() if isinstance(lists, pa.ChunkedArray) else lists
    counts = np.nan_to_num(_floats(pc.list_value_length(lists)))
    whose = np.repeat(np.arange(len(rows)), counts.astype(np.int64))
    days = _floats(lists.flatten())
    logs = np.log(np.maximum(days, 1.0))

    def total(values: Floats) -> Floats:
        return np.bincount(whose, values, len(rows)).astype(np.float64)

    silent = _days_before(rows["last_on"], as_of)
    nothing = np.full(len(rows), np.nan)
    unknown = {"cycle_log": nothing, "use_days": nothing, "one_use_days": nothing}
    # The shop's rhythm is fitted without a look at products.
    is_foretold = "use_days" in rows.schema.names
    usual = _usual(rows, arrive) if is_foretold else {"intervals": np.zeros(len(rows)), **unknown}
    return Pairs(
        gaps=counts,
        log_gaps=total(logs),
        log_gaps_squared=total(logs * logs),
        age_days=silent + total(days),
        silent_days=silent,
        came_in_days=nothing,
        **usual,
    )


def _floats(column: Any) -> Floats:  # noqa: ANN401 - pyarrow has no types
    return np.asarray(pc.fill_null(column.cast(pa.float64()), float("nan")))


def _days_before(column: Any, cutoff: date) -> Floats:  # noqa: ANN401 - pyarrow has no types
    numbers = _floats(column.cast(pa.date32()).cast(pa.int32()))
    return np.asarray((cutoff - date(1970, 1, 1)).days - numbers)
