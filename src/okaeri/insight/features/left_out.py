"""How many stored orders no analysis counts, and why: an odd shop deserves a sentence."""

from datetime import date

import ibis.expr.types as ir

from okaeri.insight.features.purchases import counts_as_purchase
from okaeri.insight.features.returned import is_return_document
from okaeri.insight.types import LifecycleRules


def compute_left_out(orders: ir.Table, *, as_of: date, rules: LifecycleRules) -> ir.Table:
    """One row of counts of orders.

    stored (all), counted (as purchases of a known customer), void (returned, cancelled, unpaid, tests
    paid back in full, or samples alone), unknown (purchases of nobody we know), returned (documents of
    negative lines: subtracted, not left out), later (purchases dated after `as_of`) with later_on (the
    first such day, NULL without any), worthless (counted, but discounts or points took it all: 0).
    """
    counts = counts_as_purchase(orders, as_of=as_of, rules=rules)
    later = orders.is_purchase & (orders.ordered_on > as_of)
    taken_back = is_return_document(orders)
    return orders.aggregate(
        stored=orders.count(),
        counted=counts.ifelse(1, 0).sum(),
        void=(orders.is_purchase | taken_back).ifelse(0, 1).sum(),
        unknown=(orders.is_purchase & orders.customer_id.isnull()).ifelse(1, 0).sum(),
        returned=taken_back.ifelse(1, 0).sum(),
        later=later.ifelse(1, 0).sum(),
        later_on=orders.ordered_on.min(where=later),
        worthless=(counts & (orders.net_minor <= 0)).ifelse(1, 0).sum(),
    )
