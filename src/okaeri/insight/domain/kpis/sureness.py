"""How sure today's means of the KPI catalogue are: 95 % intervals over people, not over orders.

Orders of one person resemble each other, so a person is what varies (the ratio estimate of survey
sampling; Cochran, Sampling Techniques, 1977, ch. 6): a mean of orders scatters as much as what each
person's orders are together above or below it.
"""

from collections.abc import Mapping
from math import sqrt
from typing import Any

from okaeri.insight.domain.cycle import histogram_quantile
from okaeri.insight.domain.mean_interval import positive_interval
from okaeri.insight.domain.shares import Z95

# Of fewer values no two of them hold the median between them in 95 of 100 cases.
_FEWEST = 6

Sums = Mapping[str, Any]


def ratio_ends(sums: Sums, above: str, below: str) -> dict[str, float | None]:
    """Give {low, high} of the sum of `above` ÷ the sum of `below`, both of people ("people": each is 1).

    `sums` is the row of `features.kpis.compute_buyer_sums`.
    """
    ratio, variance = _ratio(sums, above, below)
    low, high = positive_interval(ratio, variance)
    return {"low": low, "high": high}


def formula_ends(sums: Sums, value: float | None, *, is_staying: bool) -> dict[str, float | None]:
    """Give {low, high} of the mail-order LTV: as unsure as a buyer's year, and as how long people stay.

    `is_staying`: the mean stay counts; else it is under a year and taken for one.
    """
    if not value:
        return {"low": None, "high": None}
    parts = [_ratio(sums, "net", "people")]
    if is_staying:
        parts.append(_mean(sums["span_days"], sums["span_squares"], sums["everybody"]))
    relative = sum(variance / (mean * mean) for mean, variance in parts if mean)
    low, high = positive_interval(value, value * value * relative)
    return {"low": low, "high": high}


def mean_ends(total: float, squares: float, of: int) -> dict[str, float | None]:
    """Give {low, high} of a mean of single amounts."""
    low, high = positive_interval(*_mean(total, squares, of))
    return {"low": low, "high": high}


def median_ends(counts: Mapping[int, int]) -> dict[str, float | None]:
    """Give {low, high} of the median of counted values, whatever their distribution is.

    Between the values as far from the middle as a fair coin's count may be; of under six values, as far
    as a mean of so few may be.
    """
    many = sum(counts.values())
    if many >= _FEWEST:
        off = Z95 / (2 * sqrt(many))
        ends = (histogram_quantile(counts, 0.5 - off), histogram_quantile(counts, 0.5 + off))
        return dict(zip(("low", "high"), ends, strict=True))
    middle = histogram_quantile(counts, 0.5)
    total = sum(value * n for value, n in counts.items())
    mean, variance = _mean(total, sum(value * value * n for value, n in counts.items()), many)
    low, high = positive_interval(mean, variance)
    scale = middle / mean if middle and mean else None
    return {
        "low": low * scale if scale and low else None,
        "high": high * scale if scale and high else None,
    }


def _ratio(sums: Sums, above: str, below: str) -> tuple[float, float]:
    """Give the ratio and its variance; one imagined person stands beside those there are."""
    a, b = float(sums[above] or 0), float(sums[below] or 0)
    if not b:
        return 0.0, 0.0
    ratio = a / b
    product = _of_pair(sums, above, below)
    scatter = _of_pair(sums, above, above) - 2 * ratio * product
    scatter = max(scatter + ratio * ratio * _of_pair(sums, below, below), 0.0)
    imagined = (ratio * b / float(sums["people"])) ** 2
    return ratio, (scatter + imagined) / (b * b)


def _of_pair(sums: Sums, one: str, other: str) -> float:
    """Give the sum over people of one figure times another; of people themselves each is 1."""
    names = [name for name in (one, other) if name != "people"]
    key = "_".join(sorted(names)) if len(names) == 2 else (names or ["people"])[0]
    return float(sums[key] or 0)


def _mean(total: float, squares: float, of: int) -> tuple[float, float]:
    if not of:
        return 0.0, 0.0
    total, squares = float(total or 0), float(squares or 0)
    mean = total / of
    return mean, (max(squares - total * mean, 0.0) + mean * mean) / (of * of)
