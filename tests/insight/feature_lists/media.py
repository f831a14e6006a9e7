"""Acquisition sources."""

from datetime import timedelta
from typing import Any

import ibis.expr.types as ir

from okaeri.insight.features.cohort_steps import compute_life_values
from okaeri.insight.features.media import (
    compute_media_customers,
    compute_media_people,
    compute_media_sales,
    compute_media_values,
    compute_new_and_existing,
    compute_recent_inflow,
)

KEYS: dict[str, list[str] | None] = {
    "media_people": ["customer_id"],
    "media_sales": ["media", "month", "step"],
    "media_values": ["media"],
    "media_customers": ["media", "month"],
    "recent_inflow": ["media"],
    "new_and_existing": ["month"],
}


def features(tables: Any) -> dict[str, ir.Table]:
    people = compute_media_people(tables.firsts, codes=["search", "sns"])
    lives = compute_life_values(tables.purchases, as_of=tables.as_of, windows=(90,))
    kinds = tables.firsts.select("customer_id", kind="first_kind")
    since = tables.as_of - timedelta(days=90)
    return {
        "media_people": people,
        "media_sales": compute_media_sales(tables.purchases, people),
        "media_values": compute_media_values(lives, people, days=90),
        "media_customers": compute_media_customers(
            people, tables.customers, kinds, as_of=tables.as_of
        ),
        "recent_inflow": compute_recent_inflow(tables.firsts, since=since),
        "new_and_existing": compute_new_and_existing(tables.purchases),
    }
