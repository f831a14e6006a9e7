"""What a person cares for, by the shop's own categories: a share of attention, drawn to everybody's.

Attention is purchases (1 each), views (a weight learned by trial) and own answers, fading by half in
`HALF_LIFE_DAYS`. A person of whom little is known is like everybody; the constant that says how little
is learned by the same trial.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt

HALF_LIFE_DAYS = 180
# One answer of his own says as much as three purchases.
STATED_WEIGHT = 3.0
# What is tried, the usual first: it stays where a trial cannot tell them apart.
VIEW_WEIGHTS = (0.2, 0.5, 1.0, 0.0)
PRIORS = (3.0, 1.0, 10.0)
# So much attention must be there before anything is called an interest.
_LEAST_ATTENTION = 0.3
_SEPARATOR = re.compile(r"\s*[>＞›/／|]\s*")

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def topics_of(category: str) -> tuple[str, ...]:
    """Give a category and those above it, widest first: 「走る > 山道」 is 走る and 走る > 山道."""
    parts = [part for part in _SEPARATOR.split(category.strip()) if part]
    return tuple(" > ".join(parts[: depth + 1]) for depth in range(len(parts)))


def fading(day: date, as_of: date) -> float:
    """Give how much of an event's weight is left."""
    return float(0.5 ** (max(0, (as_of - day).days) / HALF_LIFE_DAYS))


@dataclass(frozen=True, slots=True)
class Attention:
    """Rows of attention: whose (counted from 0), which topic, and how much of each kind."""

    people: Ints
    topics: Ints
    bought: Floats
    viewed: Floats
    stated: Floats
    n_people: int

    def of_topics(self, wanted: Bools) -> "Attention":
        """Give the rows of some topics."""
        at = wanted[self.topics]
        return replace(
            self,
            people=self.people[at],
            topics=self.topics[at],
            bought=self.bought[at],
            viewed=self.viewed[at],
            stated=self.stated[at],
        )

    def weight(self, view_weight: float) -> Floats:
        """Give one number per row."""
        return self.bought + view_weight * self.viewed + STATED_WEIGHT * self.stated


@dataclass(frozen=True, slots=True)
class Learned:
    """What the trial chose: how much a view counts against a purchase, and how strong the prior is."""

    view_weight: float
    prior: float


@dataclass(frozen=True, slots=True)
class Quality:
    """Of `people` who bought in the held-out days, how many did so in the topic foretold for each."""

    people: int
    hits: int
    hits_of_popular: int


def scores_of(attention: Attention, shares: Floats, levels: Ints, learned: Learned) -> Floats:
    """Give people × topics: the share of attention, drawn towards everybody's; sums to 1 per level."""
    rows = np.zeros((attention.n_people, shares.size))
    np.add.at(rows, (attention.people, attention.topics), attention.weight(learned.view_weight))
    scores = np.empty_like(rows)
    for level in np.unique(levels):
        at = levels == level
        totals = rows[:, at].sum(axis=1, keepdims=True)
        scores[:, at] = (rows[:, at] + learned.prior * shares[at]) / (totals + learned.prior)
    return scores


def shares_of(attention: Attention, levels: Ints) -> Floats:
    """Give each topic's share of all purchases of its level."""
    sums = np.bincount(attention.topics, weights=attention.bought, minlength=levels.size)
    totals = np.bincount(levels, weights=sums)
    return np.asarray(sums / np.maximum(totals[levels], 1e-12))


def is_interest(scores: Floats, shares: Floats, attention: Floats, least: float) -> Bools:
    """Tell where attention is `least` times everybody's share, or half of the whole, and seen at all."""
    return (attention >= _LEAST_ATTENTION) & ((scores >= least * shares) | (scores >= 0.5))


def learn(
    attention: Attention, is_leaf: Bools, bought_later: Mapping[int, Iterable[int]]
) -> tuple[Learned, Quality]:
    """Choose view weight and prior by who bought what later; judged on people not used to choose.

    Only categories products stand in compete (`is_leaf`), not those above them. `bought_later`:
    person → such topics bought in the held-out days.
    """
    leaves = attention.of_topics(is_leaf)
    levels = np.zeros(is_leaf.size, dtype=np.int64)
    shares = shares_of(leaves, levels)
    people = sorted(bought_later)
    choosing, judging = people[::2], people[1::2] or people
    wanted = {person: set(topics) for person, topics in bought_later.items()}

    def hits(learned: Learned, some: Sequence[int]) -> int:
        best = scores_of(leaves, shares, levels, learned).argmax(axis=1)
        return sum(int(best[person]) in wanted[person] for person in some)

    options = [Learned(view, prior) for view in VIEW_WEIGHTS for prior in PRIORS]
    if not people:
        return options[0], Quality(0, 0, 0)
    best = max(options, key=lambda option: hits(option, choosing))
    popular = int(shares.argmax())
    by_popular = sum(popular in wanted[person] for person in judging)
    return best, Quality(len(judging), hits(best, judging), by_popular)
