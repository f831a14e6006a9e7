"""Purchase cycles and run-outs."""

from datetime import timedelta
from typing import Any

import ibis
import ibis.expr.types as ir

from okaeri.insight.features.cycles import (
    compute_arrivals,
    compute_gap_bins,
    compute_item_gaps,
    compute_item_habits,
    compute_kept_gaps,
    compute_next_run_outs,
    compute_overdue,
    compute_parcels_then,
    compute_product_cycles,
    compute_run_out_counts,
    compute_run_outs,
)
from okaeri.insight.features.goods import (
    compute_goods,
    compute_item_days,
    compute_item_names,
    compute_purchase_goods,
    compute_unchosen,
)
from okaeri.insight.features.item_pairs import (
    compute_awaited,
    compute_item_pairs,
    compute_pairs_then,
    compute_recent_habits,
)

KEYS: dict[str, list[str] | None] = {
    "item_gaps": ["customer_id", "sku", "ordered_on"],
    "product_cycles": ["sku"],
    "gap_bins": ["sku", "bin"],
    "item_habits": ["customer_id", "sku"],
    "kept_gaps": ["customer_id", "sku", "gap_days"],
    "arrivals": ["customer_id", "last_on"],
    "run_outs": ["customer_id", "sku"],
    "run_out_counts": ["sku"],
    "next_run_outs": ["customer_id"],
    "overdue": ["customer_id", "sku"],
    "item_pairs": ["customer_id", "sku"],
    "pairs_then": ["customer_id", "sku"],
    "parcels_then": None,
    "recent_habits": ["customer_id", "sku"],
    "awaited": ["customer_id", "sku"],
}


def features(tables: Any) -> dict[str, ir.Table]:
    names = compute_item_names(tables.order_lines)
    unchosen = compute_unchosen(names, tables.products, left_out=())
    goods = compute_goods(tables.order_lines, unchosen)
    item_days = compute_item_days(compute_purchase_goods(goods, tables.purchases))
    gaps = compute_item_gaps(item_days)
    cycles = compute_product_cycles(gaps)
    habits = compute_item_habits(item_days, gaps, is_warm=True)
    # The real shop tells no shipping: here every second order is shipped after four days.
    shipped = (tables.orders.ordered_on + ibis.interval(days=4)).cast("date")
    told = tables.orders.mutate(
        shipped_on=(tables.orders.order_id % 2 == 0).ifelse(shipped, ibis.null("date"))
    )
    arrivals = compute_arrivals(told, as_of=tables.as_of)
    run_outs = compute_run_outs(
        habits,
        cycles.filter(cycles.intervals >= 5),
        tables.products,
        arrivals,
        as_of=tables.as_of,
        days_to_arrive=3,
        prior_intervals=2.0,
    )
    awaited = compute_awaited(run_outs, habits, cycles, tables.products)
    cutoff = tables.as_of - timedelta(days=90)
    pairs = tables.stage(
        "item_pairs", compute_item_pairs(item_days, cutoff=cutoff, horizon_days=90)
    )
    return {
        "item_pairs": pairs,
        "pairs_then": compute_pairs_then(
            pairs, cycles, tables.products, arrivals, days_to_arrive=3
        ),
        "parcels_then": compute_parcels_then(told, cutoff=cutoff),
        "recent_habits": compute_recent_habits(habits, as_of=tables.as_of).drop("gap_days"),
        "awaited": awaited.drop("gap_days"),
        "item_gaps": gaps,
        "arrivals": arrivals,
        "product_cycles": cycles,
        "gap_bins": compute_gap_bins(gaps),
        # Lists are compared by the rows they become.
        "item_habits": habits.drop("gap_days"),
        "kept_gaps": compute_kept_gaps(habits),
        "run_outs": run_outs,
        "run_out_counts": compute_run_out_counts(
            run_outs, soon_days=14, overdue_ratio=1.2, at_risk_ratio=2.0
        ),
        "next_run_outs": compute_next_run_outs(run_outs, as_of=tables.as_of, at_risk_ratio=2.0),
        "overdue": compute_overdue(
            run_outs, tables.customers, overdue_ratio=1.2, at_risk_ratio=2.0, most=50
        ),
    }
