"""Implicit ALS (Hu, Koren, Volinsky 2008), from the optional package `implicit`; loaded when asked."""

from importlib import util

import numpy as np
import scipy.sparse as sp
from threadpoolctl import threadpool_limits

from okaeri.insight.domain.recommend.histories import Histories
from okaeri.insight.domain.recommend.neighbours import MOST_NEIGHBOURS, keep_nearest

_FACTORS = 64
_ROUNDS = 15
_SEED = 1
_ROWS = 512


def is_installed() -> bool:
    """Tell whether the extra `als` is there."""
    return util.find_spec("implicit") is not None


def items_of_like_factors(histories: Histories) -> sp.csr_matrix:
    """Give the nearest items by cosine of their factors; needs the extra `als`."""
    from implicit.als import (  # noqa: PLC0415 - an optional engine
        AlternatingLeastSquares,
    )

    shape = (histories.n_people, histories.n_items)
    bought = sp.csr_matrix(
        (np.ones(histories.people.size), (histories.people, histories.items)), shape
    )
    # BLAS threads of its own would fight for the same cores.
    with threadpool_limits(1, "blas"):
        model = AlternatingLeastSquares(
            factors=_FACTORS, iterations=_ROUNDS, random_state=_SEED, num_threads=1
        )
        model.fit(bought, show_progress=False)
    factors = np.asarray(model.item_factors, dtype=float)
    lengths = np.linalg.norm(factors, axis=1, keepdims=True)
    return _nearest(factors / np.where(lengths > 0, lengths, 1.0))


def _nearest(directions: np.ndarray) -> sp.csr_matrix:
    parts = []
    for start in range(0, directions.shape[0], _ROWS):
        near = directions[start : start + _ROWS] @ directions.T
        rows = np.arange(near.shape[0])
        near[rows, rows + start] = 0.0
        kept = np.argpartition(-near, min(MOST_NEIGHBOURS, near.shape[1] - 1), axis=1)
        kept = kept[:, :MOST_NEIGHBOURS]
        values = np.maximum(np.take_along_axis(near, kept, axis=1), 0.0)
        places = (np.repeat(rows, kept.shape[1]), kept.ravel())
        parts.append(sp.csr_matrix((values.ravel(), places), near.shape))
    found = sp.vstack(parts).tocsr()
    found.eliminate_zeros()
    return keep_nearest(found)
