"""What other class rules would make of the customers, before anybody decides for them."""

from collections.abc import Iterator, Mapping
from typing import Any

import ibis.expr.types as ir

from okaeri.foundation.settings import ShopProfile, load
from okaeri.foundation.warehouse import Warehouse
from okaeri.insight.actions.analysis import Request, preview_customers
from okaeri.insight.actions.order_table import read_orders
from okaeri.insight.actions.sync import ORDERS
from okaeri.insight.domain.class_changes import why_moved
from okaeri.insight.features.class_changes import (
    compute_change_counts,
    compute_class_changes,
    compute_largest_changes,
)
from okaeri.insight.rank_types import RankRules
from okaeri.insight.store import reports
from okaeri.insight.types import (
    ClassChange,
    ClassMove,
    ClassMover,
    ClassPreview,
    CustomerClass,
    LifecycleRules,
    Stage,
)

# A page names the largest; how many there are stands beside them.
MOST_MOVERS = 50


def preview_class_counts(rules: LifecycleRules, *, warehouse: Warehouse) -> ClassPreview | None:
    """Say who stands in which class under `rules` on the day of the last refresh; writes nothing.

    `warehouse` is read as it stands. None before the first refresh.
    """
    stored = reports.find("portfolio")
    if stored is None or not warehouse.has(ORDERS):
        return None
    orders, ranks = read_orders(warehouse, stored.as_of), load(RankRules)
    today = Request(stored.as_of, load(LifecycleRules), ranks)
    before, _ = preview_customers(warehouse, orders, today, "preview_before")
    tried = Request(stored.as_of, rules, ranks)
    after, payload = preview_customers(warehouse, orders, tried, "preview_after")
    changes = warehouse.stage("preview_changes", compute_class_changes(before, after))
    cells = zip(stored.payload["cells"], payload["cells"], strict=True)
    return ClassPreview(
        as_of=stored.as_of,
        threshold_before_minor=stored.payload["threshold_minor"],
        threshold_minor=payload["threshold_minor"],
        classes=tuple(
            ClassChange(Stage(old["stage"]), old["is_lapsed"], old["customers"], new["customers"])
            for old, new in cells
        ),
        moves=tuple(_moves(warehouse, changes)),
        movers=tuple(_movers(warehouse, changes, rules, payload["threshold_minor"])),
    )


def _moves(warehouse: Warehouse, changes: ir.Table) -> list[ClassMove]:
    rows = warehouse.collect(compute_change_counts(changes)).to_pylist()
    found = [ClassMove(*_classes(row), row["customers"]) for row in rows]
    return sorted(found, key=lambda move: (-move.customers, _key(move.before), _key(move.after)))


def _key(of: CustomerClass | None) -> str:
    return of.key if of else ""


def _movers(
    warehouse: Warehouse, changes: ir.Table, rules: LifecycleRules, threshold_minor: int
) -> Iterator[ClassMover]:
    currency = load(ShopProfile).currency
    largest = warehouse.collect(compute_largest_changes(changes, most=MOST_MOVERS))
    for row in largest.to_pylist():
        why = why_moved(row, rules, threshold_minor=threshold_minor, currency=currency)
        yield ClassMover(row["customer_id"], *_classes(row), why)


def _classes(row: Mapping[str, Any]) -> tuple[CustomerClass | None, CustomerClass | None]:
    before, after = (
        CustomerClass(Stage(row[f"{side}_stage"]), row[f"{side}_is_lapsed"])
        if row[f"{side}_stage"] is not None
        else None
        for side in ("from", "to")
    )
    return before, after
