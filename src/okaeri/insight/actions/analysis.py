"""The whole analysis of an order history, in the order in which its parts need each other."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import ibis.expr.types as ir

from okaeri.foundation.warehouse import Warehouse
from okaeri.insight.analyses.taken_back import TakenBack
from okaeri.insight.cycle_types import CycleRules
from okaeri.insight.domain import cycle, f2_late
from okaeri.insight.domain.best_hour import ALL_DAY
from okaeri.insight.domain.freshness import decide_half_life
from okaeri.insight.domain.reports.cohorts import cohorts_payload
from okaeri.insight.domain.reports.dropoff import dropoff_payload
from okaeri.insight.domain.reports.f2 import WINDOWS, f2_payload
from okaeri.insight.domain.reports.freshness import freshness_payload
from okaeri.insight.domain.reports.portfolio import portfolio_payload
from okaeri.insight.domain.reports.ranks import ranks_payload
from okaeri.insight.domain.reports.summary import summary_payload
from okaeri.insight.domain.unit_price import (
    UnitPrice,
    decide_unit_price,
    price_known_on,
    sum_unit_price,
)
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
from okaeri.insight.features.left_out import compute_left_out
from okaeri.insight.features.lifecycle import compute_lifecycle
from okaeri.insight.features.portfolio import compute_portfolio
from okaeri.insight.features.ranks import compute_cells, compute_money_edges, compute_ranks
from okaeri.insight.features.returns import (
    compute_delivery_intervals,
    compute_interval_counts,
    compute_returns,
)
from okaeri.insight.freshness_types import BandRules
from okaeri.insight.rank_types import RankRules
from okaeri.insight.types import LifecycleRules


@dataclass(frozen=True, slots=True)
class Request:
    """What an analysis is asked for: a day and the shop's rules."""

    as_of: date
    rules: LifecycleRules
    ranks: RankRules
    bands: BandRules = field(default_factory=BandRules)
    # Shop-local hours at which people may be written to.
    send_hours: tuple[int, ...] = ALL_DAY
    cycles: CycleRules = field(default_factory=CycleRules)


@dataclass(frozen=True, slots=True)
class Found:
    """What an analysis found so far, inside the engine and as small facts."""

    order_days: ir.Table
    returns: ir.Table
    customers: ir.Table
    cohort_sizes: list[dict[str, Any]]
    cohort_sales: list[dict[str, Any]]
    price: UnitPrice
    # Days between two purchases → how often; and without those a subscription's delivery ended.
    intervals: Mapping[int, int]
    own_intervals: Mapping[int, int]
    m_edges: tuple[float, ...]
    taken_back: TakenBack


@dataclass(frozen=True, slots=True)
class _Staged:
    """What every analysis begins with: one row per customer, kinds of returns, sums by cohort."""

    order_days: ir.Table
    history: ir.Table
    returns: ir.Table
    sizes: list[dict[str, Any]]
    sales: list[dict[str, Any]]
    price: UnitPrice
    taken_back: TakenBack


def analyse_customers(
    warehouse: Warehouse,
    orders: ir.Table,
    request: Request,
    last_bought_cycles: Callable[[ir.Table], ir.Table] | None = None,
    *,
    day_points: ir.Table | None = None,
) -> Found:
    """Stage one row per customer with class, ranks and freshness (`Found.customers`).

    `last_bought_cycles` (of `Sources`, asked with `order_days`) gives the cycle of what people bought
    last; without lines whoever has none of his own goes by the shop's setting. `day_points` lift freshness
    (`features.bumps.compute_day_points`).
    """
    staged = _stage_history(warehouse, orders, request)
    m_edges = _money_edges(warehouse, staged, request)
    intervals = _intervals(warehouse, staged.returns, request)
    rows = _classes_in_force(warehouse, staged, request)
    rows = compute_ranks(
        rows,
        r_edges=request.ranks.r_edges,
        f_edges=request.ranks.f_edges,
        m_edges=m_edges,
    )
    rows = compute_freshness(
        rows,
        bought_cycles=last_bought_cycles and last_bought_cycles(staged.order_days),
        bands=request.bands,
        prior_intervals=request.cycles.prior_intervals,
        day_points=day_points,
    )
    customers = warehouse.stage("insight_customers", rows.drop("purchase_days", "cohort_month"))
    return Found(
        staged.order_days,
        staged.returns,
        customers,
        staged.sizes,
        staged.sales,
        staged.price,
        intervals,
        _own_intervals(warehouse, orders, intervals, request),
        m_edges,
        staged.taken_back,
    )


def _intervals(warehouse: Warehouse, returns: ir.Table, request: Request) -> dict[int, int]:
    every = compute_interval_counts(returns, merge_same_day=request.rules.merge_same_day)
    return {row["interval_days"]: row["intervals"] for row in _rows(warehouse, every)}


def _own_intervals(
    warehouse: Warehouse, orders: ir.Table, every: Mapping[int, int], request: Request
) -> Mapping[int, int]:
    # A file alone names no contracts.
    if "subscription_no" not in orders.columns:
        return every
    brought = compute_delivery_intervals(orders, as_of=request.as_of, rules=request.rules)
    ended = {row["interval_days"]: row["intervals"] for row in _rows(warehouse, brought)}
    left = {days: many - ended.get(days, 0) for days, many in every.items()}
    return {days: many for days, many in left.items() if many}


def _stage_days(
    warehouse: Warehouse, orders: ir.Table, request: Request
) -> tuple[ir.Table, ir.Table, ir.Table, ir.Table]:
    """Give the orders that count, and staged of them: days, returns and history."""
    as_of, rules = request.as_of, request.rules
    counted = compute_counted_orders(orders, as_of=as_of, rules=rules)
    order_days = warehouse.stage("insight_order_days", compute_order_days(counted, as_of=as_of))
    returns = warehouse.stage("insight_returns", compute_returns(order_days))
    return counted, order_days, returns, compute_customer_history(order_days, returns, rules=rules)


def _stage_history(warehouse: Warehouse, orders: ir.Table, request: Request) -> _Staged:
    as_of, rules = request.as_of, request.rules
    counted, order_days, returns, history = _stage_days(warehouse, orders, request)
    sizes = _rows(warehouse, compute_cohort_sizes(order_days))
    sales = _rows(warehouse, compute_cohort_sales(counted, order_days))
    back = TakenBack(warehouse, orders, as_of=as_of, rules=rules)
    price = _price_on(as_of, sizes, sales, back, rules)
    return _Staged(order_days, history, returns, sizes, sales, price, back)


def price_on(found: Found, day: date, rules: LifecycleRules) -> UnitPrice:
    """Give the average unit price and the bar made of it as they stood on a day before."""
    return _price_on(day, found.cohort_sizes, found.cohort_sales, found.taken_back, rules)


def _price_on(
    day: date,
    sizes: list[dict[str, Any]],
    sales: list[dict[str, Any]],
    taken_back: TakenBack,
    rules: LifecycleRules,
) -> UnitPrice:
    """Give the price of what was known when it was frozen: what came back later moves it next month."""
    if rules.unit_price_mode != "fixed":
        sales = [*sales, *taken_back.sales_after(price_known_on(day, rules))]
    return decide_unit_price(sum_unit_price(sizes, sales, as_of=day, rules=rules), rules)


def preview_customers(
    warehouse: Warehouse, orders: ir.Table, request: Request, name: str
) -> tuple[ir.Table, dict[str, Any]]:
    """Stage one row per customer (`compute_lifecycle`) under rules that are being tried, as `name`.

    Gives them and the portfolio payload made of them.
    """
    staged = _stage_history(warehouse, orders, request)
    rows = _classes_in_force(warehouse, staged, request)
    customers = warehouse.stage(name, rows.drop("purchase_days", "cohort_month"))
    return customers, _portfolio(warehouse, customers, staged.price)


def portfolio_then(
    warehouse: Warehouse, orders: ir.Table, request: Request, found: Found
) -> dict[str, Any]:
    """Give only the portfolio payload of a day before that of `found` (for a month-end snapshot).

    What cohorts ordered by month, `found` knows already: the past of it is what was known then, without
    what came back later.
    """
    known = found.taken_back.orders_on(orders, request.as_of)
    return portfolio_of(warehouse, known, request, price_on(found, request.as_of, request.rules))


def portfolio_of(
    warehouse: Warehouse, orders: ir.Table, request: Request, price: UnitPrice
) -> dict[str, Any]:
    """Give only the portfolio payload of the people behind `orders`, by a bar that is known."""
    *_, history = _stage_days(warehouse, orders, request)
    return _portfolio(warehouse, _classes(history, request, price), price)


def _money_edges(warehouse: Warehouse, staged: _Staged, request: Request) -> tuple[float, ...]:
    """Give the amounts above which M ranks 2..5 begin: the shop's own, else fifths of its people."""
    if request.ranks.m_edges_minor is not None:
        return tuple(map(float, request.ranks.m_edges_minor))
    (edges,) = _rows(warehouse, compute_money_edges(staged.order_days))
    return tuple(edges["m_edges"] or (0.0, 0.0, 0.0, 0.0))


def _classes_in_force(warehouse: Warehouse, staged: _Staged, request: Request) -> ir.Table:
    rows = _classes(staged.history, request, staged.price)
    if request.rules.f2_late_mode == f2_late.FIXED:
        return rows
    rules = f2_late.with_own_days(request.rules, f2_late.own_f2_days(_f2_gaps(warehouse, rows)))
    return _classes(staged.history, replace(request, rules=rules), staged.price)


def _f2_gaps(warehouse: Warehouse, customers: ir.Table) -> dict[int, int]:
    return {row["f2_days"]: row["people"] for row in _rows(warehouse, compute_f2_gaps(customers))}


def _classes(history: ir.Table, request: Request, price: UnitPrice) -> ir.Table:
    return compute_lifecycle(
        history, as_of=request.as_of, rules=request.rules, threshold_minor=price.threshold_minor
    )


def _portfolio(warehouse: Warehouse, customers: ir.Table, price: UnitPrice) -> dict[str, Any]:
    return portfolio_payload(_rows(warehouse, compute_portfolio(customers)), price)


def count_left_out(warehouse: Warehouse, orders: ir.Table, request: Request) -> dict[str, Any]:
    """Give what `features.left_out` counts, days as ISO text."""
    (row,) = _rows(warehouse, compute_left_out(orders, as_of=request.as_of, rules=request.rules))
    counts = {name: row[name] or 0 for name in row if name != "later_on"}
    return {**counts, "later_on": row["later_on"].isoformat() if row["later_on"] else None}


def build_reports(
    warehouse: Warehouse, found: Found, request: Request, *, known: int
) -> dict[str, dict[str, Any]]:
    """Give report name → payload; shapes stand in `domain.reports`.

    `known` counts all people of the shop; those among them who never bought are leads.
    """
    customers, as_of = found.customers, request.as_of
    totals = _rows(warehouse, compute_totals(customers, active_days=request.rules.active_days))[0]
    portfolio = _portfolio(warehouse, customers, found.price)
    days = compute_f2_days(customers, windows=WINDOWS)
    f2 = f2_payload(_rows(warehouse, days), as_of=as_of)
    cells = _rows(warehouse, compute_cells(customers))
    summary = summary_payload(
        totals,
        leads=max(known - totals["buyers"], 0),
        price=found.price,
        portfolio=portfolio,
        f2=f2,
        cycle_median_days=cycle.histogram_quantile(found.intervals, 0.5),
        suggested_lapse_days=cycle.suggested_lapse_days(found.own_intervals),
        f2_own_days=f2_late.own_f2_days(_f2_gaps(warehouse, customers)),
    )
    usual, _ = decide_half_life(None, 0, None, bands=request.bands, prior_intervals=0)
    return {
        "summary": summary,
        "portfolio": portfolio,
        "f2": f2,
        "dropoff": dropoff_payload(
            _rows(warehouse, compute_purchase_counts(customers)),
            aov_minor=summary["aov_minor"] or 0,
        ),
        "cohorts": cohorts_payload(
            [*found.cohort_sizes, *_rows(warehouse, compute_cohort_returns(found.returns))],
            found.cohort_sales,
            as_of=as_of,
        ),
        "freshness": freshness_payload(
            cells,
            median=totals["median_freshness"],
            half_life_days=usual,
        ),
        "rfm": ranks_payload(
            cells,
            r_edges=request.ranks.r_edges,
            f_edges=request.ranks.f_edges,
            m_edges=found.m_edges,
        ),
    }


def _rows(warehouse: Warehouse, expr: ir.Table) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = warehouse.collect(expr).to_pylist()
    return rows
