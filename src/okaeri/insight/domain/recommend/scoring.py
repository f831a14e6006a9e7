"""From neighbours to a score per person: what he bought lately speaks louder."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import scipy.sparse as sp

from okaeri.insight.domain.recommend.histories import Floats, Histories, Ints

# An item bought k visits before the last one counts 1 / (1 + k) to this power.
_FADING = 0.7
_PEOPLE_AT_ONCE = 500


def weight_of_age(visits_ago: Ints | int) -> Floats:
    """Give how loud a purchase speaks that lies so many visits before the last one."""
    return np.asarray((1.0 + np.asarray(visits_ago, dtype=float)) ** -_FADING)


def score_many(
    near: sp.csr_matrix, known: Histories, people: Ints
) -> Iterator[tuple[Ints, Floats]]:
    """Give blocks of (people, their score of every item); what somebody owns has -1."""
    shape = (known.n_people, known.n_items)
    places = (known.people, known.items)
    voices = sp.csr_matrix((weight_of_age(known.ages()), places), shape)
    for start in range(0, people.size, _PEOPLE_AT_ONCE):
        some = people[start : start + _PEOPLE_AT_ONCE]
        of_them = voices[some]
        scores = np.asarray((of_them @ near).todense())
        scores[of_them.nonzero()] = -1.0
        yield some, scores


def score_one(
    bought: Sequence[tuple[str, int]], near: Mapping[str, Sequence[tuple[str, float]]]
) -> dict[str, tuple[float, str]]:
    """Give sku → (score, the purchase that spoke loudest for it).

    `bought` holds (sku, visits before the last); `near` sku → its neighbours with their nearness.
    """
    found: dict[str, float] = {}
    loudest: dict[str, tuple[float, str]] = {}
    for sku, visits_ago in bought:
        voice = float(weight_of_age(visits_ago))
        for other, nearness in near.get(sku, ()):
            said = voice * nearness
            found[other] = found.get(other, 0.0) + said
            loudest[other] = max(loudest.get(other, (0.0, "")), (said, sku))
    return {sku: (score, loudest[sku][1]) for sku, score in found.items()}
