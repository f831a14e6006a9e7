"""Ages, channels and ways to buy."""

from datetime import timedelta
from typing import Any

import ibis
import ibis.expr.types as ir

from okaeri.insight.features.age_channels import (
    compute_age_bands,
    compute_age_reactions,
    compute_age_ways,
)

KEYS: dict[str, list[str] | None] = {
    "age_bands": ["customer_id"],
    "age_reactions": ["band", "channel"],
    "age_ways": ["band", "way", "value"],
}
BANDS = {"under20": 0, "20s": 20, "30s": 30}


def features(tables: Any) -> dict[str, ir.Table]:
    # The real shop knows no birthdays: here people are 25 years older than their first order.
    rows = tables.customers
    knows = rows.purchase_count % 3
    born = (rows.first_on - timedelta(days=9131)).cast("date")
    people = rows.select(
        "customer_id",
        birth_on=(knows == 0).ifelse(born, ibis.null("date")),
        said=(knows == 1).ifelse("30s", ibis.null("string")),
    )
    bands = compute_age_bands(people, as_of=tables.as_of, bands=BANDS)
    reactions = rows.select(
        "customer_id",
        channel=(knows == 2).ifelse("line", "email"),
        sent=rows.purchase_count.cast("int64"),
        opened=ibis.literal(1).cast("int64"),
        clicked=ibis.literal(0).cast("int64"),
    )
    return {
        "age_bands": bands,
        "age_reactions": compute_age_reactions(reactions, bands),
        "age_ways": compute_age_ways(tables.orders, bands, as_of=tables.as_of, days=365),
    }
