"""Acquisition sources: what people of each bring, beside what it cost."""

from datetime import timedelta
from typing import Any

from okaeri.foundation.settings import load
from okaeri.insight.analyses.sources import Sources
from okaeri.insight.analysis_types import LTV_YEAR
from okaeri.insight.domain.reports.media import INFLOW_DAYS, media_payload
from okaeri.insight.domain.reports.sales_mix import existing_share
from okaeri.insight.features.media import (
    compute_media_customers,
    compute_media_people,
    compute_media_sales,
    compute_media_values,
    compute_new_and_existing,
    compute_recent_inflow,
)
from okaeri.insight.features.sales_mix import compute_year_buyers
from okaeri.insight.media_types import MediaRules
from okaeri.insight.store import media_costs


def build(sources: Sources) -> dict[str, Any]:
    """Give the payload of `domain.reports.media`."""
    rules, costs = load(MediaRules), media_costs.list_all()
    codes = {cost.media_code for cost in costs} | set(sources.first_values.get("media", ()))
    named = {*rules.organic_codes.split(), *rules.referral_codes.split()}
    people = compute_media_people(sources.firsts, codes=sorted(codes | named))
    # The very share the page of sales shows.
    year = compute_year_buyers(
        sources.purchases, as_of=sources.as_of, days=sources.rules.active_days
    )
    since = sources.as_of - timedelta(days=INFLOW_DAYS)
    return media_payload(
        sources.rows(compute_media_sales(sources.purchases, people)),
        sources.rows(
            compute_media_customers(people, sources.customers, sources.gone, as_of=sources.as_of)
        ),
        sources.rows(compute_media_values(sources.lives, people, days=LTV_YEAR)),
        sources.rows(compute_recent_inflow(sources.firsts, since=since)),
        sources.rows(compute_new_and_existing(sources.purchases)),
        costs,
        existing_share=existing_share(sources.rows(year)),
        as_of=sources.as_of,
        rules=rules,
    )
