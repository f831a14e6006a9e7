"""Whom a cell of the pivot counts, as a rule: the people, and what they bought."""

from collections.abc import Mapping
from typing import Any

from okaeri.foundation.settings import load
from okaeri.insight.segment_types import class_rule
from okaeri.insight.types import LifecycleRules
from okaeri.web.pages.segments.addresses import address_of
from okaeri.web.pivot_names import LAST_COUNT

Part = dict[str, Any]


def people_of(place: Mapping[str, str], payload: Mapping[str, Any]) -> str:
    """Give where the people of a cell become a segment; `place` is dimension → value."""
    parts = [part for name, value in place.items() for part in _of_person(name, value, payload)]
    if bought := _bought(place, payload):
        parts.append(bought)
    everybody = {"field": "purchase_count", "op": ">=", "value": 1}
    return address_of({"all": parts or [everybody]})


def _of_person(name: str, value: str, payload: Mapping[str, Any]) -> list[Part]:
    if name == "class":
        stage, _, half = value.partition(":")
        return list(class_rule(stage, is_lapsed=bool(half))["all"])
    if name == "count":
        op = ">=" if value == LAST_COUNT else "="
        return [{"field": "purchase_count", "op": op, "value": int(value)}]
    if name == "prefecture":
        if value:
            return [{"field": "prefecture", "op": "=", "value": value}]
        named = [one for one in payload["dimensions"]["prefecture"] if one]
        some = {"field": "purchase_count", "op": ">=", "value": 1}
        return [some, {"not": {"field": "prefecture", "op": "in", "value": named}}]
    return []


def _bought(place: Mapping[str, str], payload: Mapping[str, Any]) -> Part | None:
    """Give what they did: an order of this plan and source, or with a product of it."""
    where: list[Part] = []
    if "plan" in place:
        of_plan = place["plan"] == "subscription"
        where.append({"field": "kind", "op": "=" if of_plan else "!=", "value": "subscription"})
    if "source" in place:
        where += _one_of("source", place["source"], payload["dimensions"]["source"])
    if "product" in place:
        where += _one_of("sku", place["product"], payload["dimensions"]["product"])
        if not place["product"]:
            where += [_isnt("sku", sku) for sku in payload["not_goods"]]
        where.append({"field": "amount_minor", "op": ">", "value": 0})
        where.append({"field": "quantity", "op": ">", "value": 0})
    if not where:
        return None
    if not load(LifecycleRules).count_trial:
        where.append(_isnt("kind", "trial"))
    return {"did": "item" if "product" in place else "order", "where": where}


def _one_of(field: str, value: str, known: list[str]) -> list[Part]:
    if value:
        return [{"field": field, "op": "=", "value": value}]
    return [_isnt(field, other) for other in known if other]


def _isnt(field: str, value: str) -> Part:
    return {"field": field, "op": "!=", "value": value}
