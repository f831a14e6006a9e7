"""Who is gone by the rule of how he buys; every refresh, segments ask for it."""

import ibis.expr.types as ir

from okaeri.foundation.settings import load
from okaeri.insight.analyses.cycle_tables import CycleTables
from okaeri.insight.analysis_types import ChurnRules
from okaeri.insight.features.gone import (
    compute_gone,
    compute_kinds,
    compute_trial_supply,
    compute_waits,
    compute_with_takers,
)


def find_waits(sources: CycleTables) -> ir.Table:
    """Give the rows of `features.gone.compute_waits` by the shop's rules."""
    return compute_waits(
        sources.habits,
        sources.product_cycles,
        fewest_intervals=load(ChurnRules).fewest_intervals,
        lapse_days=sources.rules.lapse_days,
    )


def find_gone(sources: CycleTables, waits: ir.Table) -> ir.Table:
    """Give the rows of `features.gone.compute_gone` by the shop's rules and `find_waits`."""
    people = sources.customers
    if not sources.rules.count_trial:
        people = compute_with_takers(people, sources.tried, as_of=sources.as_of)
    return compute_gone(
        people,
        compute_kinds(sources.tried),
        sources.last_bought,
        waits,
        compute_trial_supply(sources.tried, sources.order_lines, sources.products),
        rules=sources.rules,
        churn=load(ChurnRules),
    )
