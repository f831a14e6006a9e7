"""地域: where orders come from, also those of malls that tell nothing but a postal code."""

from typing import Any

from okaeri.insight.analyses.sources import Sources
from okaeri.insight.domain.reports.areas import DAYS, areas_payload
from okaeri.insight.features.areas import (
    compute_area_orders,
    compute_area_people,
    compute_area_sales,
)
from okaeri.intake import api as intake


def build(sources: Sources) -> dict[str, Any]:
    """Give the payload of `domain.reports.areas`."""
    malls = sorted(intake.mall_sources())
    found = compute_area_orders(
        sources.orders,
        sources.order_areas,
        as_of=sources.as_of,
        days=DAYS,
        rules=sources.rules,
        malls=malls,
    )
    rows = sources.stage("area_orders", found)
    return areas_payload(
        sources.rows(compute_area_sales(rows)), sources.rows(compute_area_people(rows)), malls
    )
