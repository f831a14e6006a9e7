"""Products as people bought them: their names, and those worth counting by."""

from collections.abc import Iterable

from okaeri.insight.store import items
from okaeri.intake import api as intake

_MOST_ITEMS = 50


def names_of_items(skus: Iterable[str]) -> dict[str, str]:
    """Give product code → name as the shop says, else as it was sold; a code nobody knows is its name."""
    wanted = list(dict.fromkeys(skus))
    sold, master = items.facts_of(wanted), intake.list_products(wanted)
    names = {sku: (sold[sku].name if sku in sold else "") or sku for sku in wanted}
    return names | {sku: product.name for sku, product in master.items() if product.name}


def list_countable_items(also: str = "") -> dict[str, str]:
    """Give product code → name of the products with most buyers, most first, and of one more."""
    found = items.most_bought(_MOST_ITEMS)
    if also and also not in found:
        found |= {sku: fact.name or sku for sku, fact in items.facts_of([also]).items()}
    return found
