"""How sure a share is: the Wilson score interval."""

from math import sqrt

_Z95 = 1.959963984540054


def wilson_interval(hits: int, of: int) -> tuple[float, float]:
    """Give the 95 % interval of `hits` out of `of` as shares (Wilson 1927); (0, 1) without data."""
    if of == 0:
        return 0.0, 1.0
    share = hits / of
    z2 = _Z95 * _Z95
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = _Z95 * sqrt(share * (1 - share) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    return max(0.0, middle - half), min(1.0, middle + half)


def share_of(part: float, whole: float) -> float | None:
    """Give part ÷ whole; None where there is nothing to divide by."""
    return part / whole if whole else None
