"""Which items stand near which: a sparse matrix, row "bought", column "offered", larger is nearer.

All three count people or visits that join two items and divide by what the sizes of the two alone
would bring; a constant below the line keeps pairs seen once or twice small (shrinkage).
"""

from collections.abc import Callable

import numpy as np
import scipy.sparse as sp

from okaeri.insight.domain.recommend.histories import Floats, Histories, Ints

# How many neighbours of an item are kept.
MOST_NEIGHBOURS = 50
_ROWS_AT_ONCE = 250
_SHRINK_SIMILAR = 5.0
_SHRINK_NEXT = 1.0
# Items further apart in a person's life than so many others say nothing of one another.
_WINDOW = 10
# What was bought before an item is half as telling as what was bought after it.
_BACKWARDS = 0.5
# Weaker than the cosine's square root: what many buy is often what the next person wants.
_SIZE_POWER = 0.3


def similar_items(histories: Histories) -> sp.csr_matrix:
    """Item-to-item cosine over people with shrinkage (Sarwar et al. 2001; Linden et al. 2003)."""
    return _cosine(histories.people, histories)


def items_bought_together(histories: Histories) -> sp.csr_matrix:
    """Cosine over visits: what lies in one basket."""
    visits = histories.people * (int(histories.visits.max(initial=0)) + 1) + histories.visits
    _, baskets = np.unique(visits, return_inverse=True)
    return _cosine(baskets, histories)


def _cosine(groups: Ints, histories: Histories) -> sp.csr_matrix:
    n_groups = int(groups.max(initial=-1)) + 1
    ones = np.ones(groups.size)
    bought = sp.csr_matrix((ones, (groups, histories.items)), (n_groups, histories.n_items))
    bought.data[:] = 1.0
    sizes = np.asarray(bought.sum(axis=0)).ravel()
    buyers = bought.T.tocsr()
    return _nearest(
        lambda rows: buyers[rows] @ bought,
        histories.n_items,
        lambda item, other: np.sqrt(sizes[item] * sizes[other]) + _SHRINK_SIMILAR,
    )


def following_items(histories: Histories) -> sp.csr_matrix:
    """What people come to buy after an item: near in time counts more, later more than earlier."""
    n_items = histories.n_items
    total = sp.csr_matrix((n_items, n_items))
    for gap in range(1, _WINDOW + 1):
        same = histories.people[gap:] == histories.people[:-gap]
        first, then = histories.items[:-gap][same], histories.items[gap:][same]
        apart = (histories.visits[gap:] - histories.visits[:-gap])[same]
        weight = 1.0 / np.maximum(apart, 1)
        # Within one visit there is no before and after.
        back = weight * np.where(apart == 0, 1.0, _BACKWARDS)
        rows, columns = np.concatenate((first, then)), np.concatenate((then, first))
        some = (np.concatenate((weight, back)), (rows, columns))
        total = total + sp.csr_matrix(some, (n_items, n_items))
    sizes = histories.buyers().astype(float)
    return _nearest(
        lambda rows: total[rows],
        n_items,
        lambda item, other: (sizes[item] * sizes[other]) ** _SIZE_POWER + _SHRINK_NEXT,
    )


def _nearest(
    joint_of: Callable[[slice], sp.csr_matrix],
    n_items: int,
    below_of: Callable[[Ints, Ints], Floats],
) -> sp.csr_matrix:
    """Divide what joins two items by `below_of` them, and keep the nearest others of each.

    `joint_of` gives some rows. All pairs of five thousand items at once would take a gigabyte.
    """
    blocks = []
    for start in range(0, n_items, _ROWS_AT_ONCE):
        joint = joint_of(slice(start, start + _ROWS_AT_ONCE)).tocoo()
        is_other = joint.row + start != joint.col
        row, column = joint.row[is_other], joint.col[is_other]
        values = joint.data[is_other] / below_of(row + start, column)
        blocks.append(keep_nearest(sp.csr_matrix((values, (row, column)), joint.shape)))
    return sp.vstack(blocks, format="csr") if blocks else sp.csr_matrix((0, 0))


def keep_nearest(near: sp.csr_matrix, most: int = MOST_NEIGHBOURS) -> sp.csr_matrix:
    """Keep the `most` nearest of every row; of equals the lower item number stays."""
    near = near.tocsr()
    near.sort_indices()
    rows = np.repeat(np.arange(near.shape[0]), np.diff(near.indptr))
    order = np.lexsort((near.indices, -near.data, rows))
    place = np.arange(order.size) - near.indptr[rows[order]]
    kept = order[place < most]
    return sp.csr_matrix((near.data[kept], (rows[kept], near.indices[kept])), near.shape)
