"""Sales of first orders and of those who come back."""

from typing import Any

from okaeri.insight.analyses.sources import Sources
from okaeri.insight.domain.reports.sales_mix import sales_mix_payload
from okaeri.insight.domain.reports.year_on_year import two_years
from okaeri.insight.features.sales_mix import compute_month_sales, compute_year_buyers
from okaeri.insight.features.year_sales import compute_month_buyers, compute_two_years


def build(sources: Sources) -> dict[str, Any]:
    """Give the payload of `domain.reports.sales_mix`."""
    years = compute_year_buyers(
        sources.purchases, as_of=sources.as_of, days=sources.rules.active_days
    )
    months = sources.rows(compute_month_sales(sources.purchases))
    days = sources.rules.active_days
    both = compute_two_years(sources.purchases, as_of=sources.as_of, days=days)
    return sales_mix_payload(
        months,
        sources.rows(years),
        buyers=sources.rows(compute_month_buyers(sources.purchases)),
        years=two_years(
            sources.rows(both), as_of=sources.as_of, days=days, began_on=sources.began_on
        ),
        as_of=sources.as_of,
    )
