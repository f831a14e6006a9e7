"""Learn from all purchases which products stand near which; judged first, then kept."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import scipy.sparse as sp

from okaeri.insight.actions.training import is_training_due
from okaeri.insight.analyses.sources import Sources
from okaeri.insight.domain.recommend.histories import Histories, make_histories
from okaeri.insight.domain.recommend.validation import POPULAR, methods, run_trial
from okaeri.insight.domain.reports.recommendations import recommendations_payload
from okaeri.insight.domain.sampling import one_in
from okaeri.insight.features.goods import compute_item_histories
from okaeri.insight.store import items

REPORT = "recommendations"
# More entries teach little more and no longer fit beside everything else.
MOST_ENTRIES = 5_000_000
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ItemModel:
    """Facts of every product; and, where it was time to learn anew, neighbours and the report."""

    facts: list[Row]
    neighbours: sp.csr_matrix | None
    report: dict[str, Any] | None


def learn_items(sources: Sources) -> ItemModel:
    """Sum up every product as of the sources' day; train when the last training is a week old."""
    facts = sources.item_facts
    if not is_training_due(REPORT, sources.as_of):
        return ItemModel(facts, None, None)
    histories, each = _read_histories(sources, [fact["sku"] for fact in facts])
    trial = run_trial(histories, known := methods())
    size = (len(facts), len(facts))
    near = sp.csr_matrix(size) if trial.winner == POPULAR else known[trial.winner](histories)
    report = recommendations_payload(trial, histories, learned_on=sources.as_of, one_in=each)
    return ItemModel(facts, near, report)


def keep_items(model: ItemModel) -> dict[str, dict[str, Any]]:
    """Write the model in the open transaction; gives its report by name, {} where none is new."""
    items.replace_facts(_fact_rows(model.facts))
    if model.neighbours is None or model.report is None:
        return {}
    items.replace_neighbours(_neighbour_rows(model.facts, model.neighbours))
    return {REPORT: model.report}


def _read_histories(sources: Sources, skus: list[str]) -> tuple[Histories, int]:
    numbers = pa.table(
        {"sku": pa.array(skus, pa.string()), "item": pa.array(range(len(skus)), pa.int64())}
    )
    each = one_in(sources.warehouse.count(sources.item_days), MOST_ENTRIES)
    found = sources.warehouse.collect(
        compute_item_histories(
            sources.item_days, sources.warehouse.upload(numbers), one_person_in=each
        )
    )
    people, bought, days = (
        np.asarray(found[name].to_numpy(), dtype=np.int64)
        for name in ("customer_id", "item", "day")
    )
    return make_histories(people, bought, days, n_items=len(skus)), each


def _fact_rows(facts: Iterable[Row]) -> Iterator[tuple[Any, ...]]:
    for fact in facts:
        yield (
            fact["sku"],
            (fact["name"] or "")[:255],
            round(fact["price_minor"]),
            fact["buyers"],
            fact["recent_buyers"],
            fact["repeat_buyers"],
            fact["cycle_days"],
            fact["first_on"].isoformat(),
            fact["last_on"].isoformat(),
        )


def _neighbour_rows(facts: list[Row], near: sp.csr_matrix) -> Iterator[tuple[str, str, float]]:
    entries = near.tocoo()
    for row, column, nearness in zip(entries.row, entries.col, entries.data, strict=True):
        yield facts[row]["sku"], facts[column]["sku"], float(nearness)
