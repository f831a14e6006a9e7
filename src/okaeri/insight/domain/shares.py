"""How sure a share is: the Wilson score interval."""

from math import ceil, floor, sqrt

_Z95 = 1.959963984540054
_Z80 = 1.2815515655446004


def wilson_interval(hits: float, of: float) -> tuple[float, float]:
    """Give the 95 % interval of `hits` out of `of` as shares (Wilson 1927); (0, 1) without data."""
    if of == 0:
        return 0.0, 1.0
    share = hits / of
    z2 = _Z95 * _Z95
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = _Z95 * sqrt(share * (1 - share) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    return max(0.0, middle - half), min(1.0, middle + half)


def forecast_interval(told: float, variance: float, of: float) -> tuple[float, float]:
    """Give the 80 % interval of how many of `of` do what `told` are expected to, whole numbers.

    `variance` is that of the count. The Wilson interval of as many cases as have this variance: it keeps
    within 0 and `of`, and is as skewed as a share near its end is. Good from some twenty cases on.
    """
    if of <= 0 or variance <= 0 or not 0 < told < of:
        return told, told
    share = told / of
    cases = share * (1 - share) * of * of / variance
    z2 = _Z80 * _Z80
    middle = (share + z2 / (2 * cases)) / (1 + z2 / cases)
    half = _Z80 * sqrt(share * (1 - share) / cases + z2 / (4 * cases**2)) / (1 + z2 / cases)
    return float(floor(max(0.0, middle - half) * of)), float(ceil(min(1.0, middle + half) * of))


def share_of(part: float, whole: float) -> float | None:
    """Give part ÷ whole; None where there is nothing to divide by."""
    return part / whole if whole else None
