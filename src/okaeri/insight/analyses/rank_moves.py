"""The R x F grid of today beside the one of six months before."""

from typing import Any

from okaeri.foundation.settings import load
from okaeri.insight.analyses.sources import Sources
from okaeri.insight.domain import rank_edges
from okaeri.insight.domain.reports.movement import MONTHS_BACK, month_end
from okaeri.insight.domain.reports.rank_moves import rank_moves_payload
from okaeri.insight.features.movement import compute_rank_moves
from okaeri.insight.types import RankRules


def build(sources: Sources) -> dict[str, Any]:
    """Give the payload of `domain.reports.rank_moves`."""
    before_on = month_end(sources.as_of, MONTHS_BACK)
    moves = compute_rank_moves(
        sources.purchases,
        sources.customers,
        before_on=before_on,
        r_edges=rank_edges.R_EDGES[load(RankRules).r_preset],
        f_edges=rank_edges.F_EDGES,
    )
    return rank_moves_payload(sources.rows(moves), before_on=before_on.isoformat())
