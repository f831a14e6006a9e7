"""Which method earns its place: all are judged on purchases nobody showed them, against popularity."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from okaeri.insight.domain.recommend.factors import is_installed, items_of_like_factors
from okaeri.insight.domain.recommend.histories import Floats, Histories, Ints
from okaeri.insight.domain.recommend.neighbours import (
    following_items,
    items_bought_together,
    similar_items,
)
from okaeri.insight.domain.recommend.scoring import score_many
from okaeri.insight.domain.sampling import one_in
from okaeri.insight.domain.shares import Z95, wilson_interval

POPULAR = "popular"
# Ten products are shown, but of a small catalogue ten would hold nearly everything.
MOST_SHOWN = 10
_SHARE_SHOWN = 4
_RECENT_DAYS = 90
_SHORTEST, _LONGEST = 14, 90
_MOST_JUDGES = 10_000
_TINY = 1e-9

Neighbours = Callable[[Histories], sp.csr_matrix]


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one method did: `people` bought something new to them, `hits` had it among those shown."""

    method: str
    hits: int
    people: int

    @property
    def interval(self) -> tuple[float, float]:
        """Give the 95 % interval of the hit rate."""
        return wilson_interval(self.hits, self.people)


@dataclass(frozen=True, slots=True)
class Trial:
    """The outcome of a time split: verdicts, best first; the winner; how the days were cut."""

    verdicts: tuple[Verdict, ...]
    winner: str
    at: int
    cut_day: int | None
    held_out_days: int


def methods() -> dict[str, Neighbours]:
    """Give name → how its neighbours are made; `als` only where the extra is installed."""
    found: dict[str, Neighbours] = {
        "next": following_items,
        "similar": similar_items,
        "together": items_bought_together,
    }
    return found | ({"als": items_of_like_factors} if is_installed() else {})


def popularity(histories: Histories, *, day: int, days: int = _RECENT_DAYS) -> Floats:
    """Give how many people bought each item in the `days` before `day`, ties by all of time."""
    recent = histories.since(day - days).before(day)
    return np.asarray(recent.buyers() + _TINY * histories.before(day).buyers())


def run_trial(histories: Histories, candidates: Mapping[str, Neighbours]) -> Trial:
    """Learn from all days but the last ones, then ask who bought something new in those.

    The last 14 to 90 days are held out, a fifth of the whole. Popularity is beaten by whoever has
    more hits than it beyond chance (McNemar's test on the same people, 95 %); else it stays.
    """
    if not histories.days.size:
        return Trial((), POPULAR, MOST_SHOWN, None, 0)
    last, first = int(histories.days.max()), int(histories.days.min())
    held_out = min(_LONGEST, max(_SHORTEST, (last - first) // 5))
    cut = last - held_out + 1
    known, later = histories.before(cut), histories.since(cut)
    people = _judges(known, later)
    popular = popularity(known, day=cut)
    empty = sp.csr_matrix((histories.n_items, histories.n_items))
    at = min(MOST_SHOWN, max(1, histories.n_items // _SHARE_SHOWN))
    outcomes = {POPULAR: hits_of(empty, known, later, people, popular, at=at)}
    for name, make in candidates.items():
        near = make(known) if people.size else empty
        outcomes[name] = hits_of(near, known, later, people, popular, at=at)
    verdicts = [Verdict(name, int(hit.sum()), people.size) for name, hit in outcomes.items()]
    verdicts.sort(key=lambda verdict: (-verdict.hits, verdict.method))
    return Trial(tuple(verdicts), _winner(outcomes), at, cut, held_out)


def _judges(known: Histories, later: Histories) -> Ints:
    """Give who bought before and bought something new to him after; at most so many, evenly taken."""
    owned = np.unique(known.people * known.n_items + known.items)
    bought = later.people * later.n_items + later.items
    people = np.unique(later.people[~np.isin(bought, owned) & np.isin(later.people, known.people)])
    step = one_in(people.size, _MOST_JUDGES)
    return np.asarray(people[::step])


def hits_of(
    near: sp.csr_matrix,
    known: Histories,
    later: Histories,
    people: Ints,
    popular: Floats,
    *,
    at: int = MOST_SHOWN,
) -> npt.NDArray[np.bool_]:
    """Tell for each of `people` (rising) whether one of the `at` best is among what he bought new.

    Where neighbours say nothing, popularity decides. Of equal scores half the places count.
    """
    wanted = sp.csr_matrix(
        (np.ones(later.people.size), (later.people, later.items)), (known.n_people, known.n_items)
    )
    floor = popular / (popular.sum() + _TINY) * _TINY
    hits = []
    for some, found in score_many(near, known, people):
        scores = np.where(found < 0, -1.0, found + floor)
        best = np.where((wanted[some].toarray() > 0) & (scores >= 0), scores, -2.0).max(axis=1)
        above = (scores > best[:, None]).sum(axis=1)
        equal = (scores == best[:, None]).sum(axis=1)
        hits.append((best >= 0) & (above + (equal - 1) / 2 < at))
    return np.concatenate(hits) if hits else np.zeros(0, dtype=np.bool_)


def _winner(outcomes: Mapping[str, npt.NDArray[np.bool_]]) -> str:
    popular = outcomes[POPULAR]
    best, most = POPULAR, int(popular.sum())
    for name, hit in outcomes.items():
        gained, lost = int((hit & ~popular).sum()), int((popular & ~hit).sum())
        is_sure = gained > lost and (gained - lost) / sqrt(gained + lost) >= Z95
        if is_sure and int(hit.sum()) > most:
            best, most = name, int(hit.sum())
    return best
