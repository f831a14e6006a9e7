"""Whom a count of people who began alike means, as parts of a rule: their first order's kind, product, ..."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from okaeri.foundation.settings import load
from okaeri.insight.segment_types import MOST_PARTS
from okaeri.insight.types import LifecycleRules

Part = dict[str, Any]
BOUGHT: Part = {"field": "purchase_count", "op": ">=", "value": 1}
# Facet of `web.facet_names` → the field of segments.
_FIELDS = {
    "kind": "first_kind",
    "product": "first_sku",
    "media": "first_media",
    "source": "first_source",
}


def began_with(facet: str, value: str, named: Sequence[str]) -> list[Part]:
    """Give the parts of who began with `value`; "" are buyers who began with none of `named`."""
    if value:
        return [{"field": _FIELDS[facet], "op": "=", "value": value}]
    return [BOUGHT, *none_of(_FIELDS[facet], named)]


def began_in(month: str) -> list[Part]:
    """Give the parts of who first bought in a month ("2026-05")."""
    return [
        {"field": "first_on", "op": ">=", "value": f"{month}-01"},
        {"field": "first_on", "op": "<", "value": f"{month_after(month, 1)}-01"},
    ]


def began_by(day: date) -> Part:
    """Give the part of who first bought on a day or before it."""
    return {"field": "first_on", "op": "<=", "value": day.isoformat()}


def bought_in(month: str, *, or_later: bool = False) -> Part:
    """Give the part of who bought in a month, or in it or any later one."""
    order = counted_order()
    return {**order, "since": f"{month}-01"} if or_later else during(month, order)


def delivered_in(month: str) -> Part:
    """Give the part of who had a delivery of a subscription in a month."""
    where = [{"field": "kind", "op": "=", "value": "subscription"}]
    return during(month, {"did": "order", "where": where})


def during(month: str, doing: Part) -> Part:
    """Give something done as a part that counts a month alone."""
    last = date.fromisoformat(f"{month_after(month, 1)}-01") - timedelta(days=1)
    return {**doing, "since": f"{month}-01", "until": last.isoformat()}


def counted_order() -> Part:
    """Give an order that counts as a purchase of this shop, as the start of a part."""
    return any_order() if load(LifecycleRules).count_trial else full_order()


def any_order() -> Part:
    """Give an order, a trial too, as the start of a part."""
    return {"did": "order", "where": []}


def full_order() -> Part:
    """Give an order that was no trial, as the start of a part."""
    return {"did": "order", "where": [{"field": "kind", "op": "!=", "value": "trial"}]}


def bought_item(sku: str) -> Part:
    """Give a line that counts as goods of a purchase (`features.goods`), as the start of a part."""
    where: list[Part] = [
        {"field": "sku", "op": "=", "value": sku},
        {"field": "quantity", "op": ">", "value": 0},
        {"field": "amount_minor", "op": ">", "value": 0},
    ]
    return {"did": "item", "where": [*where, *counted_order()["where"]]}


def began_with_trial() -> Part:
    """Give the part of those among whose first purchase is a trial."""
    if load(LifecycleRules).merge_same_day:
        return {"field": "first_day_trials", "op": ">=", "value": 1}
    return {"field": "first_kind", "op": "=", "value": "trial"}


def month_after(month: str, months: int) -> str:
    """Give the month ("2026-05") so many months after another."""
    number = int(month[:4]) * 12 + int(month[5:]) - 1 + months
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def none_of(field: str, named: Sequence[str]) -> list[Part]:
    """Give the parts of whoever's field is none of `named`, or unknown."""
    return [{"not": part} for part in _lists(field, named)]


def one_of(field: str, named: Sequence[str]) -> Part:
    """Give the part of whoever's field is one of `named`."""
    return {"any": _lists(field, named)}


def _lists(field: str, named: Sequence[str]) -> list[Part]:
    known = [one for one in named if one]
    return [
        {"field": field, "op": "in", "value": known[start : start + MOST_PARTS]}
        for start in range(0, len(known), MOST_PARTS)
    ]
