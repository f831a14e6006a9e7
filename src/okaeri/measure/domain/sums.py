"""Sums of one number over many people: mergeable over parts, safe for large amounts."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sums:
    """Count, mean and sum of squared distances from the mean of one number over `count` people.

    The squares are centred: raw sums of squares lose all digits of a small spread of large amounts.
    """

    count: int
    mean: float
    squares: float

    @property
    def total(self) -> float:
        return self.mean * self.count

    @property
    def variance(self) -> float:
        """Give the sample variance; 0 for fewer than two people."""
        return self.squares / (self.count - 1) if self.count > 1 else 0.0

    def __add__(self, other: "Sums") -> "Sums":
        """Merge two parts (Chan, Golub and LeVeque 1979)."""
        count = self.count + other.count
        if not count:
            return NOBODY
        gap = other.mean - self.mean
        mean = self.mean + gap * other.count / count
        squares = self.squares + other.squares + gap * gap * self.count * other.count / count
        return Sums(count, mean, squares)


NOBODY = Sums(0, 0.0, 0.0)


def sums_of(values: Iterable[float]) -> Sums:
    """Reduce the values of people, one each, in two passes."""
    numbers = list(values)
    if not numbers:
        return NOBODY
    mean = sum(numbers) / len(numbers)
    return Sums(len(numbers), mean, sum((number - mean) ** 2 for number in numbers))
