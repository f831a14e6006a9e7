"""What lies in a person's cart, read from the events of all his devices and from his orders."""

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from typing import NamedTuple
from urllib.parse import quote
from zoneinfo import ZoneInfo

from okaeri.customers.types import Purchase
from okaeri.intake.event_types import CartChange

# A cart nobody touched for so long is forgotten; shops empty it themselves by then.
REMEMBERED = timedelta(days=14)
MOST_ITEMS = 30


class Item(NamedTuple):
    """One product in a cart, by the shop's own number ("" where its page tells none)."""

    sku: str
    quantity: int


class Cart(NamedTuple):
    """What is in the cart, last touched last; `last_id` is the event that changed it last."""

    items: tuple[Item, ...]
    changed_at: datetime
    last_id: int


def read_cart(changes: Iterable[CartChange], bought_at: datetime | None) -> Cart | None:
    """Give the cart after these changes (oldest first), None where nothing is in it.

    A purchase empties the cart: what happened until `bought_at` counts no more. Taking out without
    a number takes all of the product, without a product everything.
    """
    items: dict[str, int] = {}
    last: CartChange | None = None
    for change in changes:
        if bought_at is not None and change.occurred_at <= bought_at:
            continue
        last = change
        if not change.is_added and not change.sku:
            items.clear()
            continue
        held = items.pop(change.sku, 0)
        if (quantity := held + _difference(change, held)) > 0:
            items[change.sku] = quantity
    if last is None or not items:
        return None
    return Cart(tuple(Item(*one) for one in items.items()), last.occurred_at, last.id)


def _difference(change: CartChange, held: int) -> int:
    if change.is_added:
        return max(1 if change.quantity is None else change.quantity, 0)
    return -held if change.quantity is None else -max(change.quantity, 0)


def last_bought_at(purchases: Sequence[Purchase], zone: ZoneInfo) -> datetime | None:
    """Give when the last purchase was made.

    An order of which only the day is known counts as made at that day's end.
    """
    made = [_latest_instant(purchase, zone) for purchase in purchases if purchase.is_purchase]
    return max(made, default=None)


def _latest_instant(purchase: Purchase, zone: ZoneInfo) -> datetime:
    is_day_only = purchase.ordered_at.astimezone(zone).time() == time(0)
    return purchase.ordered_at + timedelta(days=1) if is_day_only else purchase.ordered_at


def restore_link(items: Sequence[Item], page: str, item: str, separator: str) -> str:
    """Give the address of the shop's cart page with these products in it.

    `page` has `{items}` where the products go, `item` is one of them with `{sku}` and `{quantity}`;
    a page without `{items}` is only led to.
    """
    known = [one for one in items if one.sku][:MOST_ITEMS]
    words = [
        item.replace("{sku}", quote(one.sku, safe="")).replace("{quantity}", str(one.quantity))
        for one in known
    ]
    return page.replace("{items}", separator.join(words))
