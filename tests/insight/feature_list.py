"""Every feature of insight as one expression over unbound tables."""

from collections.abc import Callable
from datetime import date

import ibis
import ibis.expr.types as ir

from okaeri.insight.features.cohorts import (
    compute_cohort_returns,
    compute_cohort_sales,
    compute_cohort_sizes,
)
from okaeri.insight.features.customer_history import (
    compute_counted_orders,
    compute_customer_history,
    compute_order_days,
)
from okaeri.insight.features.dropoff import compute_purchase_counts
from okaeri.insight.features.f2 import compute_f2_days, compute_f2_gaps, compute_totals
from okaeri.insight.features.freshness import compute_freshness
from okaeri.insight.features.lifecycle import compute_lifecycle
from okaeri.insight.features.portfolio import compute_portfolio
from okaeri.insight.features.ranks import compute_cells, compute_money_edges, compute_ranks
from okaeri.insight.features.returns import (
    compute_delivery_intervals,
    compute_interval_counts,
    compute_returns,
)
from okaeri.insight.freshness_types import BandRules
from okaeri.insight.rank_types import F_EDGES, R_EDGES
from okaeri.insight.types import LifecycleRules

# The order of rows is not part of a feature: these columns identify a row.
KEYS = {
    "counted_orders": None,
    "order_days": ["customer_id"],
    "customer_history": ["customer_id"],
    "returns": ["cohort_month", "month", "interval_days", "same_day_customer_id"],
    "money_edges": [],
    "interval_counts": ["interval_days"],
    "delivery_intervals": ["interval_days"],
    "customers": ["customer_id"],
    "cells": ["r_rank", "f_rank", "freshness_band"],
    "portfolio": ["stage", "is_lapsed"],
    "purchase_counts": ["purchase_count"],
    "f2_days": ["first_on"],
    "f2_gaps": ["f2_days"],
    "totals": [],
    "cohort_sizes": ["cohort_month"],
    "cohort_returns": ["cohort_month", "month"],
    "cohort_sales": ["cohort_month", "month"],
}


def unbound_orders() -> ir.Table:
    """The warehouse's orders as far as features look at them."""
    columns = {
        "order_id": "int64",
        "customer_id": "int64",
        "source": "string",
        "ordered_on": "date",
        "ordered_hour": "int64",
        "is_purchase": "boolean",
        "is_trial": "boolean",
        "net_minor": "int64",
        "margin_minor": "int64",
        "discount_minor": "int64",
        "media_code": "string",
        "subscription_no": "string",
        "delivery_no": "int64",
        "shipped_on": "date",
        "delivered_on": "date",
    }
    return ibis.table(columns, name="orders")


def staged_by_name(expr: ir.Table) -> ir.Table:
    """What the next feature reads when `expr` was written down first, as a refresh does."""
    return ibis.table(expr.schema(), name="staged")


def all_features(
    orders: ir.Table,
    *,
    as_of: date,
    rules: LifecycleRules,
    threshold_minor: int = 28_000,
    stage: Callable[[ir.Table], ir.Table] = lambda expr: expr,
) -> dict[str, ir.Table]:
    """Name → expression from orders to result; `stage` may cut it at the row per customer."""
    counted = compute_counted_orders(orders, as_of=as_of, rules=rules)
    order_days = compute_order_days(counted, as_of=as_of)
    returns = compute_returns(order_days)
    history = compute_customer_history(order_days, returns, rules=rules)
    rows = compute_lifecycle(history, as_of=as_of, rules=rules, threshold_minor=threshold_minor)
    rows = compute_ranks(
        rows, r_edges=R_EDGES["repeat"], f_edges=F_EDGES, m_edges=(2e4, 5e4, 1e5, 2e5)
    )
    fresh = compute_freshness(rows, bands=BandRules(usual_days=31.0))
    customers = stage(fresh)
    return {
        "counted_orders": counted,
        "order_days": order_days,
        "customer_history": history,
        "returns": returns,
        "money_edges": compute_money_edges(order_days),
        "interval_counts": compute_interval_counts(returns, merge_same_day=rules.merge_same_day),
        "delivery_intervals": compute_delivery_intervals(orders, as_of=as_of, rules=rules),
        "customers": fresh,
        "cells": compute_cells(customers),
        "portfolio": compute_portfolio(customers),
        "purchase_counts": compute_purchase_counts(customers),
        "f2_days": compute_f2_days(customers, windows=(30, 90)),
        "f2_gaps": compute_f2_gaps(customers),
        "totals": compute_totals(customers, active_days=rules.active_days),
        "cohort_sizes": compute_cohort_sizes(order_days),
        "cohort_returns": compute_cohort_returns(returns),
        "cohort_sales": compute_cohort_sales(counted, order_days),
    }
