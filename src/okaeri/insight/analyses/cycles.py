"""Purchase cycles: per product, who is late, and for whom what runs out next."""

from typing import Any

from okaeri.foundation.settings import load
from okaeri.insight.analyses.sources import Sources
from okaeri.insight.cycle_types import CycleRules
from okaeri.insight.domain.reports.cycles import SOON_DAYS, cycles_payload
from okaeri.insight.features.cycles import (
    compute_gap_bins,
    compute_overdue,
    compute_run_out_counts,
)

# Products on the page, those with most repeat purchases; and people on its list.
_MOST_PRODUCTS, _MOST_PEOPLE = 200, 50


def build(sources: Sources) -> dict[str, Any]:
    """Give the payload of `domain.reports.cycles`."""
    rules = load(CycleRules)
    cycles = sources.product_cycles
    shown = cycles.order_by(cycles.intervals.desc(), "sku").limit(_MOST_PRODUCTS)
    counts = compute_run_out_counts(
        sources.run_outs,
        soon_days=SOON_DAYS,
        overdue_ratio=rules.overdue_ratio,
        at_risk_ratio=rules.at_risk_ratio,
    )
    late = compute_overdue(
        sources.run_outs,
        sources.customers,
        overdue_ratio=rules.overdue_ratio,
        at_risk_ratio=rules.at_risk_ratio,
        most=_MOST_PEOPLE,
    )
    bins = compute_gap_bins(sources.item_gaps)
    return cycles_payload(
        sources.rows(shown),
        sources.rows(bins.semi_join(shown, "sku")),
        sources.rows(counts),
        sources.rows(late),
        names=sources.names,
        supplies={sku: one.days_supply for sku, one in sources.master.items() if one.days_supply},
        rules=rules,
    )
