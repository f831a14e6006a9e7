"""What a person cares for, by the shop's own categories: a share of attention, drawn to everybody's.

Attention is purchases (1 each), views and clicks in messages (weights learned by trial) and own answers,
fading by half in `HALF_LIFE_DAYS`. A person of whom little is known is like everybody; the constant
that says how little is learned by the same trial.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

HALF_LIFE_DAYS = 180
# One answer of his own says as much as three purchases.
STATED_WEIGHT = 3.0
# What is tried, the usual first: it stays where a trial cannot tell them apart.
VIEW_WEIGHTS = (0.2, 0.5, 1.0, 0.0)
# Whoever presses a link meant it more than whoever saw a page.
CLICK_WEIGHTS = (0.5, 0.2, 1.0, 0.0)
PRIORS = (3.0, 1.0, 10.0)
# So much attention must be there before anything is called an interest.
LEAST_ATTENTION = 0.3
# A share of exactly a half is one, however its sum was added up.
SLACK = 1e-9
_SEPARATOR = re.compile(r"\s*[>＞›/／|]\s*")

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def topics_of(category: str) -> tuple[str, ...]:
    """Give a category and those above it, widest first: 「走る > 山道」 is 走る and 走る > 山道."""
    parts = [part for part in _SEPARATOR.split(category.strip()) if part]
    return tuple(" > ".join(parts[: depth + 1]) for depth in range(len(parts)))


@dataclass(frozen=True, slots=True)
class Attention:
    """Rows of attention: whose (counted from 0), which topic, and how much of each kind."""

    people: Ints
    topics: Ints
    bought: Floats
    viewed: Floats
    clicked: Floats
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
            clicked=self.clicked[at],
            stated=self.stated[at],
        )

    def weight(self, view_weight: float, click_weight: float) -> Floats:
        """Give one number per row."""
        looked = view_weight * self.viewed + click_weight * self.clicked
        return self.bought + looked + STATED_WEIGHT * self.stated


@dataclass(frozen=True, slots=True)
class Learned:
    """What the trial chose: how much a view and a click count against a purchase, and the prior's strength."""

    view_weight: float
    prior: float
    click_weight: float = CLICK_WEIGHTS[0]

    @property
    def seen_view_weight(self) -> float:
        """What a view adds to attention seen at all, though it may tell nothing of what is liked most."""
        return max(self.view_weight, VIEW_WEIGHTS[0])

    @property
    def seen_click_weight(self) -> float:
        """The same of a click."""
        return max(self.click_weight, VIEW_WEIGHTS[0])


@dataclass(frozen=True, slots=True)
class Quality:
    """Of `people` who bought in the held-out days, how many did so in the topic foretold for each."""

    people: int
    hits: int
    hits_of_popular: int


def scores_of(attention: Attention, shares: Floats, levels: Ints, learned: Learned) -> Floats:
    """Give people × topics: the share of attention, drawn towards everybody's; sums to 1 per level."""
    rows = np.zeros((attention.n_people, shares.size))
    weights = attention.weight(learned.view_weight, learned.click_weight)
    np.add.at(rows, (attention.people, attention.topics), weights)
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
    is_much = (scores >= least * shares - SLACK) | (scores >= 0.5 - SLACK)
    return (attention >= LEAST_ATTENTION - SLACK) & is_much


def learn(
    attention: Attention, is_leaf: Bools, bought_later: Mapping[int, Iterable[int]]
) -> tuple[Learned, Quality]:
    """Choose weights and prior by who bought what later; judged on people not used to choose.

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
    if leaves.clicked.any():
        others = [replace(best, click_weight=weight) for weight in CLICK_WEIGHTS]
        best = max(others, key=lambda option: hits(option, choosing))
    popular = int(shares.argmax())
    by_popular = sum(popular in wanted[person] for person in judging)
    return best, Quality(len(judging), hits(best, judging), by_popular)
