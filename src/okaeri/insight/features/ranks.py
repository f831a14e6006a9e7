"""R, F and M ranks, five each, 5 is best."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir


def compute_money_edges(customers: ir.Table) -> ir.Table:
    """One row: m_edges, the net amounts at 20, 40, 60 and 80 % of all customers (a list)."""
    return customers.aggregate(m_edges=customers.net_minor.quantile([0.2, 0.4, 0.6, 0.8]))


def compute_ranks(
    customers: ir.Table,
    *,
    r_edges: Sequence[int],
    f_edges: Sequence[int],
    m_edges: Sequence[float],
) -> ir.Table:
    """One row per customer: the columns of `customers` with r_rank, f_rank and m_rank (1..5).

    `r_edges`: most days of recency for ranks 5, 4, 3, 2. `f_edges`: fewest purchases for ranks 2, 3,
    4, 5. `m_edges`: net amounts above which ranks 2, 3, 4, 5 begin; equal amounts share a rank.
    """
    return customers.mutate(
        r_rank=_steps([customers.recency_days <= edge for edge in r_edges]),
        f_rank=_steps([customers.purchase_count >= edge for edge in f_edges]),
        m_rank=_steps([customers.net_minor > edge for edge in m_edges]),
    )


def _steps(reached: Sequence[ir.BooleanValue]) -> ir.IntegerValue:
    rank: ir.IntegerValue = ibis.literal(1, type="int64")
    for step in reached:
        rank = rank + step.ifelse(1, 0)
    return rank.cast("int8")


def compute_cells(customers: ir.Table) -> ir.Table:
    """One row per cell of r_rank, f_rank and freshness_band with a customer: customers, net_minor.

    Small enough for pure Python to add up along either side.
    """
    return customers.group_by("r_rank", "f_rank", "freshness_band").agg(
        customers=customers.count(), net_minor=customers.net_minor.sum()
    )
