"""Baskets: what is bought in one order, by one person in a year, and one after the other."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import ibis.expr.types as ir

from okaeri.foundation.settings import load
from okaeri.insight.analyses.goods_tables import FEWEST
from okaeri.insight.analyses.sources import Sources
from okaeri.insight.domain.reports.baskets import baskets_payload
from okaeri.insight.features.baskets import (
    compute_basket_totals,
    compute_pairs_in_orders,
    compute_pairs_in_periods,
)
from okaeri.insight.recommend_types import RecommendRules

PERIOD_DAYS = 365


def build(sources: Sources) -> dict[str, Any]:
    """Give the payload of `domain.reports.baskets`."""
    since = sources.as_of - timedelta(days=PERIOD_DAYS - 1)
    goods = sources.stage("paired_goods", sources.of_some_people(sources.goods))
    days = sources.paired_days
    kinds: dict[str, Callable[[int], ir.Table]] = {
        "together": lambda fewest: compute_pairs_in_orders(goods, fewest=fewest),
        "period": lambda fewest: compute_pairs_in_periods(days, since=since, fewest=fewest),
        "order": lambda fewest: sources.next_products.filter(sources.next_products.both >= fewest),
    }
    found = {kind: _enough(sources, compute) for kind, compute in kinds.items()}
    (totals,) = sources.rows(compute_basket_totals(goods, days, since=since))
    return baskets_payload(
        {kind: rows for kind, (rows, _) in found.items()},
        totals,
        sources.names,
        period_days=PERIOD_DAYS,
        fewest={kind: fewest for kind, (_, fewest) in found.items()},
        one_person_in=sources.one_person_in,
    )


def _enough(
    sources: Sources, compute: Callable[[int], ir.Table]
) -> tuple[list[dict[str, Any]], int]:
    fewest = load(RecommendRules).fewest_pairs
    rows = sources.rows(compute(fewest))
    # A small shop sees what it has, marked as thin, instead of an empty page.
    if rows or fewest <= FEWEST:
        return rows, fewest
    return sources.rows(compute(FEWEST)), FEWEST
