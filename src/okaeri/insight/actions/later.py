"""Analyses beyond the classes: which of them a refresh computes, and what comes of it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from okaeri.foundation.settings import load
from okaeri.insight.actions.best_hours import REPORT as BEST_HOURS
from okaeri.insight.actions.best_hours import find_weight, learn_best_hours
from okaeri.insight.actions.item_model import REPORT as ITEMS
from okaeri.insight.actions.item_model import ItemModel, keep_items, learn_items
from okaeri.insight.actions.item_timing import REPORT as ITEM_TIMING
from okaeri.insight.actions.item_timing import learn_item_timing
from okaeri.insight.actions.prediction_training import REPORT as TRAINING
from okaeri.insight.actions.prediction_training import training_document
from okaeri.insight.actions.predictions import Predictions, predict
from okaeri.insight.actions.rule_series import present_version
from okaeri.insight.analyses import ANALYSES
from okaeri.insight.analyses.sources import Sources
from okaeri.insight.domain.best_hour import ALL_DAY, Hours
from okaeri.insight.domain.due import Computed, due_analyses
from okaeri.insight.prediction_types import PredictionRules
from okaeri.insight.store import predictions, reports
from okaeri.insight.types import Depth

_PREDICTIONS = "predictions"
_NAMES = (*ANALYSES, ITEMS, ITEM_TIMING, BEST_HOURS, _PREDICTIONS, TRAINING)


@dataclass(frozen=True, slots=True)
class Later:
    """What was computed: report name → payload; None where it was not its turn."""

    payloads: dict[str, Any]
    items: ItemModel | None
    predictions: Predictions | None


def compute_later(
    sources: Sources, depth: Depth, *, version: str, orders: int, hours: Hours = ALL_DAY
) -> Later:
    """Compute what `depth` asks for; nothing is written. `orders` counts those of the last refresh.

    `hours`: at which people may be written to.
    """
    names = _names(sources, depth, version=version, orders=orders)
    payloads = {name: build(sources) for name, build in ANALYSES.items() if name in names}
    items = learn_items(sources) if ITEMS in names else None
    if ITEM_TIMING in names:
        payloads[ITEM_TIMING] = learn_item_timing(sources)
    if BEST_HOURS in names:
        payloads[BEST_HOURS] = learn_best_hours(sources, hours)
    foretold = None
    if names & {_PREDICTIONS, TRAINING}:
        foretold = predict(
            sources,
            load(PredictionRules),
            train=TRAINING in names,
            hour_weight=find_weight(payloads.get(BEST_HOURS)),
            hours=hours,
        )
        payloads[_PREDICTIONS] = foretold.payload
        if foretold.trained is not None:
            payloads[TRAINING] = training_document(foretold.trained)
    return Later(payloads, items, foretold)


def is_due(report: str, *, depth: Depth, as_of: date) -> bool:
    """Tell whether a report of what stations above know is to be measured anew (as `insight.domain.due`)."""
    if depth is not Depth.DUE:
        return depth is Depth.ALL
    last = reports.last_computed().get(report)
    known = {} if last is None else {report: Computed(last[0], last[1], changed_orders=0)}
    version = present_version()
    return report in due_analyses([report], known, as_of=as_of, rule_version=version, orders=0)


def keep_later(later: Later) -> dict[str, Any]:
    """Write rows in the open transaction; gives the reports to save beside the others."""
    if later.predictions is not None:
        predictions.replace_all(later.predictions.rows)
    return later.payloads | (keep_items(later.items) if later.items is not None else {})


def _names(sources: Sources, depth: Depth, *, version: str, orders: int) -> set[str]:
    if depth is Depth.CLASSES:
        return set()
    if depth is Depth.ALL:
        return set(_NAMES)
    last = {name: row for name, row in reports.last_computed().items() if name in _NAMES}
    changed = {
        seen: sources.warehouse.count(sources.orders.filter(sources.orders.change_no > seen))
        for seen in {row[2] for row in last.values()}
    }
    computed = {
        name: Computed(day, rules, changed[seen]) for name, (day, rules, seen) in last.items()
    }
    return due_analyses(_NAMES, computed, as_of=sources.as_of, rule_version=version, orders=orders)
