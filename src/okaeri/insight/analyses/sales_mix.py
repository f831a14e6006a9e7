"""Sales of first orders and of those who come back."""

from typing import Any

from okaeri.insight.analyses.sources import Sources
from okaeri.insight.domain.reports.sales_mix import sales_mix_payload
from okaeri.insight.features.sales_mix import compute_month_sales, compute_year_buyers


def build(sources: Sources) -> dict[str, Any]:
    """Give the payload of `domain.reports.sales_mix`."""
    years = compute_year_buyers(
        sources.purchases, as_of=sources.as_of, days=sources.rules.active_days
    )
    months = sources.rows(compute_month_sales(sources.purchases))
    return sales_mix_payload(months, sources.rows(years), as_of=sources.as_of)
