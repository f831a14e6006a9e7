"""Segments: what rules read, and many rules at once."""

from typing import Any

import ibis
import ibis.expr.types as ir

from okaeri.insight.domain.segment_rules import parse_rule, resolve
from okaeri.insight.features.contract_doings import compute_contract_doings
from okaeri.insight.features.deciles import compute_customer_deciles
from okaeri.insight.features.ordered_contracts import compute_ordered_contracts
from okaeri.insight.features.segment_facts import (
    compute_item_rows,
    compute_known_texts,
    compute_order_rows,
)
from okaeri.insight.features.segment_flags import (
    compute_followers,
    compute_measures,
    compute_segment_flags,
    parts_of,
)

_HEART = {"did": "item", "where": [{"field": "sku", "op": "=", "value": "85123A"}]}
_BAG = {"did": "item", "where": [{"field": "product_name", "op": "contains", "value": "BAG"}]}
_DISCOUNTED = [{"field": "is_discounted", "op": "=", "value": False}]
_WHEN = [
    {"field": "weekday", "op": "=", "value": "3"},
    {"field": "hour", "op": "in", "value": ["9", "12"]},
    {"field": "month", "op": "!=", "value": "12"},
    {"field": "prefecture", "op": "=", "value": None},
]
RULES = [
    {"all": [{"field": "stage", "op": "!=", "value": "first"}, {"not": _HEART}]},
    {"did": "order", "last_days": 90, "measure": "days", "op": ">=", "value": 2},
    {"did": "order", "measure": "sum:net_minor", "op": "<", "value": 50_000},
    {"did": "order", "where": _DISCOUNTED, "measure": "share", "op": ">=", "value": 0.8},
    {"last": _HEART, "then": _BAG, "within_days": 60, "happened": False},
    {"first": _BAG, "then": _HEART, "happened": True},
    {"did": "order", "where": _WHEN, "last_days": 365},
    {"any": [{"field": "last_on", "op": "last_days", "value": 30}, _BAG]},
    {"did": "interest", "where": [{"field": "strength", "op": ">=", "value": 0.5}]},
]
KEYS: dict[str, list[str] | None] = {
    "customer_deciles": ["customer_id"],
    "order_rows": ["order_id"],
    "item_rows": None,
    "known_texts": ["order_id"],
    "item_measures": ["customer_id"],
    "item_followers": ["customer_id"],
    "segment_flags": ["customer_id"],
    "contract_doings": ["customer_id", "day", "kind"],
    "ordered_contracts": ["subscription_no", "kind"],
}


def features(tables: Any) -> dict[str, ir.Table]:
    known = tables.orders.filter(tables.orders.order_id % 7 > 0)
    areas = known.select("order_id", prefecture=ibis.literal("東京都"), postal3=ibis.literal(""))
    orders = compute_order_rows(tables.orders, areas, tables.as_of)
    items = compute_item_rows(tables.order_lines, orders, tables.products, None)
    facts = {
        "order": tables.stage("segment_orders", compute_known_texts(orders, "order")),
        "item": tables.stage("segment_items", items),
    }
    # Whose strength is by his number: told from purchases it is compared in `goods`.
    facts["interest"] = tables.customers.select(
        "customer_id",
        day=tables.customers.last_on,
        topic=ibis.literal("T"),
        strength=(tables.customers.customer_id % 10).cast("float64") / 10.0,
    )
    rules = [resolve(parse_rule(rule), tables.as_of) for rule in RULES]
    parts = parts_of(rules)
    measures = compute_measures(facts["item"], "item", parts)
    assert measures is not None
    measured = {"item": tables.stage("item_measures", measures)}
    return {
        "customer_deciles": compute_customer_deciles(tables.customers),
        "order_rows": orders,
        "item_rows": items,
        "known_texts": compute_known_texts(orders, "order"),
        "item_measures": measures,
        "item_followers": compute_followers(facts["item"], "item", measured, parts),
        "contract_doings": _contract_doings(tables),
        "ordered_contracts": _ordered_contracts(tables),
        "segment_flags": compute_segment_flags(tables.customers, facts, rules, tables.stage),
    }


def _contract_doings(tables: Any) -> ir.Table:
    """The real shop has no contracts: every customer is one, cancelled after half a year."""
    people = tables.customers.select(
        "customer_id",
        "first_on",
        source=ibis.literal("test"),
        subscription_no=tables.customers.customer_id.cast("string"),
        sku=ibis.literal("A"),
        is_active=tables.customers.customer_id % 2 == 0,
        reason=ibis.literal(""),
        delivery_no=ibis.null("int64"),
        tells_deliveries=tables.customers.customer_id % 5 == 0,
    )
    cancelled_on = (people.first_on + ibis.interval(days=180)).cast("date")
    told = ibis.union(
        people.mutate(kind=ibis.null("string"), day=ibis.null("date")),
        people.mutate(kind=ibis.literal("cancelled"), day=cancelled_on),
        distinct=False,
    )
    orders = tables.orders.mutate(
        source=ibis.literal("test"), subscription_no=tables.orders.customer_id.cast("string")
    )
    return compute_contract_doings(told.drop("first_on"), orders, as_of=tables.as_of)


def _ordered_contracts(tables: Any) -> ir.Table:
    """Every customer's orders name one contract; of each fifth the cart tells."""
    orders = tables.orders.mutate(
        source=ibis.literal("test"), subscription_no=tables.orders.customer_id.cast("string")
    )
    told = orders.filter(orders.customer_id % 5 == 0).select("source", "subscription_no")
    return compute_ordered_contracts(
        orders, tables.order_lines, told, as_of=tables.as_of, lapse_days=240
    )
