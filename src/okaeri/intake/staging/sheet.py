"""Consistent rows read column by column: values of orders, and the lines' goods and amounts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from operator import mul, sub
from typing import Any

from okaeri.foundation.text import Text
from okaeri.intake.connectors.connector import (
    DISCOUNT,
    POINTS,
    PRODUCT,
    SHIPPING,
    Connector,
)
from okaeri.intake.domain.amounts import whole
from okaeri.intake.domain.cells import BLANK, Cells, Problem
from okaeri.intake.domain.orders import allocate
from okaeri.intake.staging.grouping import Rows
from okaeri.intake.staging.parties import Columns

Problems = dict[int, tuple[str, Problem]]
# Sums of an order's lines stay far inside 64 bits.
_MOST_OF_A_LINE = 10**14
_HUGE = Text(
    "金額が大きすぎます。単価と数量を確認してください。",
    "The amount is too large; check price and quantity.",
)


class Sheet:
    """Rows on their side: one tuple per column."""

    def __init__(
        self,
        rows: Rows,
        header: Sequence[str],
        fields: Mapping[str, tuple[int, ...]],
        parsers: Mapping[str, Cells],
        problems: Problems,
    ) -> None:
        self.rows = rows
        self.problems = problems
        self._header = header
        self.fields = fields
        self._parsers = parsers
        self._columns = list(zip(*rows.cells, strict=True))

    def cells(self, field: str) -> Sequence[str] | None:
        """Give the raw column of a field; of several columns the first cell with text counts."""
        places = self.fields.get(field)
        if places is None:
            return None
        column: Sequence[str] = self._columns[places[0]]
        for place in places[1:]:
            if "" in column:
                column = [
                    one or other for one, other in zip(column, self._columns[place], strict=True)
                ]
        return column

    def order_cells(self, field: str) -> list[str] | None:
        """Give the raw cells of a field on the first row of every order."""
        column = self.cells(field)
        return None if column is None else list(map(column.__getitem__, self.rows.starts))

    def values(self, field: str, default: Any) -> list[Any]:  # noqa: ANN401
        """Read a field on every row; bad cells are noted as problems."""
        column = self.cells(field)
        if column is None:
            return [default] * len(self.rows.cells)
        return self._read(field, column, range(len(column)))

    def order_values(self, field: str, default: Any) -> list[Any]:  # noqa: ANN401
        """Read a field on the first row of every order."""
        column = self.order_cells(field)
        if column is None:
            return [default] * len(self.rows.starts)
        if field == "ordered_at" and "ordered_time" in self.fields:
            times = self.order_cells("ordered_time") or []
            column = [f"{day} {time}".rstrip() for day, time in zip(column, times, strict=True)]
        return self._read(field, column, self.rows.starts)

    def note(self, row: int, field: str, problem: Problem) -> None:
        """Say that a field of a row cannot be used."""
        places = self.fields.get(field, ())
        self.problems.setdefault(row, (self._header[places[0]] if places else field, problem))

    def _read(self, field: str, column: Sequence[str], rows: Sequence[int]) -> list[Any]:
        parsers = self._parsers[field]
        values = parsers.read(column)
        if parsers.has_problems:
            for row, value in zip(rows, values, strict=True):
                if type(value) is Problem:
                    self.note(row, field, value)
        return values


@dataclass(slots=True)
class Lines:
    """What every row says of goods; `kept` are the rows that are products (None: all are)."""

    sku: list[str]
    name: list[str]
    quantity: list[int]
    price: list[int]
    amount: list[int]
    kinds: list[str] | None
    kept: list[int] | None


def read_lines(sheet: Sheet, connector: Connector) -> Lines | None:
    """Read goods and amounts of every row; None when a cell cannot be used (see the problems)."""
    names = sheet.values("product_name", "")
    codes = sheet.values("sku", "")
    kinds = sheet.values("line_kind", PRODUCT) if connector.line_kinds else None
    if "" in codes:
        codes = _named_codes(sheet, codes, names, kinds)
    quantities = sheet.values("quantity", 1)
    prices = sheet.values("unit_price", None)
    stated = sheet.values("amount", None)
    rates = sheet.values("tax_rate", 0)
    discounts = sheet.values("line_discount", 0)
    if sheet.problems:
        return None
    if connector.is_tax_excluded:
        prices = _with_tax(prices, rates, kinds)
    amounts = _amounts(quantities, prices, stated)
    if any(discounts):
        amounts = list(map(sub, amounts, discounts))
    if max(amounts) > _MOST_OF_A_LINE or min(amounts) < -_MOST_OF_A_LINE:
        _note_huge(sheet, amounts)
        return None
    prices = _whole_prices(prices, amounts, quantities)
    kept = None
    if kinds is not None:
        kept = [row for row, kind in enumerate(kinds) if kind == PRODUCT]
    return Lines(codes, names, quantities, prices, amounts, kinds, kept)


def _named_codes(
    sheet: Sheet, codes: list[Any], names: list[str], kinds: list[str] | None
) -> list[Any]:
    """A product without a code goes by its name; one with neither is a problem."""
    codes = [code or name[:80] for code, name in zip(codes, names, strict=True)]
    for row, code in enumerate(codes):
        if not code and (kinds is None or kinds[row] == PRODUCT):
            sheet.note(row, "sku", Problem("blank", BLANK))
    return codes


def _note_huge(sheet: Sheet, amounts: list[int]) -> None:
    for row, amount in enumerate(amounts):
        if abs(amount) > _MOST_OF_A_LINE:
            sheet.note(row, "unit_price", Problem("bad_amount", _HUGE))


def _with_tax(prices: list[Any], rates: list[Any], kinds: list[str] | None) -> list[Any]:
    """Add tax per piece, rounded half up as EC-CUBE does by default; other rows include it."""
    is_product = [True] * len(prices) if kinds is None else [kind == PRODUCT for kind in kinds]
    return [
        price + whole(Decimal(price) * rate / 100) if rate and product else price
        for price, rate, product in zip(prices, rates, is_product, strict=True)
    ]


def _amounts(quantities: list[int], prices: list[Any], stated: list[Any]) -> list[int]:
    if stated[0] is not None:
        return stated
    amounts = list(map(mul, quantities, prices))
    return list(map(whole, amounts)) if Decimal in set(map(type, amounts)) else amounts


def _whole_prices(prices: list[Any], amounts: list[int], quantities: list[int]) -> list[int]:
    if prices[0] is None:
        return [
            whole(Decimal(amount) / quantity) if quantity else 0
            for amount, quantity in zip(amounts, quantities, strict=True)
        ]
    return list(map(whole, prices)) if Decimal in set(map(type, prices)) else prices


def settle_sums(
    sheet: Sheet, lines: Lines, money: Columns, shipping: list[int], totals: list[int | None]
) -> list[int]:
    """Give the sum of goods per order; discounts, points and shipping of special rows go in place."""
    if lines.kinds is not None:
        _book_special_rows(sheet, lines, money, shipping)
    if "subtotal" in sheet.fields:
        _book_subtotals(sheet, lines, money, shipping, totals)
    ends = sheet.rows.ends
    running = list(accumulate(_goods(lines), initial=0))
    return [
        running[end] - running[start] for start, end in zip(sheet.rows.starts, ends, strict=True)
    ]


def _goods(lines: Lines) -> list[int]:
    if lines.kinds is None:
        return lines.amount
    pairs = zip(lines.amount, lines.kinds, strict=True)
    return [amount if kind == PRODUCT else 0 for amount, kind in pairs]


def _book_special_rows(sheet: Sheet, lines: Lines, money: Columns, shipping: list[int]) -> None:
    """Rows of discounts, points and shipping outweigh what the order's own columns say."""
    kinds = lines.kinds or []
    spans = zip(sheet.rows.starts, sheet.rows.ends, strict=True)
    for k, (start, end) in enumerate(spans):
        found: dict[str, int] = {}
        for i in range(start, end):
            found[kinds[i]] = found.get(kinds[i], 0) + lines.amount[i]
        if DISCOUNT in found or POINTS in found:
            money["discount"][k] = abs(found.get(DISCOUNT, 0))
            money["points"][k] = abs(found.get(POINTS, 0))
        if SHIPPING in found:
            shipping[k] = found[SHIPPING]


def _book_subtotals(
    sheet: Sheet, lines: Lines, money: Columns, shipping: list[int], totals: list[int | None]
) -> None:
    """Shopify: the discount is what lies between lines and subtotal; tax joins where it is extra."""
    subtotals = sheet.order_values("subtotal", None)
    taxes = sheet.order_values("taxes", 0)
    spans = zip(sheet.rows.starts, sheet.rows.ends, strict=True)
    for k, (start, end) in enumerate(spans):
        subtotal, tax, total = subtotals[k], taxes[k], totals[k]
        if subtotal is None:
            continue
        amounts = lines.amount[start:end]
        money["discount"][k] = max(0, sum(amounts) - subtotal)
        is_extra = total is not None and abs(subtotal + shipping[k] + tax - total) <= 1
        if tax > 1 and is_extra and subtotal + shipping[k] > 0:
            on_goods = tax * subtotal // (subtotal + shipping[k])
            shares = allocate(on_goods, amounts)
            lines.amount[start:end] = [a + s for a, s in zip(amounts, shares, strict=True)]
