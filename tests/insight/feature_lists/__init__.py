"""Features beyond the classes, one module per subject, each with KEYS and `features(tables)`.

A module found here takes part in the portability tests and in the lane that compares both engines.
"""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir

from okaeri.insight.features.goods import compute_item_names, compute_unchosen
from okaeri.insight.features.purchases import (
    compute_first_purchases,
    compute_purchases,
    counts_as_purchase,
)
from okaeri.insight.types import LifecycleRules

Stage = Callable[[str, ir.Table], ir.Table]


@dataclass(frozen=True)
class Tables:
    """What features read, bound to an engine or not: as `insight.analyses.sources.Sources`."""

    orders: ir.Table
    order_lines: ir.Table
    products: ir.Table
    unchosen: ir.Table
    customers: ir.Table
    purchases: ir.Table
    lines: ir.Table
    firsts: ir.Table
    as_of: date
    rules: LifecycleRules
    # Keeps a table that several features of one module begin with, as `Sources.stage` does.
    stage: Stage


def tables_over(
    orders: ir.Table,
    order_lines: ir.Table,
    products: ir.Table,
    customers: ir.Table,
    *,
    as_of: date,
    rules: LifecycleRules,
    stage: Stage,
) -> Tables:
    """Shared tables as a refresh stages them."""
    purchases = stage("purchases", compute_purchases(orders, as_of=as_of, rules=rules))
    lines = stage("lines", purchase_lines(order_lines, purchases))
    counted = orders.filter(counts_as_purchase(orders, as_of=as_of, rules=rules))
    names = compute_item_names(order_lines)
    unchosen = stage("all_unchosen", compute_unchosen(names, products, left_out=()))
    firsts = stage("firsts", compute_first_purchases(counted, customers, order_lines, unchosen))
    return Tables(
        orders=orders,
        order_lines=order_lines,
        products=products,
        unchosen=unchosen,
        customers=customers,
        purchases=purchases,
        lines=lines,
        firsts=firsts,
        as_of=as_of,
        rules=rules,
        stage=stage,
    )


def purchase_lines(lines: ir.Table, purchases: ir.Table) -> ir.Table:
    """One row per line of a purchase: the line and whose, when, and which purchase it was."""
    of_order = purchases.select("order_id", "customer_id", "ordered_on", "n", "kind")
    return lines.join(of_order, "order_id").select(
        *("order_id", "line_no", "customer_id", "ordered_on", "n", "kind"),
        *("sku", "product_name", "quantity", "amount_minor"),
    )


def unbound_order_lines() -> ir.Table:
    columns = {
        "order_id": "int64",
        "line_no": "int64",
        "sku": "string",
        "product_name": "string",
        "quantity": "int64",
        "amount_minor": "int64",
    }
    return ibis.table(columns, name="order_lines")


def unbound_products() -> ir.Table:
    columns = {
        "sku": "string",
        "name": "string",
        "category": "string",
        "price_minor": "int64",
        "cost_minor": "int64",
        "days_supply": "int64",
        "is_trial": "boolean",
        "is_sample": "boolean",
    }
    return ibis.table(columns, name="products")


MODULES: list[Any] = [
    importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)
]
KEYS: dict[str, list[str] | None] = {
    name: keys for module in MODULES for name, keys in module.KEYS.items()
}


def features_of(tables: Tables) -> dict[str, ir.Table]:
    """Name → expression of every module."""
    return {name: expr for module in MODULES for name, expr in module.features(tables).items()}
