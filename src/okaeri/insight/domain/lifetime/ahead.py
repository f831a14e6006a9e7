"""Counting ahead: how many purchases come within a time, from someone who is still a customer.

For both beta-geometric models a customer who is still there buys with a rate of gamma distribution
(`shape`, and 1/scale = alpha + T) and stays after each purchase with a chance of beta distribution. So
the number of purchases he would make if he never left is negative binomial with success z = t / (alpha +
T + t), and of those the k-th happens only if he stayed after each of the k - 1 before it:

    P(Y >= k) = P(N >= k) * (b)_{k-1} / (a + b)_{k-1}          b: beta's second parameter, after his history

All terms are positive, nothing cancels, and the whole distribution is exact. The expectation is the sum
over k; a hypergeometric series with Euler's transformation gives the same in fewer steps. The textbook
form, 2F1(r + x, b + x; a + b + x - 1; z), overflows for regular buyers and is 0/0 at a = 1.
"""

from collections.abc import Iterator

import numpy as np
from scipy import special

from okaeri.insight.domain.lifetime.histories import Floats

_BLOCK = 8192  # rows that stay in the processor's cache together
_CLOSE = 1e-11
_MOST_TERMS = 50_000
# Outside, the transformed series alternates with large terms, or grows before it falls; then the plain
# sum is the way, which is exact everywhere.
_ALTERNATES, _GROWS = -4.0, 20.0


def expected_purchases(
    shape: Floats, z: Floats, staying: Floats, *, rate_shape: float, leaving: float
) -> Floats:
    """Give E[Y] of people who are still customers.

    `shape` = r + x; `z` as above; `staying` = the beta's b after the history; `leaving` = its a;
    `rate_shape` = r.
    """
    found = np.empty_like(z)
    for start in range(0, len(z), _BLOCK):
        part = slice(start, start + _BLOCK)
        # c of the hypergeometric function; p does not grow with x, which is why this form is safe.
        c = leaving + staying[part] - 1.0
        p = float(leaving + staying[part][0] - 1.0 - shape[part][0]) if len(c) else 0.0
        if p < _ALTERNATES or leaving > _GROWS or p > _GROWS:
            found[part] = _plain_sum(shape[part], z[part], staying[part], leaving)
        else:
            found[part] = _by_series(c, p, z[part], leaving)
    return np.asarray(np.maximum(found, 0.0))


def _by_series(c: Floats, p: float, z: Floats, a: float) -> Floats:
    """Sum c (1 - (1-z)^(a-1)) / (a-1) - (1-z)^(a-1) * sum_n (p)_n (a)_(n-1) / (c+1)_(n-1) z^n / n!."""
    log_left = np.log1p(-z)
    still = np.exp((a - 1.0) * log_left)
    # (1 - y^(a-1)) / (a-1) stays finite at a = 1: it is -log y there.
    lead = -np.expm1((a - 1.0) * log_left) / (a - 1.0) if abs(a - 1.0) > 1e-9 else -log_left
    total = np.zeros_like(z)
    where = np.arange(len(z))
    term, partial, below, ratio = p * z, np.zeros_like(z), c + 1.0, z.copy()
    for n in range(1, _MOST_TERMS):
        partial += term
        if n % 8 == 0:
            growing = np.abs(p + n) * (a + n) / (n * np.maximum(np.abs(below), 1e-9))
            last = np.abs(term) * ratio * np.maximum(growing, 1.0)
            open_rows = last > _CLOSE * (1.0 - ratio) * (np.abs(partial) + 1e-300)
            if not open_rows.all():
                total[where[~open_rows]] = partial[~open_rows]
                if not open_rows.any():
                    break
                where, term, partial = where[open_rows], term[open_rows], partial[open_rows]
                below, ratio = below[open_rows], ratio[open_rows]
        term = term * ratio
        term *= (p + n) * (a + n - 1.0) / (n + 1.0)
        term /= below
        below += 1.0
    else:
        total[where] = partial
    return c * lead - still * total


def _plain_sum(shape: Floats, z: Floats, staying: Floats, leaving: float) -> Floats:
    total = np.zeros_like(z)
    for reached in tail_chances(shape, z, staying, np.full_like(z, leaving)):
        total += reached
        if (reached <= _CLOSE * (1.0 - z) * (total + 1e-300)).all():
            break
    return total


def tail_chances(shape: Floats, z: Floats, staying: Floats, leaving: Floats) -> Iterator[Floats]:
    """Give P(Y >= k) for k = 1, 2, ... without end, for people who are still customers.

    Arrays of any one shape. The caller stops; a yielded array is reused, so copy what must last.
    """
    log_none = shape * np.log1p(-z)
    pmf = np.exp(log_none)
    tail = -np.expm1(log_none)
    # Where even "no purchase" underflows, the chance is taken from the incomplete beta function.
    extreme = log_none < -650.0
    kept = np.ones_like(z)
    k = 1
    while k < _MOST_TERMS:
        yield tail * kept
        kept = kept * ((staying + (k - 1.0)) / (leaving + staying + (k - 1.0)))
        pmf = pmf * (z * ((shape + (k - 1.0)) / k))
        k += 1
        tail = np.maximum(tail - pmf, 0.0)
        if extreme.any():
            tail[extreme] = special.betainc(float(k), shape[extreme], z[extreme])
