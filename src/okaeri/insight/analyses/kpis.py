"""The KPI catalogue: today, a month and a year before, and every closed month of the last year."""

from datetime import timedelta
from typing import Any

from okaeri.foundation.settings import load
from okaeri.insight.analyses.sources import Sources
from okaeri.insight.analysis_types import KpiRules
from okaeri.insight.domain.kpis.days import points_of
from okaeri.insight.domain.reports.f2 import WINDOWS
from okaeri.insight.domain.reports.kpis import (
    MOST_MONTH_DAYS,
    UPLIFT_DAYS,
    first_base_month,
    kpis_payload,
    spans_of,
)
from okaeri.insight.features.f2 import compute_f2_days
from okaeri.insight.features.kpis import (
    compute_buyer_sums,
    compute_churn,
    compute_day_flows,
    compute_last_days,
    compute_month_buyers,
    compute_month_intervals,
    compute_month_returns,
    compute_second_purchases,
    compute_silences,
    compute_trial_takers,
)


def build(sources: Sources) -> dict[str, Any]:
    """Give the payload of `domain.reports.kpis`."""
    points, rules, again = points_of(sources.as_of), sources.rules, load(KpiRules).repurchase_window
    purchases, people, days = sources.purchases, sources.customers, points.all
    spans, since = spans_of(rules), first_base_month(sources.as_of, again)
    first_end = min(points.all).replace(day=1)
    tables = {
        "day_flows": compute_day_flows(purchases),
        "buyer_sums": compute_buyer_sums(
            purchases, people, since=sources.as_of - timedelta(days=rules.active_days)
        ),
        "silences": compute_silences(purchases, spans=spans),
        "last_days": compute_last_days(people),
        "f2_days": compute_f2_days(people, windows=WINDOWS),
        "second_purchases": compute_second_purchases(people, days=days, span=rules.active_days),
        "month_buyers": compute_month_buyers(purchases, since=since),
        "month_returns": compute_month_returns(purchases, since=since, within=again),
        "month_intervals": compute_month_intervals(
            purchases, cut=sources.as_of.day, since=first_end
        ),
        "trial_takers": compute_trial_takers(sources.tried_purchases, within=UPLIFT_DAYS),
        "churn": compute_churn(sources.contracts, days=days, span=MOST_MONTH_DAYS),
    }
    rows = {name: sources.rows(expr) for name, expr in tables.items()}
    return kpis_payload(rows, points=points, rules=rules, repurchase_days=again)
