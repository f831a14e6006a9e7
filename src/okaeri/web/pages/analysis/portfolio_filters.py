"""Filters of the portfolio: those who ever bought a product, a category, at a shop, through a source."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.intake import api as intake


@dataclass(frozen=True, slots=True)
class Filter:
    """One choice of the form: word of the address, name, (value, label) to choose of, what is chosen."""

    word: str
    name: Text
    options: tuple[tuple[str, str], ...]
    value: str


# Word of the address → the fact and field of segments it asks for.
_FIELDS = {
    "product": ("item", "sku"),
    "category": ("item", "category"),
    "shop": ("order", "source"),
    "media": ("order", "media_code"),
}
_NAMES = {
    "product": Text("購入商品", "Product bought"),
    "category": Text("カテゴリー", "Category bought"),
    "shop": Text("販売元", "Sold by"),
    "media": Text("媒体(どれかの注文)", "Source of any order"),
}


def read_filters(request: HttpRequest) -> list[Filter]:
    """Give the filters there is more than one value of, with what the address chooses."""
    found = []
    for word, options in _options(request.GET.get("product", "")).items():
        asked = request.GET.get(word, "")
        value = asked if asked in dict(options) else ""
        if len(options) > 1 or value:
            found.append(Filter(word, _NAMES[word], options, value))
    return found


def rule_of(filters: list[Filter]) -> dict[str, Any] | None:
    """Give the rule of segments for what was chosen; None where nothing was."""
    parts = []
    for one in filters:
        if one.value:
            fact, field = _FIELDS[one.word]
            parts.append({"did": fact, "where": [{"field": field, "op": "=", "value": one.value}]})
    return {"all": parts} if parts else None


def _options(product: str) -> dict[str, tuple[tuple[str, str], ...]]:
    report = insight.find_report("survival")
    facets = report.payload["facets"] if report else {}
    products = intake.list_products().values()
    categories = sorted({one.category for one in products if one.category})
    return {
        "product": tuple(insight.list_countable_items(product).items()),
        "category": tuple((name, name) for name in categories),
        **{
            word: tuple(
                (part["value"], part["value"]) for part in facets.get(facet, ()) if part["value"]
            )
            for word, facet in (("shop", "source"), ("media", "media"))
        },
    }
