"""How far customers come, split by how they began, and where most are lost."""

from typing import Any

from okaeri.insight.analyses.sources import Sources
from okaeri.insight.domain.reports.survival import survival_payload
from okaeri.insight.features.gone import compute_gone_products
from okaeri.insight.features.shipped_months import compute_shipped_months
from okaeri.insight.features.survival import (
    compute_deliveries,
    compute_full_orders,
    compute_purchase_values,
    compute_survival,
    compute_trials,
)


def build(sources: Sources) -> dict[str, Any]:
    """Give the payload of `domain.reports.survival`."""
    return survival_payload(
        sources.rows(compute_survival(sources.gone, sources.faceted)),
        names=sources.product_names,
        values=sources.rows(compute_purchase_values(sources.purchases)),
        trials=sources.rows(compute_trials(sources.purchases, sources.gone))[0],
        full=sources.rows(compute_full_orders(sources.purchases))[0],
        waits=sources.rows(compute_gone_products(sources.gone, sources.waits)),
        goods=sources.names,
        deliveries=sources.rows(compute_deliveries(sources.contracts)),
        months=sources.rows(compute_shipped_months(sources.purchases)),
        as_of=sources.as_of,
    )
