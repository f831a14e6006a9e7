"""What first orders and returning people bring, and whether freshness tells who buys."""

from datetime import timedelta
from typing import Any

import ibis.expr.types as ir

from okaeri.insight.features.band_rates import compute_band_purchases
from okaeri.insight.features.sales_mix import compute_month_sales, compute_year_buyers

KEYS: dict[str, list[str] | None] = {
    "month_sales": ["month", "is_first"],
    "year_buyers": ["is_new"],
    "band_purchases": ["freshness_band"],
}


def features(tables: Any) -> dict[str, ir.Table]:
    return {
        "month_sales": compute_month_sales(tables.purchases),
        "year_buyers": compute_year_buyers(tables.purchases, as_of=tables.as_of, days=200),
        "band_purchases": compute_band_purchases(
            tables.purchases,
            on=tables.as_of - timedelta(days=30),
            days=30,
            rules=tables.rules,
            shop_cycle_days=31.0,
        ),
    }
