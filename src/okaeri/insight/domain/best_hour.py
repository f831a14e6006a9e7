"""The hour a person is most likely at the shop: his own hours, shrunk to everybody's."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from okaeri.insight.domain.lifetime.histories import Floats

# Shop-local hours, rising.
Hours = Sequence[int]
HOURS = 24
# What everybody does weighs as much as so many orders of one's own, until a replay says otherwise.
SHOP_WEIGHT = 5.0
# The weights a replay chooses among: from people of habit to people who buy whenever.
_WEIGHTS = (2.0, 5.0, 10.0, 20.0, 50.0, 200.0)
# Where nobody says at which hours the shop writes to people, every hour may be the best.
ALL_DAY = tuple(range(HOURS))
# Files without a time of day put every order at one hour: then nothing is known.
_SAME_HOUR = 0.95
# An hour and its neighbours are one time of the day; the next one does not overlap it.
_APART = 3
# Under so many orders after the cutoff a replay is noise.
_FEWEST_ORDERS = 50
# So likely a better time than any other of the day, by so many orders of his own: it may be relied on.
SURE_FROM = 0.8
SURE_ORDERS = 5


@dataclass(frozen=True, slots=True)
class BestHours:
    """One entry per person: the best hour, and the chance that it beats every other time of his day.

    `is_own`: his own orders made it another than the shop's, or enough of them alone say the same.
    `is_sure`: so many orders of his own say so that it may be relied on.
    """

    hour: NDArray[np.int64]
    chance: Floats
    is_own: NDArray[np.bool_]
    is_sure: NDArray[np.bool_]


def shop_hours(orders: Floats) -> Floats | None:
    """Give each hour's share of all orders, neighbours blended in; None where no times are known."""
    total = orders.sum()
    if total <= 0 or orders.max() / total > _SAME_HOUR:
        return None
    return _blended(orders / total)


def best_hours(
    counts: Floats, shop: Floats, weight: float = SHOP_WEIGHT, hours: Hours = ALL_DAY
) -> NDArray[np.int64]:
    """Give the best hour of each person; `counts` holds his orders by hour, one row each.

    `hours`: at which people may be written to at all; no better one is looked for outside them.
    """
    return _best(_blended(counts) + weight * shop, hours)


def tell_hours(
    counts: Floats, shop: Floats, weight: float = SHOP_WEIGHT, hours: Hours = ALL_DAY
) -> BestHours:
    """Give the best hour of each person among `hours` and how sure it is.

    Hours of a person are a Dirichlet distribution of `weight` orders like the shop's and his own. The
    chance compares the best hour and its neighbours with the best such time that does not overlap it
    (normal approximation of the difference of two shares).
    """
    best = best_hours(counts, shop, weight, hours)
    known = counts + weight * shop
    around = _around(known)
    asked = np.array(hours)
    is_apart = _distance(asked[None, :], best[:, None]) >= _APART
    other = np.where(is_apart, around[:, asked], 0.0).max(axis=1)
    mine = around[np.arange(len(best)), best]
    whole = known.sum(axis=1)
    spread = (mine + other - (mine - other) ** 2 / whole) / (whole + 1.0)
    chance = np.asarray(special.ndtr((mine - other) / np.sqrt(whole * spread)))
    is_many = counts.sum(axis=1) >= SURE_ORDERS
    alone = _best(_blended(counts), hours)
    is_own = (best != _best(shop[None, :], hours)[0]) | (is_many & (_distance(alone, best) <= 1))
    return BestHours(best, chance, is_own, is_own & is_many & (chance >= SURE_FROM))


def _distance(one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give how many hours lie between two, also over midnight."""
    hours = np.abs(one - other)
    return np.asarray(np.minimum(hours, HOURS - hours))


def choose_weight(counts: Floats, later: Floats, shop: Floats) -> float:
    """Give the weight of the shop under which people's later orders were likeliest."""
    if later.sum() < _FEWEST_ORDERS:
        return SHOP_WEIGHT
    return min(_WEIGHTS, key=lambda weight: _loss(_shares(counts, shop, weight), later))


def replay(
    counts: Floats, later: Floats, shop: Floats, weight: float, hours: Hours = ALL_DAY
) -> dict[str, Any]:
    """Compare people's own hours with the shop's best hour on the orders that came later.

    {orders, people, own_hits, shop_hits (share of later orders within an hour of it), own_loss, shop_loss
    (mean -log of the chance given to the very hour), sure_people, sure_hits, sure_shop_hits (of those
    whose hour may be relied on)}. None of them sure: their shares are None.
    """
    told = tell_hours(counts, shop, weight, hours)
    best = int(_best(shop[None, :], hours)[0])
    own, shops = (_hits(later, hour) for hour in (told.hour, np.full(len(told.hour), best)))
    of, sure = later.sum(axis=1), told.is_sure
    everybody = np.broadcast_to(shop / shop.sum(), later.shape)
    return {
        "orders": int(of.sum()),
        "people": int((of > 0).sum()),
        "shop_hour": best,
        "own_hits": _share(own, of),
        "shop_hits": _share(shops, of),
        "own_loss": _loss(_shares(counts, shop, weight), later),
        "shop_loss": _loss(everybody, later),
        "sure_people": int((sure & (of > 0)).sum()),
        "sure_hits": _share(own[sure], of[sure]),
        "sure_shop_hits": _share(shops[sure], of[sure]),
    }


def _best(known: Floats, hours: Hours) -> NDArray[np.int64]:
    asked = np.array(hours)
    return np.asarray(asked[known[:, asked].argmax(axis=1)])


def _blended(counts: Floats) -> Floats:
    before, after = np.roll(counts, 1, axis=-1), np.roll(counts, -1, axis=-1)
    return np.asarray(0.5 * counts + 0.25 * before + 0.25 * after)


def _around(counts: Floats) -> Floats:
    return np.asarray(counts + np.roll(counts, 1, axis=-1) + np.roll(counts, -1, axis=-1))


def _shares(counts: Floats, shop: Floats, weight: float) -> Floats:
    known = _blended(counts) + weight * shop
    return np.asarray(known / known.sum(axis=1, keepdims=True))


def _hits(later: Floats, hour: NDArray[np.int64]) -> Floats:
    return np.asarray(_around(later)[np.arange(len(hour)), hour])


def _share(hits: Floats, of: Floats) -> float | None:
    return float(hits.sum() / of.sum()) if of.sum() else None


def _loss(shares: Floats, later: Floats) -> float:
    """Give the mean -log of the chance given to the hour of each later order; 0 without any."""
    return float(-(later * np.log(np.maximum(shares, 1e-6))).sum() / max(later.sum(), 1.0))
