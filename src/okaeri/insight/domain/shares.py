"""How sure a share is: the Wilson score interval."""

from math import ceil, floor, sqrt

# How many standard deviations either side of the mean hold 95 % and 80 % of a normal distribution.
Z95 = 1.959963984540054
Z80 = 1.2815515655446004


def wilson_interval(hits: float, of: float) -> tuple[float, float]:
    """Give the 95 % interval of `hits` out of `of` as shares (Wilson 1927); (0, 1) without data."""
    return _wilson(hits / of, of, Z95) if of else (0.0, 1.0)


def interval_by_people(hits: float, of: float, people: float) -> tuple[float, float]:
    """Give the 95 % Wilson interval of `hits` out of `of` cases of so many people.

    Cases of one person are alike, so it is only as sure as one case of each person would be.
    """
    return wilson_interval(hits / of * people, people) if of else (0.0, 1.0)


def forecast_interval(told: float, variance: float, of: float) -> tuple[float, float]:
    """Give the 80 % interval of how many of `of` do what `told` are expected to, whole numbers.

    `variance` is that of the count. The Wilson interval of as many cases as have this variance: it keeps
    within 0 and `of`, and is as skewed as a share near its end is. Good from some twenty cases on.
    """
    if of <= 0 or variance <= 0 or not 0 < told < of:
        return told, told
    share = told / of
    low, high = _wilson(share, share * (1 - share) * of * of / variance, Z80)
    return float(floor(low * of)), float(ceil(high * of))


def _wilson(share: float, cases: float, z: float) -> tuple[float, float]:
    z2 = z * z
    middle = (share + z2 / (2 * cases)) / (1 + z2 / cases)
    half = z * sqrt(share * (1 - share) / cases + z2 / (4 * cases * cases)) / (1 + z2 / cases)
    return max(0.0, middle - half), min(1.0, middle + half)


def share_of(part: float, whole: float) -> float | None:
    """Give part ÷ whole; None where there is nothing to divide by."""
    return part / whole if whole else None
