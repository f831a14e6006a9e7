"""顧客BS: how many customers stand in which class after one to five years, and what they buy.

A Markov chain over the ten classes with steps of a year. How people moved in the last year stands for every
year to come; what is uncertain of it is drawn: shares from a Dirichlet distribution over the people seen
(with one imagined customer who behaves as all do, so that few people are wide and none are wider), where each
person goes from a multinomial one, new buyers from a Poisson one, sales per person from a gamma one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from okaeri.insight.types import STAGES

# Active ones first; the place of a class in every vector here.
CLASSES = tuple((stage, lapsed) for lapsed in (False, True) for stage in STAGES)
YEARS = 5
DRAWS = 1000
_SEED = 20261123
_HALF = len(STAGES)
# The place of those new in a year, after the ten classes.
_NEW = len(CLASSES)
_LOW, _HIGH = 10, 90
Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class YearMoves:
    """People by class a year before and at its end, and by class at its end of those new in it."""

    moved: Counts
    new: Counts


@dataclass(frozen=True, slots=True)
class ClassSales:
    """What people bought in a year by class at its beginning, last those who were new in it.

    How many they are, the sum of their amounts and of the squares of each one's.
    """

    customers: Floats
    net_minor: Floats
    net_squares: Floats


@dataclass(frozen=True, slots=True)
class Ahead:
    """Draws × years (from 0, today) × classes of people, and draws × years (from 1) of sales."""

    people: Floats
    sales_minor: Floats


def read_moves(cells: Iterable[Mapping[str, Any]]) -> YearMoves:
    """Give the counts of rows or cells between two days (`domain.reports.movement`)."""
    moved, new = np.zeros((10, 10), dtype=np.int64), np.zeros(10, dtype=np.int64)
    for cell in cells:
        to = CLASSES.index((cell["to_stage"], bool(cell["to_lapsed"])))
        if cell["from_stage"] is None:
            new[to] += cell["customers"]
        else:
            before = CLASSES.index((cell["from_stage"], bool(cell["from_lapsed"])))
            moved[before, to] += cell["customers"]
    return YearMoves(moved, new)


def read_sales(rows: Iterable[Mapping[str, Any]]) -> ClassSales:
    """Give the sums of rows of `features.class_years`."""
    sums = np.zeros((3, 11))
    for row in rows:
        is_new = row["stage"] is None
        place = _NEW if is_new else CLASSES.index((row["stage"], bool(row["is_lapsed"])))
        sums[:, place] = (row["customers"], row["net_minor"], row["net_squares"])
    return ClassSales(*sums)


def stock_of(moves: YearMoves) -> Counts:
    """Give the people by class at the year's end."""
    stock: Counts = moves.moved.sum(axis=0) + moves.new
    return stock


def _imagined(moved: Counts) -> Floats:
    """Give where one customer of each class goes who behaves as all active, or all lapsed, ones do."""
    rows = np.zeros((10, 10))
    active, lapsed = slice(0, _HALF), slice(_HALF, 10)
    for half, came_from in ((0, active), (_HALF, lapsed)):
        of = moved[came_from].sum()
        is_active = (moved[came_from, active].sum() + 1) / (of + 2)
        for place in range(_HALF):
            rows[half + place, place] = is_active
            rows[half + place, _HALF + place] = 1 - is_active
    return rows


def _draw_shares(rng: np.random.Generator, weights: Floats, draws: int) -> Floats:
    """Give draws × rows × classes of shares; a class that nobody went to stays at nothing."""
    drawn: Floats = rng.gamma(np.broadcast_to(weights, (draws, *weights.shape)))
    sums = drawn.sum(axis=-1, keepdims=True)
    shares: Floats = np.divide(drawn, sums, out=np.zeros_like(drawn), where=sums > 0)
    return shares


def look_ahead(
    moves: YearMoves, sales: ClassSales, stock: Counts, *, has_new: bool, years: int = YEARS
) -> Ahead:
    """Draw where `stock` goes in each of `years`, with as many new buyers a year as came in this one."""
    rng = np.random.default_rng(_SEED)
    shares = _draw_shares(rng, moves.moved + _imagined(moves.moved), DRAWS)
    people, came = np.zeros((DRAWS, years + 1, 10)), np.zeros((DRAWS, years))
    people[:, 0] = stock
    for year in range(1, years + 1):
        people[:, year] = _step(rng, people[:, year - 1], shares)
        if has_new:
            new = _newcomers(rng, moves.new)
            people[:, year] += new
            came[:, year - 1] = new.sum(axis=1)
    spent = _draw_means(rng, sales)
    of_known = np.einsum("dyc,dc->dy", people[:, :-1], spent[:, :_NEW])
    return Ahead(people, of_known + came * spent[:, _NEW:])


def _step(rng: np.random.Generator, people: Floats, shares: Floats) -> Floats:
    whole = people.astype(np.int64)
    went = [rng.multinomial(whole[:, row], shares[:, row]) for row in range(10)]
    after: Floats = np.sum(went, axis=0).astype(np.float64)
    return after


def _newcomers(rng: np.random.Generator, new: Counts) -> Floats:
    """Give new buyers of a year by class at its end: each class as many as came, give or take."""
    # Gamma of the count, then Poisson: how many there are to expect is only known from one year.
    found: Floats = rng.poisson(rng.gamma(new + 0.0, size=(DRAWS, 10))).astype(np.float64)
    return found


def _draw_means(rng: np.random.Generator, sales: ClassSales) -> Floats:
    """Draw what one person of each class buys in the year after (smallest unit), gamma distributed means.

    One imagined amount that varies as much as it is large stands beside those seen, as in
    `domain.mean_interval`. A class nobody was in buys as all of its half do.
    """
    means = np.zeros((DRAWS, _NEW + 1))
    for place in range(_NEW + 1):
        half = slice(place // _HALF * _HALF, (place // _HALF + 1) * _HALF)
        of, total = sales.customers[place], sales.net_minor[place]
        squares = sales.net_squares[place]
        if not of:
            of, total = sales.customers[half].sum(), sales.net_minor[half].sum()
            squares = sales.net_squares[half].sum()
        if of and total > 0:
            mean = total / of
            variance = (max(squares - total * mean, 0.0) + mean * mean) / (of * of)
            shape = mean * mean / variance
            means[:, place] = rng.gamma(shape, mean / shape, size=DRAWS)
    return means


def spread(draws: Floats) -> dict[str, float]:
    """Give the mean of draws and the ends of their 80 % interval."""
    low, high = np.percentile(draws, (_LOW, _HIGH))
    return {"told": float(draws.mean()), "low": float(low), "high": float(high)}


def active_of(people: Floats) -> Floats:
    """Give the active people of vectors by class (last axis)."""
    total: Floats = people[..., :_HALF].sum(axis=-1)
    return total


def by_class(people: Floats) -> Sequence[dict[str, Any]]:
    """Give {stage, is_lapsed, told, low, high} per class from draws × classes."""
    return [
        {"stage": stage, "is_lapsed": lapsed, **spread(people[:, place])}
        for place, (stage, lapsed) in enumerate(CLASSES)
    ]
