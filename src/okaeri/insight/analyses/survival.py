"""How far customers come, split by how they began, and where most are lost."""

from datetime import date, timedelta
from typing import Any

import ibis.expr.types as ir

from okaeri.insight.analyses.sources import Sources
from okaeri.insight.domain.cycle import suggested_lapse_days
from okaeri.insight.domain.reports.survival import survival_payload
from okaeri.insight.features.gone import compute_gone_products
from okaeri.insight.features.shipped_months import compute_shipped_months
from okaeri.insight.features.survival import (
    compute_deliveries,
    compute_delivery_gaps,
    compute_full_orders,
    compute_purchase_gaps,
    compute_purchase_values,
    compute_ripe_deliveries,
    compute_ripe_purchases,
    compute_survival,
    compute_trials,
)


def build(sources: Sources) -> dict[str, Any]:
    """Give the payload of `domain.reports.survival`."""
    ripe_days = {
        "purchases": _ripe_days(sources, compute_purchase_gaps(sources.purchases)),
        "deliveries": _ripe_days(sources, compute_delivery_gaps(sources.counted)),
    }
    bought = compute_ripe_purchases(
        sources.purchases, until=_before(sources, ripe_days["purchases"])
    )
    delivered = compute_ripe_deliveries(
        sources.counted, until=_before(sources, ripe_days["deliveries"])
    )
    return survival_payload(
        sources.rows(compute_survival(sources.gone, sources.faceted, bought)),
        names=sources.product_names,
        values=sources.rows(compute_purchase_values(sources.purchases)),
        trials=sources.rows(compute_trials(sources.tried_purchases, sources.gone))[0],
        full=sources.rows(compute_full_orders(sources.purchases))[0],
        waits=sources.rows(compute_gone_products(sources.gone, sources.waits)),
        goods=sources.names,
        deliveries=sources.rows(compute_deliveries(sources.contracts, delivered)),
        months=sources.rows(compute_shipped_months(sources.purchases)),
        ripe_days=ripe_days,
        as_of=sources.as_of,
    )


def _ripe_days(sources: Sources, gaps: ir.Table) -> int:
    """Give the days after which nearly all who go on have done so, at most those of the lapse."""
    counts = {row["gap_days"]: row["times"] for row in sources.rows(gaps)}
    lapse = sources.rules.lapse_days
    return min(suggested_lapse_days(counts) or lapse, lapse)


def _before(sources: Sources, days: int) -> date:
    return sources.as_of - timedelta(days=days)
