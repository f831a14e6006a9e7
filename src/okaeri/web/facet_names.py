"""Words for the ways a relation can begin."""

from collections.abc import Mapping
from typing import Any

from okaeri.foundation.text import Text

FACETS = {
    "kind": Text("買い方", "Way of buying"),
    "product": Text("初回商品", "First product"),
    "media": Text("媒体", "Media"),
    "source": Text("販売元", "Sold by"),
}
_KINDS = {
    "single": Text("単品", "One-off"),
    "trial": Text("トライアル", "Trial"),
    "subscription": Text("定期", "Subscription"),
}
_OTHERS = Text("そのほか", "Others")
_UNKNOWN = {"media": Text("媒体の記録なし・そのほか", "No media, or others")}


def value_name(facet: str, part: Mapping[str, Any]) -> Text:
    """Name one value of a facet; "" is everything outside the largest."""
    value = part["value"]
    if not value:
        return _UNKNOWN.get(facet, _OTHERS)
    if facet == "kind":
        return _KINDS[value]
    return Text(str(part["label"]), str(part["label"]))


def asked_facet(asked: str, default: str = "kind") -> str:
    """Give the facet an address asks for."""
    return asked if asked in FACETS else default
