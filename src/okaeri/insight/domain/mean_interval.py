"""How sure a mean of amounts is, from the first person on."""

from math import sqrt

from scipy import special

from okaeri.insight.domain.shares import Z95

_LOW, _HIGH = 0.025, 0.975


def mean_interval(total: float, squares: float, of: int) -> tuple[float | None, float | None]:
    """Give the 95 % interval of a mean from the sum of `of` amounts and the sum of their squares.

    Amounts spent are skewed and not negative, so the mean is taken as gamma distributed with the
    variance that was seen; one imagined amount that varies as much as it is large (as exponential ones
    do) stands beside them. So one person gives a quarter to forty times his amount, and many the usual
    normal interval. Without anybody, or one amount that is not above zero, nothing is known.
    """
    if of == 0 or (of == 1 and total <= 0):
        return None, None
    mean = total / of
    spread = max(squares - total * mean, 0.0)
    if mean <= 0:
        half = Z95 * sqrt(spread / (of - 1) / of)
        return mean - half, mean + half
    return positive_interval(mean, (spread + mean * mean) / (of * of))


def positive_interval(mean: float, variance: float) -> tuple[float | None, float | None]:
    """Give the 95 % interval of a mean above zero, gamma distributed with this variance; else None."""
    if mean <= 0 or variance <= 0:
        return None, None
    shape = mean * mean / variance
    low = mean * shape / float(special.gammaincinv(shape, _HIGH))
    return low, mean * shape / float(special.gammaincinv(shape, _LOW))
