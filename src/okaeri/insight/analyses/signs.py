"""Signs of life as every analysis of a refresh reads them: made of what people did, kept in the warehouse."""

from collections.abc import Iterable
from datetime import date, timedelta

import ibis.expr.types as ir
import pyarrow as pa

from okaeri.foundation.settings import load
from okaeri.foundation.warehouse import Warehouse
from okaeri.insight.bump_types import SIGNS, BumpRules
from okaeri.insight.domain.reports.band_rates import DAYS
from okaeri.insight.features.bumps import compute_day_points, compute_signs

TABLE = "signs"


def write_signs(
    warehouse: Warehouse,
    doings: dict[str, ir.Table],
    reactions: Iterable[pa.RecordBatch],
    *,
    as_of: date,
) -> None:
    """Write signs anew, as far back as the measured bands of a month ago need them.

    `doings`: tables of visits, answers, reviews and inquiries by these names; `reactions` as of
    `insight.bump_types.SIGNS`.
    """
    since = signs_since(as_of)
    did = pa.Table.from_batches(reactions, schema=SIGNS)
    signs = compute_signs(**doings, reactions=warehouse.upload(did), since=since)
    warehouse.replace(TABLE, signs)


def signs_since(as_of: date) -> date:
    """Give the day after which signs are kept."""
    return as_of - timedelta(days=load(BumpRules).days + DAYS)


def find_day_points(
    warehouse: Warehouse, as_of: date, who: ir.Table | None = None
) -> ir.Table | None:
    """Give `compute_day_points` as of a day; None in a shop that knows of no signs.

    With `who` (customer_id) of these people alone.
    """
    if not warehouse.has(TABLE):
        return None
    signs = warehouse.table(TABLE)
    signs = signs if who is None else signs.semi_join(who, "customer_id")
    return compute_day_points(signs, as_of=as_of, rules=load(BumpRules))
