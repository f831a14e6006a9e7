"""Analyses beyond the classes, each a file with `build(sources) -> payload`, stored by name.

A payload is a JSON document; its shape stands in `domain.reports.<noun>`, which makes it. The refresh
builds all of them, pages read them with `insight.api.find_report(name)`.
"""

from collections.abc import Callable, Mapping
from typing import Any

from okaeri.insight.analyses import (
    areas,
    band_rates,
    baskets,
    cohort_cube,
    cycles,
    deciles,
    f2_waits,
    kpis,
    lapse_reasons,
    lifetime_value,
    media,
    movement,
    pivot,
    prices,
    products,
    rank_moves,
    sales_mix,
    survival,
    timing,
)
from okaeri.insight.analyses.sources import Sources

ANALYSES: Mapping[str, Callable[[Sources], dict[str, Any]]] = {
    "baskets": baskets.build,
    "cycles": cycles.build,
    "media": media.build,
    "deciles": deciles.build,
    "prices": prices.build,
    "timing": timing.build,
    "products": products.build,
    "cohort_cube": cohort_cube.build,
    "lifetime_value": lifetime_value.build,
    "movement": movement.build,
    "pivot": pivot.build,
    "f2_waits": f2_waits.build,
    "band_rates": band_rates.build,
    "sales_mix": sales_mix.build,
    "rank_moves": rank_moves.build,
    "survival": survival.build,
    "lapse_reasons": lapse_reasons.build,
    "areas": areas.build,
    "kpis": kpis.build,
}
