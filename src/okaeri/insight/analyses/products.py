"""Products: who buys them, who comes back, and for what."""

from typing import Any

from okaeri.insight.analyses.sources import Sources
from okaeri.insight.domain.reports.products import F2_DAYS, products_payload
from okaeri.insight.features.baskets import compute_most_next
from okaeri.insight.features.products import compute_f2_by_first_product


def build(sources: Sources) -> dict[str, Any]:
    """Give the payload of `domain.reports.products`."""
    f2 = compute_f2_by_first_product(
        sources.item_days, sources.customers, as_of=sources.as_of, days=F2_DAYS
    )
    return products_payload(
        sources.item_facts,
        sources.rows(f2),
        sources.rows(compute_most_next(sources.next_products)),
        sources.names,
        buyers=sources.warehouse.count(sources.item_days.select("customer_id").distinct()),
    )
