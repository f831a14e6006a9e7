"""Where the buyers of a step of purchases become a segment."""

from collections.abc import Sequence

from okaeri.web.pages.analysis.beginnings import Part
from okaeri.web.pages.segments.addresses import address_of


def came_so_far(began: Sequence[Part], n: int) -> str:
    """Give the address of those who began so and made n purchases or more."""
    return address_of({"all": [*began, _purchases(">=", n)]})


def came_again(n: int) -> str:
    """Give the address of those who bought again after n purchases."""
    return address_of(_purchases(">", n))


def _purchases(op: str, n: int) -> Part:
    return {"field": "purchase_count", "op": op, "value": n}
