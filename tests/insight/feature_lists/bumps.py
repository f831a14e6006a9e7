"""Signs of life and what they do to freshness."""

from typing import Any

import ibis
import ibis.expr.types as ir

from okaeri.insight.bump_types import BumpRules
from okaeri.insight.features.bumps import compute_day_points, compute_lifted, compute_signs

KEYS: dict[str, list[str] | None] = {
    "signs": None,
    "day_points": ["customer_id", "day"],
    "lifted": ["customer_id"],
}


def features(tables: Any) -> dict[str, ir.Table]:
    # Orders stand in for what happened, five weeks later, so that most came after the last purchase.
    orders = tables.orders
    later = (orders.ordered_on + ibis.interval(days=35)).cast("date")
    did = orders.select("customer_id", day=later, kind=orders.is_trial.ifelse("complaint", "open"))
    visits = did.mutate(identified_on=(did.day + ibis.interval(days=7)).cast("date"))
    reactions = orders.select("customer_id", day=later, kind=ibis.literal("click"))
    since = tables.as_of.replace(year=tables.as_of.year - 1)
    found = compute_signs(visits, did, did, did, reactions, since=since)
    signs = tables.stage("signs", found)
    points = compute_day_points(signs, as_of=tables.as_of, rules=BumpRules(days=300))
    return {
        "signs": found,
        "day_points": points,
        "lifted": compute_lifted(tables.customers, tables.stage("day_points", points)),
    }
