"""LTV at 90, 180 and 365 days."""

from typing import Any

from okaeri.insight.analyses.sources import Sources
from okaeri.insight.domain.reports.lifetime_value import WINDOWS, lifetime_value_payload
from okaeri.insight.features.cohort_steps import (
    compute_life_values,
    compute_values_by_beginning,
)


def build(sources: Sources) -> dict[str, Any]:
    """Give the payload of `domain.reports.lifetime_value`."""
    lives = compute_life_values(sources.purchases, as_of=sources.as_of, windows=WINDOWS)
    rows = compute_values_by_beginning(lives, sources.faceted, windows=WINDOWS)
    return lifetime_value_payload(
        sources.rows(rows), names=sources.product_names, as_of=sources.as_of
    )
