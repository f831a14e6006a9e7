"""Deciles: ten equal groups of buyers by what they spent in twelve months."""

from typing import Any

from okaeri.insight.analyses.sources import Sources
from okaeri.insight.domain.reports.deciles import deciles_payload
from okaeri.insight.features.deciles import compute_deciles


def build(sources: Sources) -> dict[str, Any]:
    """Give the payload of `domain.reports.deciles`."""
    return deciles_payload(sources.rows(compute_deciles(sources.customers)))
