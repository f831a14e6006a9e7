"""Signs of life and what they do to freshness."""

from typing import Any

import ibis
import ibis.expr.types as ir

from okaeri.insight.bump_types import BumpRules
from okaeri.insight.features.bumps import compute_day_points, compute_lifted, compute_signs
from okaeri.insight.features.freshness import compute_freshness
from okaeri.insight.freshness_types import BandRules

KEYS: dict[str, list[str] | None] = {
    "signs": ["customer_id", "day", "kind"],
    "day_points": ["customer_id", "day"],
    "lifted": ["customer_id"],
    "lifted_freshness": ["customer_id"],
}


def features(tables: Any) -> dict[str, ir.Table]:
    # Orders stand in for what happened, five weeks later, so that most came after the last purchase.
    orders = tables.orders
    later = _days_later(orders.ordered_on, 35)
    did = orders.select("customer_id", day=later, kind=orders.is_trial.ifelse("complaint", "open"))
    visits = did.mutate(identified_on=_days_later(did.day, 7))
    reactions = orders.select("customer_id", day=later, kind=ibis.literal("click"))
    since = tables.as_of.replace(year=tables.as_of.year - 1)
    found = compute_signs(visits, did, did, did, reactions, since=since)
    signs = tables.stage("signs", found)
    found_points = compute_day_points(signs, as_of=tables.as_of, rules=BumpRules(days=300))
    points = tables.stage("day_points", found_points)
    people = tables.customers.drop(
        "freshness", "freshness_band", "half_life_days", "half_life_basis"
    )
    return {
        "signs": found,
        "day_points": found_points,
        "lifted": compute_lifted(tables.customers, points),
        "lifted_freshness": compute_freshness(
            people, bands=BandRules(usual_days=31.0), day_points=points
        ),
    }


def _days_later(day: ir.DateValue, days: int) -> ir.DateValue:
    # Staged by Spark, the sum alone would be an instant.
    return (day + ibis.interval(days=days)).cast("timestamp").cast("date")
