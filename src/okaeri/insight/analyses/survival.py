"""How far customers come, split by how they began, and where most are lost."""

from typing import Any

from okaeri.foundation.settings import load
from okaeri.insight.analyses.sources import Sources
from okaeri.insight.analysis_types import ChurnRules
from okaeri.insight.domain.reports.survival import survival_payload
from okaeri.insight.features.survival import (
    compute_contracts,
    compute_deliveries,
    compute_full_orders,
    compute_purchase_values,
    compute_survival,
    compute_trials,
)


def build(sources: Sources) -> dict[str, Any]:
    """Give the payload of `domain.reports.survival`."""
    contracts = compute_contracts(
        sources.counted, sources.ended_contracts, as_of=sources.as_of, rules=sources.rules
    )
    trials = compute_trials(
        sources.purchases,
        sources.faceted,
        sources.products,
        as_of=sources.as_of,
        churn=load(ChurnRules),
    )
    return survival_payload(
        sources.rows(compute_survival(sources.customers, sources.faceted)),
        names=sources.product_names,
        values=sources.rows(compute_purchase_values(sources.purchases)),
        trials=sources.rows(trials)[0],
        full=sources.rows(compute_full_orders(sources.purchases))[0],
        deliveries=sources.rows(compute_deliveries(sources.stage("contracts", contracts))),
    )
