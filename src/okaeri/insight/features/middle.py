"""The median of a few columns of one row, from comparisons alone: no list is built or sorted."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir


def middle_of_last(count: ir.IntegerValue, last: Sequence[ir.IntegerValue]) -> ir.FloatingValue:
    """Give the median of the last five of `count` numbers; NULL where `count` is below two.

    `last` holds the newest five, newest first; where there are fewer the rest is not looked at.
    """
    a, b, c, d, e = last
    # Of two pairs the greater of the lower ends and the lesser of the upper ends are the two middles.
    low = ibis.greatest(ibis.least(a, b), ibis.least(c, d))
    high = ibis.least(ibis.greatest(a, b), ibis.greatest(c, d))
    doubled = ibis.cases(
        (count >= len(last), 2 * _middle_of_three(e, low, high)),
        (count == 4, low + high),
        (count == 3, 2 * _middle_of_three(a, b, c)),
        (count == 2, a + b),
    )
    return doubled.cast("float64") / 2


def _middle_of_three(
    one: ir.IntegerValue, two: ir.IntegerValue, three: ir.IntegerValue
) -> ir.IntegerValue:
    return ibis.greatest(ibis.least(one, two), ibis.least(ibis.greatest(one, two), three))
