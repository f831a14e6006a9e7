"""Whose way is over: who is gone, after how long, and which contracts have ended."""

from functools import cached_property

import ibis.expr.types as ir

from okaeri.insight.analyses.beginning_tables import BeginningTables
from okaeri.insight.analyses.contracts import find_contracts
from okaeri.insight.analyses.gone import find_gone, find_waits


class EndingTables(BeginningTables):
    """Tables of those who left, and of contracts."""

    @cached_property
    def waits(self) -> ir.Table:
        """One row per product: after how many days its buyer is gone (`features.gone`)."""
        return self.stage("waits", find_waits(self))

    @cached_property
    def gone(self) -> ir.Table:
        """One row per buyer and trial taker: whether he is gone, by which rule (`features.gone`)."""
        return self.stage("gone", find_gone(self, self.waits))

    @cached_property
    def contracts(self) -> ir.Table:
        """One row per contract with a delivery (`features.survival.compute_contracts`)."""
        return self.stage("contracts", find_contracts(self))
