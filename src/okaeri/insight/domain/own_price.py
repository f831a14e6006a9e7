"""A contract's own price is no discount: of a delivery counts what it cost less than usual (定期価格).

The same rule as `features.own_price`, for the purchases of one person.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

from okaeri.customers.types import Purchase


def beyond_own_prices(purchases: Sequence[Purchase]) -> list[Purchase]:
    """Give one person's purchases with discount_minor less the own price of each one's contract."""
    contracts: dict[tuple[str, str], list[Purchase]] = defaultdict(list)
    for one in sorted(purchases, key=lambda one: (one.day, one.order_id)):
        if one.is_purchase and one.is_delivery:
            contracts[one.source, one.subscription_no].append(one)
    own = {
        one.order_id: _own_minor(one, usual)
        for deliveries in contracts.values()
        if (usual := _usual(deliveries)) is not None
        for one in deliveries
    }
    return [
        replace(one, discount_minor=one.discount_minor - own.get(one.order_id, 0))
        for one in purchases
    ]


def _usual(deliveries: Sequence[Purchase]) -> Purchase | None:
    """Give the delivery that most after the first are like; None without one that was let off anything."""
    later = [one for place, one in enumerate(deliveries) if place or (one.delivery_no or 0) > 1]
    if not later:
        return None
    times = Counter(one.discount_minor for one in later)
    minor = min(times, key=lambda minor: (-times[minor], minor))
    return max((one for one in later if one.discount_minor == minor), key=_gross)


def _own_minor(one: Purchase, usual: Purchase) -> int:
    discount, minor = one.discount_minor, usual.discount_minor
    if not discount or not minor:
        return 0
    part = minor * _gross(one) // _gross(usual) if _gross(usual) else 0
    own = min(max(minor, part), discount)
    return discount if (discount - own) * 100 <= _gross(one) else own


def _gross(one: Purchase) -> int:
    return one.net_minor + one.discount_minor
