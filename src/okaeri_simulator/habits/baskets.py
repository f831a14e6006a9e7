"""What goes into a basket, at which discount, and what becomes of the order."""

from datetime import date
from random import Random

from okaeri_simulator import goods
from okaeri_simulator.dice import happens, pick
from okaeri_simulator.orders import Fate

Basket = tuple[tuple[str, int], ...]

_FIRST: tuple[tuple[str, float], ...] = (
    (goods.TRIAL_MOIST, 34.0), (goods.TRIAL_CLEAR, 18.0), (goods.LOTION, 21.0), (goods.SERUM, 9.0),
    (goods.CLEANSING, 7.0), (goods.CREAM, 6.0), (goods.SUNSCREEN, 5.0),
)  # fmt: skip
_LATER: tuple[tuple[str, float], ...] = (
    (goods.LOTION, 26.0), (goods.LOTION_REFILL, 20.0), (goods.SERUM, 17.0), (goods.CREAM, 13.0),
    (goods.CLEANSING, 12.0), (goods.MASK, 7.0), (goods.SUNSCREEN, 5.0),
)  # fmt: skip
_FATES: tuple[tuple[Fate, float], ...] = (
    (Fate.KEPT, 95.6), (Fate.CANCELLED, 2.2), (Fate.PARTLY_REFUNDED, 1.3), (Fate.RETURNED, 0.9),
)  # fmt: skip
SALE_MONTHS = (3, 6, 12)
WELCOME_DISCOUNT = 500


def first_basket(dice: Random) -> Basket:
    """Choose what somebody orders who does not know the shop yet."""
    sku = pick(dice, _FIRST)
    extra = () if goods.CATALOGUE[sku].is_trial or happens(dice, 0.8) else ((goods.MASK, 1),)
    return ((sku, 1), *extra)


def later_basket(dice: Random, *, largest: int = 2) -> Basket:
    """Choose one to `largest` different products."""
    count = pick(dice, [(1, 62.0), (2, 30.0), (3, 14.0), (4, 6.0)][:largest])
    chosen: dict[str, int] = {}
    while len(chosen) < count:
        sku = pick(dice, _LATER)
        chosen.setdefault(sku, 1 if happens(dice, 0.92) else 2)
    return tuple(chosen.items())


def first_discount(basket: Basket, media_code: str, dice: Random) -> int:
    """Give the welcome coupon that advertisements carry; trial kits are cheap already."""
    is_trial = goods.CATALOGUE[basket[0][0]].is_trial
    has_coupon = media_code.endswith("-AD") and happens(dice, 0.6)
    return WELCOME_DISCOUNT if has_coupon and not is_trial else 0


def later_discount(basket: Basket, day: date, dice: Random) -> int:
    """Give ten per cent to some orders of the sale months, in yen."""
    if day.month not in SALE_MONTHS or not happens(dice, 0.35):
        return 0
    return sum(goods.CATALOGUE[sku].price * quantity for sku, quantity in basket) // 10


def fate(dice: Random) -> Fate:
    """Choose what becomes of an order."""
    return pick(dice, _FATES)
