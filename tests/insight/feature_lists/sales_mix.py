"""What first orders and returning people bring, and whether freshness tells who buys."""

from datetime import timedelta
from typing import Any

import ibis.expr.types as ir

from okaeri.insight.features.band_rates import compute_band_purchases
from okaeri.insight.features.cycles import compute_bought_cycles
from okaeri.insight.features.freshness import compute_freshness, compute_touches
from okaeri.insight.features.sales_mix import compute_month_sales, compute_year_buyers
from okaeri.insight.features.year_sales import compute_month_buyers, compute_two_years
from okaeri.insight.freshness_types import BandRules

KEYS: dict[str, list[str] | None] = {
    "month_sales": ["month", "is_first"],
    "year_buyers": ["is_new"],
    "month_buyers": ["month"],
    "two_years": ["back"],
    "band_purchases": ["freshness_band"],
    "freshness_by_product": ["customer_id"],
    "touches": ["customer_id"],
}


def features(tables: Any) -> dict[str, ir.Table]:
    bought = tables.lines.select("customer_id", "sku", last_on="ordered_on").distinct()
    bought = tables.stage("bought", bought)
    cycles = bought.group_by("sku").agg(cycle_days=bought.customer_id.nunique().cast("float64"))
    cycled = compute_freshness(
        tables.customers.drop("freshness", "freshness_band", "half_life_days", "half_life_basis"),
        bands=BandRules(usual_days=31.0),
        bought_cycles=compute_bought_cycles(bought, cycles),
    )
    return {
        "freshness_by_product": cycled,
        "touches": compute_touches(tables.orders, as_of=tables.as_of),
        "month_sales": compute_month_sales(tables.purchases),
        "year_buyers": compute_year_buyers(tables.purchases, as_of=tables.as_of, days=200),
        "month_buyers": compute_month_buyers(tables.purchases),
        "two_years": compute_two_years(tables.purchases, as_of=tables.as_of, days=200),
        "band_purchases": compute_band_purchases(
            tables.purchases,
            compute_touches(tables.orders, as_of=tables.as_of - timedelta(days=30)),
            bought,
            cycles,
            on=tables.as_of - timedelta(days=30),
            days=30,
            rules=tables.rules,
            bands=BandRules(usual_days=31.0),
        ),
    }
