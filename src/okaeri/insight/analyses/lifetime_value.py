"""LTV within the shop's windows of days."""

from typing import Any

from okaeri.foundation.settings import load
from okaeri.insight.analyses.sources import Sources
from okaeri.insight.analysis_types import LtvRules
from okaeri.insight.domain.reports.lifetime_value import lifetime_value_payload
from okaeri.insight.features.cohort_steps import compute_values_by_beginning


def build(sources: Sources) -> dict[str, Any]:
    """Give the payload of `domain.reports.lifetime_value`."""
    windows = load(LtvRules).days
    rows = compute_values_by_beginning(sources.lives, sources.faceted, windows=windows)
    return lifetime_value_payload(
        sources.rows(rows), names=sources.product_names, as_of=sources.as_of, windows=windows
    )
