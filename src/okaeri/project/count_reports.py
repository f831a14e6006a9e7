"""The job behind the purchase count as a facet: what insight computes, and what stations above it know."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any

import ibis.expr.types as ir

from okaeri.deliver import api as deliver
from okaeri.foundation import clock
from okaeri.foundation.warehouse import Warehouse
from okaeri.foundation.work.jobs import JobContext
from okaeri.insight import api as insight
from okaeri.insight.count_types import BANDS, Counted, CountFacet
from okaeri.insight.types import SegmentAnswer
from okaeri.rewards import api as rewards

Answers = Callable[[], Iterable[SegmentAnswer]]
_YEAR = timedelta(days=365)


def run_count_reports(
    open_warehouse: Callable[[], Warehouse], answers: Answers, context: JobContext
) -> Mapping[str, Any]:
    """Compute the reports a page asks for over the people of one purchase count."""
    asked = context.payload
    band = next(band for band in BANDS if band.least == asked["least"])
    facet = CountFacet(band, Counted(asked["counted"]), str(asked["sku"]))
    with open_warehouse() as warehouse:
        customers = insight.compute_count_reports(
            facet,
            asked["names"],
            warehouse=warehouse,
            given={
                "loyalty": partial(_voices, "loyalty", answers),
                "expectations": partial(_voices, "expectations", answers),
                "age_channels": _ages,
                "perks": _perks,
            },
            progress=context.progress,
        )
    return {"customers": customers}


def _voices(
    name: str, answers: Answers, warehouse: Warehouse, as_of: date, _people: ir.Table
) -> dict[str, Any]:
    reactions = deliver.read_reactions(clock.now() - _YEAR)
    return insight.voice_reports(answers(), reactions, warehouse=warehouse, as_of=as_of)[name]


def _ages(warehouse: Warehouse, as_of: date, people: ir.Table) -> dict[str, Any]:
    reactions = deliver.read_reactions(clock.now() - _YEAR)
    return insight.age_report(reactions, warehouse=warehouse, as_of=as_of, people=people)


def _perks(warehouse: Warehouse, as_of: date, _people: ir.Table) -> dict[str, Any]:
    points = rewards.points_since(clock.now() - _YEAR)
    return insight.perk_report(points, warehouse=warehouse, as_of=as_of)
