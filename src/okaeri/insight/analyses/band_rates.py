"""The buy rate of each freshness band, measured over the last 30 days."""

from datetime import timedelta
from typing import Any

from okaeri.foundation.settings import load
from okaeri.insight.analyses.signs import find_day_points
from okaeri.insight.analyses.sources import Sources
from okaeri.insight.cycle_types import CycleRules
from okaeri.insight.domain.reports.band_rates import DAYS, band_rates_payload
from okaeri.insight.features.band_rates import compute_band_purchases
from okaeri.insight.features.freshness import compute_touches
from okaeri.insight.freshness_types import BandRules


def build(sources: Sources) -> dict[str, Any]:
    """Give the payload of `domain.reports.band_rates`."""
    on = sources.as_of - timedelta(days=DAYS)
    rows = compute_band_purchases(
        sources.purchases,
        compute_touches(sources.counted, as_of=on),
        sources.item_days.select("customer_id", "sku", last_on="ordered_on"),
        sources.trusted_cycles,
        on=on,
        days=DAYS,
        rules=sources.rules,
        bands=load(BandRules),
        prior_intervals=load(CycleRules).prior_intervals,
        day_points=find_day_points(sources.warehouse, on),
    )
    return band_rates_payload(sources.rows(rows), on=on.isoformat())
