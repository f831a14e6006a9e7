"""From class to class: today against six months before, and every closed month likewise."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import ibis.expr.types as ir

from okaeri.foundation.settings import load
from okaeri.insight.analyses.sources import Sources
from okaeri.insight.analysis_types import TargetRules
from okaeri.insight.domain.months import month_end
from okaeri.insight.domain.reports.movement import (
    MONTHS_BACK,
    movement_payload,
    trend_pairs,
)
from okaeri.insight.features.movement import compute_moves, compute_standings
from okaeri.insight.store import reports


def build(sources: Sources) -> dict[str, Any]:
    """Give the payload of `domain.reports.movement`; closed months are counted once (§1.3 #33)."""
    kept = _kept_months(sources)
    pairs = trend_pairs(sources.as_of, (row["month"] for row in kept))
    today = (month_end(sources.as_of, MONTHS_BACK), sources.as_of)
    pairs = [*(pair for pair in pairs if pair != today), today]
    days = sorted({day for pair in pairs for day in pair})
    rows = sources.rows(compute_moves(standings_on(sources, days), pairs=pairs))
    return movement_payload(rows, as_of=sources.as_of, targets=load(TargetRules), kept_months=kept)


def moves_between(sources: Sources, before: date, after: date) -> list[dict[str, Any]]:
    """Give the rows of `compute_moves` between two days."""
    pairs = [(before, after)]
    return sources.rows(compute_moves(standings_on(sources, pairs[0]), pairs=pairs))


def standings_on(sources: Sources, days: Sequence[date]) -> ir.Table:
    """Stage in which class everybody stood on these days (`features.movement.compute_standings`)."""
    thresholds = {day: sources.threshold_on(day) for day in days}
    standings = compute_standings(
        sources.counted,
        thresholds=thresholds,
        rules=sources.rules,
        taken_back=sources.taken_back.rows,
    )
    return sources.stage("standings", standings)


def _kept_months(sources: Sources) -> list[dict[str, Any]]:
    """Give the months counted before; one that was not over when it was counted is counted anew."""
    stored = reports.find("movement")
    if stored is None or stored.rule_version != sources.rule_version:
        return []
    months: list[dict[str, Any]] = stored.payload["months"]
    return [row for row in months if row["month"] < f"{stored.as_of:%Y-%m}"]


def with_class_before(sources: Sources) -> ir.Table:
    """Give the row per customer with the class of six months before (`CustomerInsight`)."""
    then = month_end(sources.as_of, MONTHS_BACK)
    standings, day = sources.find_staged("standings"), f"{then:%Y%m%d}"
    if standings is None:
        standings = standings_on(sources, [then])
    before = standings.select(
        "customer_id",
        stage_before=standings[f"stage_{day}"],
        lapsed_before=standings[f"lapsed_{day}"],
    )
    return sources.customers.left_join(before, "customer_id").drop("customer_id_right")
