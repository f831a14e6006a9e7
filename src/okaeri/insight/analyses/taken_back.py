"""What came back, and when: a past day is told without what was returned after it (§1.3 #12)."""

from datetime import date
from functools import cached_property
from typing import Any

import ibis.expr.types as ir

from okaeri.foundation.warehouse import Warehouse
from okaeri.insight.features.months import month_number
from okaeri.insight.features.returned import as_known_on, compute_taken_back, is_return_document
from okaeri.insight.types import LifecycleRules


class TakenBack:
    """The return documents of one shop up to a day; read when somebody first asks for the past."""

    def __init__(
        self, warehouse: Warehouse, orders: ir.Table, *, as_of: date, rules: LifecycleRules
    ) -> None:
        self._warehouse = warehouse
        # As `actions.order_table.read_orders` gives them: documents are rows of their own.
        self._orders = orders
        self._as_of = as_of
        self._rules = rules

    @cached_property
    def rows(self) -> ir.Table | None:
        """One row per document (`features.returned.compute_taken_back`); None without any.

        Of orders that count alone: others have no amount anybody adds up.
        """
        orders = self._orders
        if not self._warehouse.count(orders.filter(is_return_document(orders))):
            return None
        rows = compute_taken_back(orders, as_of=self._as_of)
        if not self._rules.count_trial:
            rows = rows.filter(~rows.is_trial)
        return self._warehouse.stage("insight_taken_back", rows)

    @cached_property
    def _months(self) -> list[dict[str, Any]]:
        """Give {month (of the order), returned_on, net_minor} of what came back, summed."""
        if self.rows is None:
            return []
        rows = self.rows.select(
            "returned_on", "returned_minor", month=month_number(self.rows.ordered_on)
        )
        sums = rows.group_by("month", "returned_on").agg(net_minor=rows.returned_minor.sum())
        found: list[dict[str, Any]] = self._warehouse.collect(sums).to_pylist()
        return found

    def sales_after(self, day: date) -> list[dict[str, Any]]:
        """Give what came back after `day` as sales of the orders' months: month, orders (0), net_minor."""
        return [
            {"month": row["month"], "orders": 0, "net_minor": -row["net_minor"]}
            for row in self._months
            if row["returned_on"] > day
        ]

    def orders_on(self, orders: ir.Table, day: date) -> ir.Table:
        """Give orders (or purchases) with what those up to `day` were worth as known on that day."""
        if self.rows is None or not self.sales_after(day):
            return orders
        return as_known_on(orders, self.rows, day)
