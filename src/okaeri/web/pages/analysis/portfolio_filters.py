"""Filters of the portfolio: what people ever bought, how they first came, whether they agreed to mail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest

from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.intake import api as intake
from okaeri.web.facet_names import value_name
from okaeri.web.pages.analysis.beginnings import Part, began_with

Options = tuple[tuple[str, Text], ...]
# The word of an address for everything that is not among the values to choose of.
_OTHERS = "-"


@dataclass(frozen=True, slots=True)
class Filter:
    """One choice of the form: word of the address, name, (value, label) to choose of, what is chosen."""

    word: str
    name: Text
    options: Options
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
    "first": Text("初回の媒体", "Source of the first order"),
    "media": Text("媒体(どれかの注文)", "Source of any order"),
    "consent": Text("メールの同意", "Consent to mail"),
}


def read_filters(request: HttpRequest) -> list[Filter]:
    """Give the filters there is more than one value of, with what the address chooses."""
    found, options = [], _options(request.GET.get("product", ""))
    for word, name in _NAMES.items():
        asked = request.GET.get(word, "")
        value = asked if asked in dict(options[word]) else ""
        if len(options[word]) > 1 or value:
            found.append(Filter(word, name, options[word], value))
    return found


def rule_of(filters: list[Filter]) -> dict[str, Any] | None:
    """Give the rule of segments for what was chosen; None where nothing was."""
    parts = [part for one in filters if one.value for part in _parts(one)]
    return {"all": parts} if parts else None


def query_of(filters: list[Filter]) -> str:
    """Give what was chosen as the words of an address."""
    return urlencode({one.word: one.value for one in filters if one.value})


def _parts(one: Filter) -> list[Part]:
    if one.word == "first":
        named = [value for value, _ in one.options if value != _OTHERS]
        return began_with("media", "" if one.value == _OTHERS else one.value, named)
    if one.word == "consent":
        return [{"field": "mail_consent", "op": "=", "value": one.value}]
    fact, field = _FIELDS[one.word]
    return [{"did": fact, "where": [{"field": field, "op": "=", "value": one.value}]}]


def _options(product: str) -> dict[str, Options]:
    report = insight.find_report("survival")
    facets: Mapping[str, Any] = report.payload["facets"] if report else {}
    media = facets.get("media", ())
    products = intake.list_products().values()
    categories = sorted({one.category for one in products if one.category})
    return {
        "product": _plain(insight.list_countable_items(product)),
        "category": _plain(dict.fromkeys(categories, "")),
        "shop": _plain({one["value"]: "" for one in facets.get("source", ())}),
        "first": _first(media),
        "media": _plain({one["value"]: "" for one in media}),
        "consent": tuple(insight.segment_catalog().fields["mail_consent"].choices.items()),
    }


def _first(media: Sequence[Mapping[str, Any]]) -> Options:
    """Give the sources most people first came by, and all others together; nothing where none is known."""
    found = tuple((one["value"] or _OTHERS, value_name("media", one)) for one in media)
    return found if any(one["value"] for one in media) else ()


def _plain(names: Mapping[str, str]) -> Options:
    """Give values with their own words, or the value itself."""
    return tuple((key, Text(name or key, name or key)) for key, name in names.items() if key)
