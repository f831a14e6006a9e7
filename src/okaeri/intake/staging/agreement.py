"""Which rows of an order agree with each other; rows and orders that do not are refused with reasons."""

from collections.abc import Mapping
from operator import itemgetter

from okaeri.foundation.text import Text
from okaeri.intake.connectors.connector import ORDER_FIELDS, PARTY_FIELDS
from okaeri.intake.domain.cells import Cells
from okaeri.intake.staging.grouping import Rejections, Rows
from okaeri.intake.staging.order_columns import OrderColumns
from okaeri.intake.staging.parties import Columns
from okaeri.intake.staging.sheet import Problems

_CELL = Text("「{column}」列: {why}", "Column '{column}': {why}")
_CONTRADICTION = Text(
    "注文番号 {number} は{line}行目にもありますが、内容が違います({column})。",
    "Order number {number} also stands on line {line} with other contents ({column}).",
)
_SPOILT = Text(
    "同じ注文の{line}行目に誤りがあるため、注文 {number} を取り込みませんでした。",
    "Order {number} was left out because its line {line} is wrong.",
)
_LOOSE = ("order_no", "shipped_on", "delivered_on", "updated_at")


def column_says(column: str, why: Text) -> Text:
    """Put the name of a column before what is wrong in it."""
    return Text(
        _CELL.ja.format(column=column, why=why.ja), _CELL.en.format(column=column, why=why.en)
    )


def spoilt(number: str, line: int) -> Text:
    """Say that an order was left out because of one of its lines."""
    return _SPOILT.format(number=number, line=line)


class Agreement:
    """Lets through the rows of orders whose every row can be read and says the same of the order."""

    def __init__(
        self, columns: OrderColumns, parsers: Mapping[str, Cells], rejections: Rejections
    ) -> None:
        self._columns, self._rejections = columns, rejections
        self.header, self.fields = columns.header, columns.fields
        self._stamps = parsers["ordered_at"]
        # Orders that were left out, and the line that spoilt each: more of their rows may follow.
        self.refused: dict[str, int] = {}
        same = [f for f in (*ORDER_FIELDS, *PARTY_FIELDS) if f not in _LOOSE]
        self._places = sorted({place for f in same for place in self.fields.get(f, ())})

    def read(self, rows: Rows) -> tuple[Rows, Columns, Columns]:
        """Reject contradicting rows and orders with a bad row; read the rest."""
        rows = self._without_contradictions(rows)
        while True:
            # Orders are only read once all lines are good, so a second round may find more.
            problems: Problems = {}
            orders, lines = self._columns.read(rows, problems)
            if not problems:
                return rows, orders, lines
            rows = self._without_spoilt(rows, problems)

    def without_refused(self, rows: Rows) -> Rows:
        """Reject rows of orders that were left out because of another of their rows."""
        if self.refused.keys().isdisjoint(rows.numbers):
            return rows
        unwanted = {i for i, number in enumerate(rows.numbers) if number in self.refused}
        for i in sorted(unwanted):
            reason = spoilt(rows.numbers[i], self.refused[rows.numbers[i]])
            self._rejections.add(rows.lines[i], "order_left_out", reason, rows.cells[i])
        return rows.without(unwanted)

    def contradict(self, rows: Rows, i: int, line: int, column: str) -> None:
        """Refuse row `i`, which says something else than the order's first `line`."""
        reason = _CONTRADICTION.format(number=rows.numbers[i], line=line, column=column)
        self._rejections.add(rows.lines[i], "duplicate_order_number", reason, rows.cells[i])

    def _without_contradictions(self, rows: Rows) -> Rows:
        if len(rows.starts) == len(rows.cells) or len(self._places) < 2:
            return rows
        identity = itemgetter(*self._places)
        bad = set()
        for start, end in zip(rows.starts, rows.ends, strict=True):
            if end - start == 1:
                continue
            first = identity(rows.cells[start])
            for i in range(start + 1, end):
                if identity(rows.cells[i]) != first:
                    column = self._contradiction(rows.cells[start], rows.cells[i])
                    if column:
                        bad.add(i)
                        self.contradict(rows, i, rows.lines[start], column)
        return rows.without(bad) if bad else rows

    def _contradiction(self, first: list[str], row: list[str]) -> str:
        """Give the column in which a row of the order says something else, "" if none.

        An empty cell says nothing, and the time may differ within the day.
        """
        stamps = self._stamps
        for place in self._places:
            one, other = first[place], row[place]
            if one == other or not other.strip() or not one.strip():
                continue
            if place in self.fields.get("ordered_time", ()):
                continue
            if place in self.fields["ordered_at"]:
                days = [stamps[cell] for cell in (one, other)]
                if all(type(day) is tuple for day in days) and days[0][1] == days[1][1]:
                    continue
            return self.header[place]
        return ""

    def _without_spoilt(self, rows: Rows, problems: Problems) -> Rows:
        of_row = rows.order_of_row()
        first_bad: dict[int, int] = {}
        for i in sorted(problems):
            first_bad.setdefault(of_row[i], i)
        for i in first_bad.values():
            self.refused[rows.numbers[i]] = rows.lines[i]
        unwanted = {i for i in range(len(rows.cells)) if of_row[i] in first_bad}
        for i in sorted(unwanted):
            line, row = rows.lines[i], rows.cells[i]
            if i in problems:
                column, problem = problems[i]
                reason = column_says(column, problem.reason)
                self._rejections.add(line, problem.code, reason, row)
            else:
                bad_line = rows.lines[first_bad[of_row[i]]]
                reason = spoilt(rows.numbers[i], bad_line)
                self._rejections.add(line, "order_left_out", reason, row)
        return rows.without(unwanted)
