"""The shop as one refresh sees it, and the tables every analysis begins with."""

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import Any, Self

import ibis.expr.types as ir
import pyarrow as pa

from okaeri.foundation.warehouse import Warehouse
from okaeri.insight.analyses.source_schemas import AREA, LINE, PRODUCT
from okaeri.insight.analyses.taken_back import TakenBack
from okaeri.insight.analyses.traits import find_traits
from okaeri.insight.features.customer_history import (
    compute_counted_orders,
    compute_order_days,
)
from okaeri.insight.features.prices import compute_price_habits
from okaeri.insight.features.purchases import compute_purchases, counts_as_purchase
from okaeri.insight.types import LifecycleRules
from okaeri.intake import api as intake
from okaeri.intake.types import ProductIn


class ShopTables:
    """The day, the rules, and tables of orders, people and products inside the engine.

    Each is made once per refresh, when the first analysis asks.
    """

    def __init__(
        self,
        warehouse: Warehouse,
        orders: ir.Table,
        customers: ir.Table | None = None,
        *,
        as_of: date,
        rules: LifecycleRules,
        threshold_minor: int = 0,
        threshold_on: Callable[[date], int] | None = None,
        rule_version: str = "",
        keep: bool = False,
        people: ir.Table | None = None,
        shop_cycles: ir.Table | None = None,
    ) -> None:
        self.warehouse = warehouse
        # Every order of the warehouse, also those that do not count (`insight.actions.refresh`).
        self.orders = orders
        # One row per buyer: columns of `CustomerInsight` (`features.lifecycle` and followers).
        if customers is not None:
            self.customers = customers
        self.as_of = as_of
        self.rules = rules
        self.threshold_minor = threshold_minor
        # The bar between steady and loyal as it stood on a day before; without a word, as today.
        self.threshold_on = threshold_on or (lambda _day: threshold_minor)
        self.rule_version = rule_version
        # Whether what holds for the next night too may be kept in the warehouse.
        self.keep = keep
        # Whom alone this is about (customer_id); None: everybody. Tables of `warehouse` hold no others.
        self.people = people
        # The whole shop's `trusted_cycles` (sku, cycle_days), by which run-outs are told; None: these.
        self.shop_cycles = shop_cycles
        self._staged: dict[str, ir.Table] = {}

    def of(
        self,
        customers: ir.Table,
        *,
        order_days: ir.Table,
        threshold_minor: int,
        threshold_on: Callable[[date], int],
    ) -> Self:
        """Give the same shop once its people are analysed; what was made of orders is shared."""
        known = copy(self)
        known.customers, known.order_days = customers, order_days
        known.threshold_minor, known.threshold_on = threshold_minor, threshold_on
        return known

    def stage(
        self, name: str, expr: ir.Table, words: Mapping[str, ir.Table] | None = None
    ) -> ir.Table:
        """Keep the rows of an expression that several analyses read; `words` as in `Warehouse.stage`."""
        self._staged[name] = self.warehouse.stage(f"insight_{name}", expr, words)
        return self._staged[name]

    def find_staged(self, name: str) -> ir.Table | None:
        """Give a table an analysis of this refresh staged before; None where none did."""
        return self._staged.get(name)

    def rows(self, expr: ir.Table) -> list[dict[str, Any]]:
        """Run an expression whose result is small, and give its rows."""
        found: list[dict[str, Any]] = self.warehouse.collect(expr).to_pylist()
        return found

    def of_people(self, rows: ir.Table) -> ir.Table:
        """Keep the rows of those this is about, where rows come from outside the warehouse."""
        return rows if self.people is None else rows.semi_join(self.people, "customer_id")

    @cached_property
    def counted(self) -> ir.Table:
        """One row per order that counts: columns of the warehouse, no place in a life."""
        return self.orders.filter(
            counts_as_purchase(self.orders, as_of=self.as_of, rules=self.rules)
        )

    @cached_property
    def tried(self) -> ir.Table:
        """The same with trials, also where the shop does not count them as purchases (§1.3 #16)."""
        rules = self._with_trials
        return self.orders.filter(counts_as_purchase(self.orders, as_of=self.as_of, rules=rules))

    @property
    def _with_trials(self) -> LifecycleRules:
        return replace(self.rules, count_trial=True)

    @cached_property
    def taken_back(self) -> TakenBack:
        """What came back and when, for whoever asks how a past day was."""
        return TakenBack(self.warehouse, self.orders, as_of=self.as_of, rules=self.rules)

    @cached_property
    def order_days(self) -> ir.Table:
        """One row per buyer with the days of his orders (`features.customer_history`)."""
        counted = compute_counted_orders(self.orders, as_of=self.as_of, rules=self.rules)
        days = compute_order_days(counted, as_of=self.as_of)
        return self.stage("order_days", days)

    @cached_property
    def purchases(self) -> ir.Table:
        """One row per counted order with its place in the customer's life (`features.purchases`)."""
        return self.stage(
            "purchases", compute_purchases(self.orders, as_of=self.as_of, rules=self.rules)
        )

    @cached_property
    def tried_purchases(self) -> ir.Table:
        """The same with trials counted, whatever the shop's rule: who tried is told of as such."""
        if self.rules.count_trial:
            return self.purchases
        rows = compute_purchases(self.orders, as_of=self.as_of, rules=self._with_trials)
        return self.stage("tried_purchases", rows)

    @cached_property
    def order_lines(self) -> ir.Table:
        """One row per line of any order, as the warehouse keeps it."""
        name = "order_lines"
        known = self.warehouse.has(name)
        rows = self.warehouse.table(name) if known else self.warehouse.upload(LINE.empty_table())
        return rows.select(*LINE.names)

    @cached_property
    def order_areas(self) -> ir.Table:
        """One row per order: order_id, prefecture, postal3 ("" unknown)."""
        name = "order_areas"
        known = self.warehouse.has(name)
        rows = self.warehouse.table(name) if known else self.warehouse.upload(AREA.empty_table())
        return rows.select(*AREA.names)

    @cached_property
    def price_habits(self) -> ir.Table:
        """One row per buyer: how he pays (`features.prices`)."""
        # Straight from the orders: every night needs it, and no place in a life is asked for.
        habits = compute_price_habits(
            self.counted, as_of=self.as_of, active_days=self.rules.active_days
        )
        return self.stage("price_habits", habits)

    @cached_property
    def master(self) -> dict[str, ProductIn]:
        """Product code → what the shop says of it."""
        return intake.list_products()

    @property
    def has_categories(self) -> bool:
        """Whether any product has a category: without one nobody can be told to care for any."""
        return any(product.category for product in self.master.values())

    @cached_property
    def products(self) -> ir.Table:
        """One row per known product; of products without a master row nothing is known."""
        rows = [
            {name: getattr(product, name) for name in PRODUCT.names}
            for product in self.master.values()
        ]
        return self.warehouse.upload(pa.Table.from_pylist(rows, schema=PRODUCT))

    @cached_property
    def traits(self) -> ir.Table:
        """One row per known person: customer_id, birthday, ... (`analyses.traits`)."""
        return self.of_people(find_traits(self.warehouse, self.as_of))
