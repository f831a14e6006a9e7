"""Signals of life events and what they add up to."""

import math
from typing import Any

import ibis
import ibis.expr.types as ir

from okaeri.insight.features.life_events import compute_life_chances, compute_life_signals

KEYS: dict[str, list[str] | None] = {
    "life_signals": ["customer_id", "event", "signal"],
    "life_chances": ["customer_id", "event"],
}
SIGNALS = (
    ("group 22", "bought", "cake", 3.0),
    ("group 22", "viewed", "light", 2.0),
    ("moving", "attribute", "home=new", 5.0),
)


def features(tables: Any) -> dict[str, ir.Table]:
    # The real shop has no categories: here the name of what was bought is one, and one is looked at.
    lines = tables.lines.select(
        "customer_id", kind=ibis.literal("bought"), word=tables.lines.product_name
    )
    looked = lines.select("customer_id", "word", kind=ibis.literal("viewed"))
    seen = ibis.union(lines, looked.select("customer_id", "kind", "word"), distinct=False)
    found = compute_life_signals(seen, SIGNALS)
    # A shop's table names events; here one is called as a category of the shop.
    priors = tables.products.select(
        event=tables.products.category, log_odds=ibis.literal(math.log(0.02 / 0.98)).cast("float64")
    ).distinct()
    return {"life_signals": found, "life_chances": compute_life_chances(found, priors)}
