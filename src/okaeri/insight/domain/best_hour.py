"""The hour a person is most likely at the shop: his own hours, shrunk to everybody's."""

import numpy as np
from numpy.typing import NDArray

from okaeri.insight.domain.lifetime.histories import Floats

HOURS = 24
# What everybody does weighs as much as so many orders of one's own.
_SHOP_WEIGHT = 5.0
# Nobody is written to outside these hours, so no better hour is looked for there.
_FIRST_HOUR, _LAST_HOUR = 8, 20
# Files without a time of day put every order at one hour: then nothing is known.
_SAME_HOUR = 0.95


def shop_hours(orders: Floats) -> Floats | None:
    """Give each hour's share of all orders, neighbours blended in; None where no times are known."""
    total = orders.sum()
    if total <= 0 or orders.max() / total > _SAME_HOUR:
        return None
    return np.asarray(_blended(orders[None, :] / total)[0])


def best_hours(counts: Floats, shop: Floats) -> NDArray[np.int64]:
    """Give the best hour of each person; `counts` holds his orders by hour, one row each."""
    shrunk = _blended(counts) + _SHOP_WEIGHT * shop
    return np.asarray(_FIRST_HOUR + shrunk[:, _FIRST_HOUR : _LAST_HOUR + 1].argmax(axis=1))


def _blended(counts: Floats) -> Floats:
    """Blend each hour with its neighbours round the clock."""
    return np.asarray(
        0.5 * counts + 0.25 * np.roll(counts, 1, axis=1) + 0.25 * np.roll(counts, -1, axis=1)
    )
