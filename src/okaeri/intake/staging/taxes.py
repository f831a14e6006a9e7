"""Prices without tax: recognised by the order's own sums, where a layout does not say it."""

from collections.abc import Mapping, Sequence

from okaeri.intake.domain.orders import allocate
from okaeri.intake.staging.grouping import Rows
from okaeri.intake.staging.sheet import Lines

# Rounding per rate moves a total by a yen or so.
_SLACK = 1


def lacks_tax(goods: int, charges: int, taken_off: int, tax: int, total: int) -> bool:
    """Tell whether the sums of an order meet its total only with the tax added.

    `charges` are shipping and fees, `taken_off` discounts and points; a total is stated before or
    after what is taken off, depending on the cart.
    """
    if tax <= _SLACK:
        return False
    gap = total - goods - charges
    with_tax = any(abs(gap - tax + off) <= _SLACK for off in (0, taken_off))
    without = any(abs(gap + off) <= _SLACK for off in (0, taken_off))
    return with_tax and not without


def add_missing_tax(
    rows: Rows,
    lines: Lines,
    money: Mapping[str, Sequence[int]],
    charges: Sequence[int],
    taxes: Sequence[int],
    totals: Sequence[int | None],
) -> None:
    """Add the goods' share of the tax to the lines of orders whose prices come without it."""
    for k, (start, end) in enumerate(zip(rows.starts, rows.ends, strict=True)):
        total = totals[k]
        if not taxes[k] or total is None:
            continue
        amounts = lines.amount[start:end]
        goods, taken_off = sum(amounts), money["discount"][k] + money["points"][k]
        if goods <= 0 or not lacks_tax(goods, charges[k], taken_off, taxes[k], total):
            continue
        shares = allocate(taxes[k] * goods // (goods + charges[k]), amounts)
        lines.amount[start:end] = [a + s for a, s in zip(amounts, shares, strict=True)]
