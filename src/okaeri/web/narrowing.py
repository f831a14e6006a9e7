"""While a page shows some people only, whatever on it leads to people leads to those of them.

`narrowed_to` holds for one view; `people_address` and the segments' `address_of` obey it. So no link of a
page, and none in a chart, can forget the facet the page is read by.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlencode

from okaeri.insight.segment_types import class_rule

Rule = Mapping[str, Any]
_rule: ContextVar[Rule | None] = ContextVar("narrowed_to", default=None)


@contextmanager
def narrowed_to(rule: Rule | None) -> Iterator[None]:
    """Let every address made inside lead to people for whom `rule` holds too; None: to everybody."""
    token = _rule.set(rule)
    try:
        yield
    finally:
        _rule.reset(token)


def is_narrowed() -> bool:
    """Tell whether the view is of some people only."""
    return _rule.get() is not None


def narrowed(rule: Rule) -> dict[str, Any]:
    """Give a rule with what the view is narrowed to beside its own parts."""
    also = _rule.get()
    return dict(rule) if also is None else {"all": [*_parts(rule), *_parts(also)]}


def _parts(rule: Rule) -> list[Any]:
    return list(rule["all"]) if set(rule) == {"all"} else [rule]


def people_address(plain: str, rule: Rule) -> str:
    """Give `plain`, an address that knows the words of the customer list only, or that of the rule."""
    if _rule.get() is None:
        return plain
    words = {"rule": json.dumps(narrowed(rule), ensure_ascii=False, separators=(",", ":"))}
    return f"/analysis/segments/new/?{urlencode(words)}"


def class_address(stage: str, *, is_lapsed: bool) -> str:
    """Give where the people of one of the ten classes become a segment."""
    rule = class_rule(stage, is_lapsed=is_lapsed)
    plain = f"/analysis/segments/new/?stage={stage}&lapsed={int(is_lapsed)}"
    return people_address(plain, rule)


def band_address(band: str) -> str:
    """Give the list of the customers of a freshness band."""
    rule = {
        "all": [
            {"field": "freshness_band", "op": "=", "value": band},
            {"field": "purchase_count", "op": ">=", "value": 1},
        ]
    }
    return people_address(f"/customers/?band={band}", rule)
