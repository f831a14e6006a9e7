"""When people buy products again: habits, the products' own cycles, and what runs out."""

from datetime import date
from functools import cached_property

import ibis.expr.types as ir

from okaeri.foundation.settings import load
from okaeri.insight.analyses.goods_tables import GoodsTables
from okaeri.insight.analyses.habits import find_habits
from okaeri.insight.analyses.kept import Kept
from okaeri.insight.cycle_types import CycleRules
from okaeri.insight.features.cycles import (
    compute_arrivals,
    compute_bought_cycles,
    compute_kept_gaps,
    compute_next_run_outs,
    compute_parcels_then,
    compute_product_cycles,
    compute_run_outs,
    is_near,
    is_waited_for,
)


class CycleTables(GoodsTables):
    """Tables of how people come back for products."""

    @cached_property
    def _kept_habits(self) -> Kept:
        return find_habits(self)

    @property
    def habits(self) -> ir.Table:
        """One row per customer and product (`features.cycles.compute_item_habits`), without gap_days."""
        return self._kept_habits.rows

    @property
    def habits_with_lists(self) -> ir.Table:
        """The same with gap_days, read from the files."""
        return self._kept_habits.with_lists

    @cached_property
    def product_cycles(self) -> ir.Table:
        """One row per product somebody came back for (`features.cycles`)."""
        # Habits hold every interval, and are kept: the lines need not be read for it.
        gaps = compute_kept_gaps(self._kept_habits.with_lists)
        return self.stage("product_cycles", compute_product_cycles(gaps))

    @property
    def trusted_cycles(self) -> ir.Table:
        """The rows of `product_cycles` with as many intervals as the shop asks for."""
        cycles = self.product_cycles
        return cycles.filter(cycles.intervals >= load(CycleRules).fewest_intervals)

    def last_bought_cycles(self, order_days: ir.Table) -> ir.Table:
        """One row per customer: the cycle of what he bought on his last day (`compute_bought_cycles`)."""
        self.order_days = order_days
        return compute_bought_cycles(self.last_bought, self.trusted_cycles)

    @cached_property
    def last_bought(self) -> ir.Table:
        """One row per customer and product of his last day: customer_id, sku, last_on."""
        days = self.order_days
        last_on = days.order_days[(days.order_count - 1).cast("int32")]
        last = days.select("customer_id", last_on=last_on)
        habits = self.habits.select("customer_id", "sku", "last_on")
        # Staged, as DuckDB would look up something of everything first.
        return self.stage("last_bought", habits.semi_join(last, ["customer_id", "last_on"]))

    @property
    def _has_supplies(self) -> bool:
        # Only what is used up in known days counts from its arrival; looking for parcels is dear.
        return any(product.days_supply for product in self.master.values())

    def arrivals_then(self, cutoff: date) -> ir.Table | None:
        """Give the rows of `features.cycles.compute_arrivals` as known on a day; None: none is asked for."""
        if not self._has_supplies:
            return None
        return compute_arrivals(compute_parcels_then(self.counted, cutoff=cutoff), as_of=cutoff)

    def run_outs_of(self, habits: ir.Table) -> ir.Table:
        """Give the rows of `features.cycles.compute_run_outs` by the shop's rules."""
        rules = load(CycleRules)
        return compute_run_outs(
            habits,
            self.trusted_cycles if self.shop_cycles is None else self.shop_cycles,
            self.products,
            compute_arrivals(self.counted, as_of=self.as_of) if self._has_supplies else None,
            as_of=self.as_of,
            days_to_arrive=rules.days_to_arrive,
            prior_intervals=rules.prior_intervals,
        )

    @cached_property
    def run_outs(self) -> ir.Table:
        """One row per customer and product: when it is used up (`features.cycles`).

        Reports count everybody's; what a night writes down needs a part (`_coming_run_outs`).
        """
        return self.stage("run_outs", self.run_outs_of(self.habits))

    @cached_property
    def _coming_run_outs(self) -> ir.Table:
        """The rows of `run_outs` that are near, or still waited for."""
        if "run_outs" in self._staged:
            return self.run_outs
        rows = self.run_outs_of(self.habits)
        ratio = load(CycleRules).at_risk_ratio
        wanted = is_near(rows) | is_waited_for(rows, at_risk_ratio=ratio)
        return self.stage("coming_run_outs", rows.filter(wanted))

    @property
    def near_run_outs(self) -> ir.Table:
        """What runs out in the weeks journeys look at."""
        rows = self._coming_run_outs
        return rows.filter(is_near(rows))

    @property
    def next_run_outs(self) -> ir.Table:
        """One row per customer who still waits for something (`features.cycles`)."""
        ratio = load(CycleRules).at_risk_ratio
        return compute_next_run_outs(self._coming_run_outs, as_of=self.as_of, at_risk_ratio=ratio)
