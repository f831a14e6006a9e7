"""Cohorts split by first product and media, by calendar and by elapsed days."""

from typing import Any

from okaeri.insight.analyses.sources import Sources
from okaeri.insight.domain.reports.cohort_cube import STEPS, cohort_cube_payload, first_day
from okaeri.insight.features.cohort_steps import compute_cohort_cells, compute_last_steps


def build(sources: Sources) -> dict[str, Any]:
    """Give the payload of `domain.reports.cohort_cube`."""
    since = first_day(sources.as_of)
    cells = compute_cohort_cells(
        sources.purchases, sources.faceted, from_on=since, most_steps=STEPS
    )
    lasts = compute_last_steps(sources.customers, sources.faceted, from_on=since, most_steps=STEPS)
    return cohort_cube_payload(
        sources.rows(cells),
        sources.rows(lasts),
        names=sources.product_names,
        as_of=sources.as_of,
    )
