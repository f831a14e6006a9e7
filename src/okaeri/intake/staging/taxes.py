"""Prices without tax: recognised by the order's own sums, where a layout does not say it."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import accumulate

from okaeri.intake.connectors.connector import PRODUCT
from okaeri.intake.domain.orders import allocate, tax_in_lines
from okaeri.intake.staging.grouping import Rows
from okaeri.intake.staging.sheet import Lines, Sheet

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


def taxes_in_goods(
    sheet: Sheet,
    lines: Lines,
    sums: Sequence[int],
    discounts: Sequence[int],
    charges: Sequence[int],
) -> list[int | None]:
    """Give the tax inside each order's goods: of the order's own tax, else of its lines' rates."""
    if "taxes" in sheet.fields:
        taxes = sheet.order_values("taxes", 0)
        return list(map(tax_in_lines, taxes, sums, discounts, charges))
    if "tax_rate" not in sheet.fields:
        return [None] * len(sums)
    kinds = lines.kinds or [PRODUCT] * len(lines.amount)
    rated = zip(lines.amount, sheet.values("tax_rate", 0), kinds, strict=True)
    # Amounts hold their tax by now.
    parts = [int(Decimal(a) * r / (100 + r)) if k == PRODUCT and r else 0 for a, r, k in rated]
    running = list(accumulate(parts, initial=0))
    spans = zip(sheet.rows.starts, sheet.rows.ends, strict=True)
    return [running[end] - running[start] or None for start, end in spans]
