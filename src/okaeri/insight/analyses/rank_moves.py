"""The R x F grid of today beside the one of six months before."""

from typing import Any

import ibis.expr.types as ir

from okaeri.foundation.settings import load
from okaeri.insight.analyses.sources import Sources
from okaeri.insight.domain.months import month_end
from okaeri.insight.domain.reports.movement import MONTHS_BACK
from okaeri.insight.domain.reports.rank_moves import rank_moves_payload
from okaeri.insight.features.movement import compute_rank_moves, compute_ranks_before
from okaeri.insight.rank_types import RankRules

_STAGED = "ranks_before"


def build(sources: Sources) -> dict[str, Any]:
    """Give the payload of `domain.reports.rank_moves`."""
    before_on = month_end(sources.as_of, MONTHS_BACK)
    moves = compute_rank_moves(find_ranks_before(sources), sources.customers)
    return rank_moves_payload(sources.rows(moves), before_on=before_on.isoformat())


def find_ranks_before(sources: Sources) -> ir.Table:
    """One row per customer of six months before (`features.movement.compute_ranks_before`)."""
    known = sources.find_staged(_STAGED)
    if known is not None:
        return known
    edges = load(RankRules)
    ranks = compute_ranks_before(
        sources.counted,
        before_on=month_end(sources.as_of, MONTHS_BACK),
        rules=sources.rules,
        r_edges=edges.r_edges,
        f_edges=edges.f_edges,
    )
    return sources.stage(_STAGED, ranks)
