"""Who bought after a message."""

from datetime import timedelta
from typing import Any

import ibis.expr.types as ir

from okaeri.insight.features.responses import (
    compute_responses,
    compute_source_responses,
    with_days,
)

KEYS: dict[str, list[str] | None] = {
    "responses": ["kind", "stage", "is_lapsed"],
    "source_responses": ["source", "kind", "stage", "is_lapsed"],
}


def features(tables: Any) -> dict[str, ir.Table]:
    # The real shop wrote to nobody: here everybody was written to the day after his last order.
    last = tables.customers.last_on + timedelta(days=1)
    contacts = tables.customers.select(
        "customer_id",
        kind=(tables.customers.customer_id % 5 == 0).ifelse("useful", "sales"),
        sent_on=last.cast("date"),
        left_at=tables.customers.customer_id % 7,
        channel=(tables.customers.customer_id % 3 == 0).ifelse("line", "email"),
        source=(tables.customers.customer_id % 2 == 0).ifelse("journey:1", "journey:2"),
    )
    contacts = with_days(contacts, {"line": 30}, 20)
    return {
        name: compute(
            contacts,
            tables.purchases,
            as_of=tables.as_of,
            rules=tables.rules,
            threshold_minor=28_000,
        )
        for name, compute in (
            ("responses", compute_responses),
            ("source_responses", compute_source_responses),
        )
    }
