"""From rows of a file to orders in columns: grouping, reading, refusing; no database.

A chunk of rows is turned on its side and read column by column through memories of cells, which is
what makes a million orders take seconds. An order with one bad row is left out whole.
"""

from array import array
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from okaeri.foundation.text import Text
from okaeri.intake.connectors.connector import Connector
from okaeri.intake.domain.cells import Problem
from okaeri.intake.domain.staging import LINES
from okaeri.intake.files.rows import column_positions
from okaeri.intake.staging.agreement import Agreement, spoilt
from okaeri.intake.staging.grouping import Rejections, Rows, rows_of_width
from okaeri.intake.staging.order_columns import OrderColumns, line_text
from okaeri.intake.staging.parsing import field_parsers
from okaeri.intake.staging.parties import Columns, Parties

_NO_NUMBER = Text("注文番号が入っていません。", "The order number is missing.")
_APART = Text(
    "注文番号 {number} の行が離れています。同じ注文の行を続けて並べてください。",
    "The rows of order {number} are apart; put the rows of one order together.",
)
_IDENTITY = (
    "ordered_on", "party_no", "status", "discount_minor", "points_minor", "shipping_minor",
    "refunded_minor", "subscription_no",
)  # fmt: skip


class OrderStager:
    """Reads chunks of rows of one file into columns of orders and lines, contacts on the side."""

    def __init__(
        self, connector: Connector, header: Sequence[str], currency: str, zone: ZoneInfo
    ) -> None:
        self.connector = connector
        self.header = tuple(header)
        self.fields = connector.find_columns(column_positions(header))
        self.parties = Parties(connector.stored_as, is_analysis_only=connector.is_analysis_only)
        self.rejections = Rejections()
        self.rows = self.orders = 0
        # Order ref → what rows far behind the order's own added: amount and line texts.
        self.late: dict[int, tuple[int, str]] = {}
        self.dropped: set[int] = set()
        self.currency, self.zone = currency, zone
        self._parsers = field_parsers(connector, currency, zone)
        self._refs: dict[str, int] = {}
        self._first_lines = array("q")
        self._identities = array("q")
        self._line_counts = array("l")
        self._tail: tuple[list[list[str]], list[int]] = ([], [])
        columns = OrderColumns(
            connector, self.header, self.fields, self._parsers, self.parties, currency
        )
        self._agreement = Agreement(columns, self._parsers, self.rejections)

    @property
    def ref_count(self) -> int:
        """How many refs were given to orders."""
        return len(self._refs)

    def has_none_of(self, numbers: Sequence[str]) -> bool:
        """Tell whether all these orders are unknown so far, those left out too."""
        refused = self._agreement.refused
        return self._refs.keys().isdisjoint(numbers) and refused.keys().isdisjoint(numbers)

    def has_order(self, row: Sequence[str]) -> bool:
        """Tell whether the order a raw row belongs to was read (a row too short may be any's)."""
        place = self.fields["order_no"][0]
        return len(row) <= place or self._parsers["order_no"][row[place]] in self._refs

    # ---- from rows to whole, consistent orders -------------------------------------------------

    def feed(self, cells: list[list[str]], lines: list[int]) -> tuple[Columns, Columns]:
        """Read one chunk; the last order waits for the next chunk, which may go on with it."""
        self.rows += len(cells)
        rows = self._with_numbers([*self._tail[0], *cells], [*self._tail[1], *lines])
        cut = rows.starts[-1] if rows.starts else 0
        self._tail = (rows.cells[cut:], rows.lines[cut:])
        return self._read(rows.take(range(cut)))

    def finish(self) -> tuple[Columns, Columns]:
        """Read what is left after the last chunk."""
        rows = self._with_numbers(*self._tail)
        self._tail = ([], [])
        return self._read(rows)

    def _with_numbers(self, cells: list[list[str]], lines: list[int]) -> Rows:
        """Drop rows of the wrong width and rows without an order number."""
        given = (cells, lines)
        cells, lines, blank = rows_of_width(*given, len(self.header), self.rejections)
        self.rows -= blank
        place = self.fields["order_no"][0]
        read = self._parsers["order_no"]
        if len(cells) + blank < len(given[0]):
            self._refuse_orders_of_odd_rows(*given, set(lines))
        numbers = read.read([row[place] for row in cells])
        rows = Rows.of(cells, lines, numbers)
        if not read.has_problems and "" not in numbers:
            return rows
        bad = {i for i, n in enumerate(numbers) if not n or type(n) is Problem}
        for i in sorted(bad):
            problem = numbers[i] or Problem("no_order_number", _NO_NUMBER)
            if any(map(str.strip, cells[i])):
                self.rejections.add(lines[i], problem.code, problem.reason, cells[i])
            else:
                self.rows -= 1
        return rows.without(bad) if bad else rows

    def _refuse_orders_of_odd_rows(
        self, cells: list[list[str]], lines: list[int], kept: set[int]
    ) -> None:
        """An order with a row of the wrong width is left out too, where the row tells its number."""
        place = self.fields["order_no"][0]
        for row, line in zip(cells, lines, strict=True):
            if line in kept or len(row) <= place:
                continue
            number = self._parsers["order_no"][row[place]]
            if number in self._refs:
                self._drop(number, line)
            elif number and type(number) is not Problem:
                self._agreement.refused.setdefault(number, line)

    def _read(self, rows: Rows) -> tuple[Columns, Columns]:
        rows = self._agreement.without_refused(self._gathered(rows))
        if not self._refs.keys().isdisjoint(rows.numbers):
            late = [i for i, number in enumerate(rows.numbers) if number in self._refs]
            late_lines = self._join_late(rows.take(late))
            orders, lines = self._read(rows.without(set(late)))
            return orders, {name: lines[name] + late_lines[name] for name in lines}
        rows, orders, lines = self._agreement.read(rows)
        return self._numbered(rows, orders, lines)

    def _gathered(self, rows: Rows) -> Rows:
        """Bring rows of one order together, where another order stands between them."""
        names = rows.order_names()
        if len(set(names)) == len(names):
            return rows
        places: dict[str, list[int]] = {}
        for i, number in enumerate(rows.numbers):
            places.setdefault(number, []).append(i)
        return rows.take([i for group in places.values() for i in group])

    def _join_late(self, rows: Rows) -> Columns:
        """Add rows that come back to an order read before, if they say the same of the order."""
        if self.connector.line_kinds:
            for i, number in enumerate(rows.numbers):
                reason = _APART.format(number=number)
                self.rejections.add(rows.lines[i], "order_apart", reason, rows.cells[i])
                self._drop(number, rows.lines[i])
            return {name: [] for name in LINES.names}
        before = dict(zip(rows.numbers, rows.lines, strict=True))
        rows, orders, lines = self._agreement.read(rows)
        for number in before.keys() - set(rows.numbers):
            self._drop(number, before[number])
        identities = _identities(orders)
        same = [
            identity == self._identities[self._refs[number]]
            for identity, number in zip(identities, rows.order_names(), strict=True)
        ]
        of_row = rows.order_of_row()
        for i, number in enumerate(rows.numbers):
            if not same[of_row[i]]:
                first_line = self._first_lines[self._refs[number]]
                self._agreement.contradict(
                    rows, i, first_line, self.header[self.fields["order_no"][0]]
                )
        kept = [i for i, k in enumerate(lines["order_ref"]) if same[k]]
        lines = {name: [column[i] for i in kept] for name, column in lines.items()}
        for i, k in enumerate(lines["order_ref"]):
            ref = lines["order_ref"][i] = self._refs[rows.numbers[rows.starts[k]]]
            self._line_counts[ref] += 1
            lines["line_no"][i] = self._line_counts[ref]
            amount, text = self.late.get(ref, (0, ""))
            line = line_text(*(lines[name][i] for name in LINES.names[2:]))
            self.late[ref] = (amount + lines["amount_minor"][i], f"{text}\x1e{line}")
        return lines

    def _drop(self, number: str, line: int) -> None:
        """Leave out an order read before, because a row far behind it is wrong."""
        ref = self._refs[number]
        if ref not in self.dropped:
            self.dropped.add(ref)
            reason = spoilt(number, line)
            self.rejections.add(self._first_lines[ref], "order_left_out", reason, ())
            self.rejections.count += max(self._line_counts[ref], 1) - 1

    def _numbered(self, rows: Rows, orders: Columns, lines: Columns) -> tuple[Columns, Columns]:
        """Give every order its ref and remember it for rows that come back to it."""
        first, names = len(self._refs), rows.order_names()
        self._refs.update(zip(names, range(first, first + len(names)), strict=True))
        self._first_lines.extend([rows.lines[i] for i in rows.starts])
        self._identities.extend(_identities(orders))
        counts = [0] * len(names)
        for k in lines["order_ref"]:
            counts[k] += 1
        self._line_counts.extend(counts)
        orders["order_ref"] = list(range(first, first + len(names)))
        lines["order_ref"] = [first + k for k in lines["order_ref"]]
        self.orders += len(names)
        return orders, lines


def _identities(orders: Columns) -> list[int]:
    """Give a number per order that is the same for rows that say the same of it (this process)."""
    return list(map(hash, zip(*(orders[name] for name in _IDENTITY), strict=True)))
