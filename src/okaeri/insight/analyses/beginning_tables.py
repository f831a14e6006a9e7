"""How people began, and what those who began so have brought since."""

from datetime import date
from functools import cached_property

import ibis.expr.types as ir

from okaeri.foundation.settings import load
from okaeri.insight.analyses.cycle_tables import CycleTables
from okaeri.insight.analysis_types import LTV_YEAR, LtvRules
from okaeri.insight.features.cohort_steps import compute_life_values
from okaeri.insight.features.facets import (
    compute_faceted,
    compute_first_values,
    compute_product_names,
)
from okaeri.insight.features.goods import compute_newest_names
from okaeri.insight.features.purchases import (
    compute_first_purchases,
    compute_firsts_and_trials,
    compute_tried_days,
)

# So many products, media and sources stand beside each other; the rest are "others".
MOST_VALUES = 8


class BeginningTables(CycleTables):
    """Tables of first purchases and of the lives that followed."""

    @cached_property
    def firsts(self) -> ir.Table:
        """One row per buyer: how it began (`features.purchases.compute_first_purchases`)."""
        rows = compute_first_purchases(
            self.counted, self.customers, self.order_lines, self.unchosen
        )
        return self.stage("firsts", rows)

    @cached_property
    def begun(self) -> ir.Table:
        """One row per buyer or trial taker: columns of `firsts`, with trials that are no purchases.

        first_kind and the counts of the first day know of them, whatever the shop's rule.
        """
        if self.rules.count_trial:
            return self.firsts
        rows = compute_firsts_and_trials(self.firsts, compute_tried_days(self.tried))
        return self.stage("begun", rows)

    @property
    def _begun_buyers(self) -> ir.Table:
        rows = self.begun
        return rows if self.rules.count_trial else rows.filter(rows.first_on.notnull())

    @cached_property
    def began_on(self) -> date | None:
        """Give the day of the shop's first purchase; None before there is one."""
        first = self.customers.aggregate(day=self.customers.first_on.min())
        day: date | None = self.rows(first)[0]["day"]
        return day

    @cached_property
    def lives(self) -> ir.Table:
        """One row per buyer old enough: what he brought (`features.cohort_steps.compute_life_values`).

        Every figure called LTV is a mean of these; a year is always among the windows.
        """
        windows = sorted({*load(LtvRules).days, LTV_YEAR})
        values = compute_life_values(self.purchases, as_of=self.as_of, windows=windows)
        return self.stage("lives", values)

    @cached_property
    def first_values(self) -> dict[str, list[str]]:
        """Facet → its values most customers began with, most first (`features.facets`)."""
        rows = self.rows(compute_first_values(self._begun_buyers, most=MOST_VALUES))
        found: dict[str, list[str]] = {}
        for row in sorted(rows, key=lambda row: (-row["customers"], row["value"])):
            found.setdefault(row["facet"], []).append(row["value"])
        return found

    @cached_property
    def faceted(self) -> ir.Table:
        """One row per buyer with the facets he began with (`features.facets.compute_faceted`)."""
        rows = compute_faceted(self._begun_buyers, values=self.first_values)
        return self.stage("faceted", rows)

    @cached_property
    def product_names(self) -> dict[str, str]:
        """Product code → name, of the products most customers began with.

        Of the product master, else as the newest line of a purchase says.
        """
        skus = self.first_values.get("product", [])
        some = self.item_names.filter(self.item_names.sku.isin(skus or [""]))
        # What nobody chose, as postage, has no newest line.
        rows = self.rows(compute_product_names(some, skus=skus))
        rows += self.rows(compute_newest_names(self._chosen, some, self.counted))
        told = {row["sku"]: row["name"] for row in rows if row["name"]}
        return told | {sku: self.master[sku].name for sku in told if self._has_name(sku)}

    def _has_name(self, sku: str) -> bool:
        return sku in self.master and bool(self.master[sku].name)
