"""Whom a count of people who began alike means, as parts of a rule: their first order's kind, product, ..."""

from collections.abc import Sequence
from typing import Any

from okaeri.insight.segment_types import MOST_PARTS

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
