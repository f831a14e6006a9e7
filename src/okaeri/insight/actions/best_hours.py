"""The hour each person is likeliest at the shop: learned and checked by replay, told every night."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from okaeri.insight.actions.item_timing import look_ahead
from okaeri.insight.analyses.sources import Sources
from okaeri.insight.domain import best_hour
from okaeri.insight.domain.best_hour import HOURS, SHOP_WEIGHT, Hours
from okaeri.insight.domain.lifetime.histories import Floats, Ids
from okaeri.insight.domain.sampling import one_in
from okaeri.insight.features.histories import compute_hours
from okaeri.insight.features.timing import only_chosen
from okaeri.insight.store import reports

REPORT = "best_hours"
_CHUNK = 100_000
# A replay looks at so many people at most, evenly spread by number.
_MOST_REPLAYED = 100_000
# Arrow or NumPy arrays by name, one value per person.
Columns = Mapping[str, Any]


def learn_best_hours(sources: Sources, hours: Hours = best_hour.ALL_DAY) -> dict[str, Any]:
    """Give {weight, replay}: how much the shop's hours should weigh, and how it held later.

    `hours`: at which people may be written to.

    The weight is learned from the stretch before the one it is checked on; then from that one too.
    replay: None without a stretch to compare with, else {cutoff} and `domain.best_hour.replay`.
    """
    horizon, history = look_ahead(sources)
    weight, replay = SHOP_WEIGHT, None
    for back in (2 * horizon, horizon):
        if back > history:
            continue
        cutoff = sources.as_of - timedelta(days=back)
        tables = _then_and_later(sources, back, horizon)
        if tables is None:
            continue
        then, later, shop = tables
        if back == horizon:
            found = best_hour.replay(then, later, shop, weight, hours)
            replay = {"cutoff": cutoff.isoformat(), "days": horizon, "weight": weight, **found}
        weight = best_hour.choose_weight(then, later, shop)
    return {"weight": weight, "replay": replay}


def find_weight(learned: Mapping[str, Any] | None) -> float:
    """Give how much the shop's hours weigh: as learned in this refresh, else as last learned."""
    stored = None if learned is not None else reports.find(REPORT)
    kept = learned or (stored.payload if stored else None)
    return float(kept["weight"]) if kept else SHOP_WEIGHT


def hour_columns(
    sources: Sources, ids: Ids, weight: float, hours: Hours = best_hour.ALL_DAY
) -> Columns:
    """Give best_hour (one of `hours`), best_hour_own and best_hour_chance of each person.

    best_hour_own: his orders it rests on, 0 where it is the shop's hour. best_hour_chance: how likely it
    is his best, NULL where too few orders are his own to tell.
    """
    who, hour, orders = _rows(sources, only_chosen(sources.counted))
    person = np.searchsorted(ids, who)
    size = len(ids)
    shop = best_hour.shop_hours(np.bincount(hour, orders, HOURS).astype(np.float64))
    if shop is None:
        unknown = {"best_hour": pa.nulls(size), "best_hour_chance": pa.nulls(size)}
        return {**unknown, "best_hour_own": pa.repeat(0, size)}
    best, own = np.empty(size, np.int64), np.empty(size, np.int64)
    chance = np.full(size, np.nan)
    for start in range(0, size, _CHUNK):
        count = min(_CHUNK, size - start)
        mine = (person >= start) & (person < start + count)
        table = _table(person[mine] - start, hour[mine], orders[mine], count)
        told = best_hour.tell_hours(table, shop, weight, hours)
        chunk = slice(start, start + count)
        best[chunk], own[chunk] = told.hour, np.where(told.is_own, table.sum(axis=1), 0)
        is_told = own[chunk] >= best_hour.SURE_ORDERS
        chance[chunk] = np.where(is_told, told.chance, np.nan)
    told_chance = pa.array(chance, from_pandas=True)
    return {"best_hour": best, "best_hour_own": own, "best_hour_chance": told_chance}


def _then_and_later(
    sources: Sources, back: int, horizon: int
) -> tuple[Floats, Floats, Floats] | None:
    """Give orders by hour up to a day and after it, a row for each who ordered after it, and the shop's
    hours up to it; None where no times of day were known.
    """
    cutoff = sources.as_of - timedelta(days=back)
    counted = only_chosen(sources.counted)
    until = counted.filter(counted.ordered_on <= cutoff)
    after = counted.filter(
        (counted.ordered_on > cutoff) & (counted.ordered_on <= cutoff + timedelta(days=horizon))
    )
    everybody = sources.rows(until.group_by("ordered_hour").agg(orders=until.count()))
    by_hour = np.zeros(HOURS)
    for row in everybody:
        by_hour[row["ordered_hour"]] = row["orders"]
    shop = best_hour.shop_hours(by_hour)
    if shop is None:
        return None
    each = one_in(sources.warehouse.count(sources.customers), _MOST_REPLAYED)
    after = after.filter(after.customer_id % each == 0)
    both = until.semi_join(after, "customer_id"), after.semi_join(until, "customer_id")
    then, later = (_rows(sources, orders) for orders in both)
    ids = np.unique(then[0])
    tables = [
        _table(np.searchsorted(ids, who), hour, count, len(ids))
        for who, hour, count in (then, later)
    ]
    return tables[0], tables[1], shop


def _rows(sources: Sources, orders: ir.Table) -> tuple[Ids, Ids, Ids]:
    rows = sources.warehouse.collect(compute_hours(orders))
    who, hour, count = (
        rows[name].to_numpy().astype(np.int64) for name in ("customer_id", "hour", "orders")
    )
    return who, hour, count


def _table(person: Ids, hour: Ids, orders: Ids, people: int) -> Floats:
    counts = np.bincount(person * HOURS + hour, orders, people * HOURS)
    return counts.reshape(people, HOURS).astype(np.float64)
