"""A trained model of lapse risk as plain numbers: kept between trainings as JSON, scored with numpy alone.

Each tells a logit: a weighted sum of the columns, or the sum over boosted trees. A calibration then turns
the told chance into the one that comes true.
"""

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from okaeri.insight.domain.lifetime.histories import Floats

_SURE = 1e-6
# Trees times people must fit in memory: so many are scored together.
_PEOPLE_AT_ONCE = 20_000
_ALL_LEAVES = np.uint32(2**32 - 1)


@dataclass(frozen=True)
class Line:
    """A logit as a weighted sum of the columns."""

    slopes: list[float]
    start: float

    def logit(self, matrix: Floats) -> Floats:
        return np.asarray(matrix @ np.array(self.slopes) + self.start)


@dataclass(frozen=True)
class Trees:
    """A logit as the sum of one leaf per tree (at most 32 leaves each, told apart by bits).

    Each split says which leaves are out of reach for whoever is above its threshold; leaves count from
    the left, so the lowest bit that is left is the leaf reached (QuickScorer, Lucchese et al., SIGIR 2015).
    """

    start: float
    # Per tree the values of its leaves, from the left.
    leaves: list[list[float]]
    # (column, threshold, tree, bits of the leaves to its left)
    splits: list[tuple[int, float, int, int]]

    def logit(self, matrix: Floats) -> Floats:
        found = np.empty(len(matrix))
        for first in range(0, len(matrix), _PEOPLE_AT_ONCE):
            some = slice(first, first + _PEOPLE_AT_ONCE)
            found[some] = self._logit_of_some(matrix[some])
        return found

    def _logit_of_some(self, matrix: Floats) -> Floats:
        left = np.full((len(matrix), len(self.leaves)), _ALL_LEAVES)
        for column, (thresholds, masks) in self._by_column.items():
            # All splits whose threshold a value is above take their leaves away.
            left &= masks[np.searchsorted(thresholds, matrix[:, column], side="left")]
        lowest = left & (~left + np.uint32(1))
        # A power of two has its exponent, and nothing else, in the upper bits of a float.
        leaf = (lowest.astype(np.float32).view(np.int32) >> 23) - 127
        values = self._values[np.arange(len(self.leaves)), leaf]
        return np.asarray(self.start + values.sum(axis=1))

    @cached_property
    def _values(self) -> Floats:
        found = np.zeros((len(self.leaves), max(map(len, self.leaves))))
        for tree, values in enumerate(self.leaves):
            found[tree, : len(values)] = values
        return found

    @cached_property
    def _by_column(self) -> dict[int, tuple[Floats, NDArray[np.uint32]]]:
        """Give per column the rising thresholds, and what is left of every tree above each so many."""
        found = {}
        for column in sorted({split[0] for split in self.splits}):
            mine = sorted(
                (split for split in self.splits if split[0] == column), key=lambda s: s[1]
            )
            masks = np.full((len(mine) + 1, len(self.leaves)), _ALL_LEAVES)
            for place, (_, _, tree, gone) in enumerate(mine):
                masks[place + 1] = masks[place]
                masks[place + 1, tree] &= ~np.uint32(gone)
            found[column] = np.array([split[1] for split in mine]), masks
        return found


@dataclass(frozen=True)
class Steps:
    """What told chances come to, between known points (isotonic regression)."""

    told: list[float]
    came: list[float]

    def settle(self, chances: Floats) -> Floats:
        return np.asarray(np.interp(chances, self.told, self.came))


@dataclass(frozen=True)
class Curve:
    """What told chances come to, along Platt's curve."""

    slope: float
    start: float

    def settle(self, chances: Floats) -> Floats:
        return _chance(self.slope * logit_of(chances) + self.start)


@dataclass(frozen=True)
class LapseModel:
    """One model, ready to score a matrix of `domain.lapse_risk`."""

    raw: Line | Trees
    calibration: Steps | Curve | None = None

    def predict(self, matrix: Floats) -> Floats:
        """Give each person's chance to buy nothing."""
        chances = _chance(self.raw.logit(matrix))
        return chances if self.calibration is None else self.calibration.settle(chances)

    def to_document(self) -> dict[str, Any]:
        """Give the model as JSON takes it."""
        parts = {"raw": self.raw, "calibration": self.calibration}
        return {
            name: part and {"kind": type(part).__name__, **asdict(part)}
            for name, part in parts.items()
        }

    @staticmethod
    def from_document(document: dict[str, Any]) -> "LapseModel":
        """Give the model a document was made of."""
        return LapseModel(_part(document["raw"]), _part(document["calibration"]))


_KINDS = {kind.__name__: kind for kind in (Line, Trees, Steps, Curve)}


def _part(document: dict[str, Any] | None) -> Any:  # noqa: ANN401 - one of four kinds
    if document is None:
        return None
    numbers = {name: value for name, value in document.items() if name != "kind"}
    return _KINDS[document["kind"]](**numbers)


def logit_of(chances: Floats) -> Floats:
    """Give the logarithm of the odds, of chances kept from 0 and 1."""
    safe = np.clip(chances, _SURE, 1 - _SURE)
    return np.asarray(np.log(safe / (1 - safe)))


def _chance(logit: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-logit)))
