"""From class to class."""

from datetime import date
from typing import Any

import ibis.expr.types as ir

from okaeri.insight.domain.months import month_end
from okaeri.insight.features.class_years import compute_class_years
from okaeri.insight.features.movement import (
    compute_moves,
    compute_rank_moves,
    compute_ranks_before,
    compute_standings,
)

KEYS: dict[str, list[str] | None] = {
    "standings": ["customer_id"],
    "class_years": ["stage", "is_lapsed"],
    "moves": ["before_on", "from_stage", "from_lapsed", "to_stage", "to_lapsed"],
    "ranks_before": ["customer_id"],
    "rank_moves": ["r_before", "f_before", "r", "f"],
}


def features(tables: Any) -> dict[str, ir.Table]:
    as_of: date = tables.as_of
    pairs = [(month_end(as_of, 3), as_of), (month_end(as_of, 6), month_end(as_of, 3))]
    days = sorted({day for pair in pairs for day in pair})
    standings = compute_standings(
        tables.purchases, thresholds=dict.fromkeys(days, 28_000), rules=tables.rules
    )
    before = compute_ranks_before(
        tables.purchases,
        before_on=pairs[0][0],
        rules=tables.rules,
        r_edges=(30, 90, 180, 365),
        f_edges=(2, 3, 5, 12),
    )
    year = compute_class_years(tables.purchases, standings, since=days[0], until=as_of)
    return {
        "class_years": year,
        "standings": standings,
        "moves": compute_moves(standings, pairs=pairs),
        "ranks_before": before,
        "rank_moves": compute_rank_moves(before, tables.customers),
    }
