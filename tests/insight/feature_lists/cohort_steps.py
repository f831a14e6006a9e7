"""Cohorts by how they began, and what a life is worth."""

from datetime import date
from typing import Any

import ibis.expr.types as ir

from okaeri.insight.features.cohort_steps import (
    compute_cohort_cells,
    compute_last_steps,
    compute_life_values,
    compute_values_by_beginning,
)
from okaeri.insight.features.facets import compute_faceted
from tests.insight.feature_lists.survival import VALUES

_WINDOWS = (30, 90)
KEYS: dict[str, list[str] | None] = {
    "cohort_cells": ["cohort_month", "product", "media", "clock", "step"],
    "last_steps": ["cohort_month", "product", "media", "clock", "step"],
    "life_values": ["customer_id"],
    "values_by_beginning": ["cohort_month", "product", "media"],
}


def features(tables: Any) -> dict[str, ir.Table]:
    faceted = compute_faceted(tables.firsts, values=VALUES)
    since = date(2011, 2, 1)
    lives = compute_life_values(tables.purchases, as_of=tables.as_of, windows=_WINDOWS)
    return {
        "cohort_cells": compute_cohort_cells(
            tables.purchases, faceted, from_on=since, most_steps=5
        ),
        "last_steps": compute_last_steps(tables.customers, faceted, from_on=since, most_steps=5),
        "life_values": lives,
        "values_by_beginning": compute_values_by_beginning(lives, faceted, windows=_WINDOWS),
    }
