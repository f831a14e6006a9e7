"""Chance that comes out the same on every run: one stream per question, named by what is asked."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

Thing = TypeVar("Thing")


def dice_for(seed: int, *question: str | int) -> Random:
    """Give the dice of one question ("person", 17); no other question disturbs their throws."""
    return Random("\x1f".join(str(part) for part in (seed, *question)))  # noqa: S311 - not a secret


def pick(dice: Random, weighted: Sequence[tuple[Thing, float]]) -> Thing:
    """Choose one of `weighted` ((thing, weight), ...) in proportion to its weight."""
    left = dice.random() * sum(weight for _, weight in weighted)
    for thing, weight in weighted:
        left -= weight
        if left < 0:
            return thing
    return weighted[-1][0]


def happens(dice: Random, probability: float) -> bool:
    """Throw once; true with `probability` (0..1)."""
    return dice.random() < probability
