"""From rows of a file to orders in columns: grouping, reading, refusing; no database.

A chunk of rows is turned on its side and read column by column through memories of cells, which is
what makes a million orders take seconds. An order with one bad row is left out whole.
"""

import json
from array import array
from collections.abc import Sequence
from operator import itemgetter
from zoneinfo import ZoneInfo

from okaeri.foundation.text import Text
from okaeri.intake.connectors.connector import ORDER_FIELDS, PARTY_FIELDS, Connector
from okaeri.intake.domain import statuses
from okaeri.intake.domain.cells import Problem
from okaeri.intake.domain.orders import content_hash, is_purchase, net_of, settle_status
from okaeri.intake.domain.staging import LINES, ORDERS
from okaeri.intake.files.rows import column_positions
from okaeri.intake.grouping import Rejections, Rows
from okaeri.intake.parsing import field_parsers
from okaeri.intake.parties import Columns, Parties
from okaeri.intake.sheet import Lines, Problems, Sheet, read_lines, settle_sums

_encode = json.JSONEncoder(ensure_ascii=False).encode

_WIDTH = Text(
    "列の数が見出しと違います(見出し{want}列、この行{have}列)。区切りと引用符を確認してください。",
    "The row has {have} cells but the header has {want}; check delimiters and quotation marks.",
)
_CELL = Text("「{column}」列: {why}", "Column '{column}': {why}")
_NO_NUMBER = Text("注文番号が入っていません。", "The order number is missing.")
_CONTRADICTION = Text(
    "注文番号 {number} は{line}行目にもありますが、内容が違います({column})。",
    "Order number {number} also stands on line {line} with other contents ({column}).",
)
_SPOILT = Text(
    "同じ注文の{line}行目に誤りがあるため、注文 {number} を取り込みませんでした。",
    "Order {number} was left out because its line {line} is wrong.",
)
_APART = Text(
    "注文番号 {number} の行が離れています。同じ注文の行を続けて並べてください。",
    "The rows of order {number} are apart; put the rows of one order together.",
)


class OrderStager:
    """Reads chunks of rows of one file into columns of orders and lines, contacts on the side."""

    def __init__(
        self, connector: Connector, header: Sequence[str], currency: str, zone: ZoneInfo
    ) -> None:
        self.connector = connector
        self.header = tuple(header)
        self.fields = connector.find_columns(column_positions(header))
        self.parties = Parties(connector.key)
        self.rejections = Rejections()
        self.rows = self.orders = 0
        # Order ref → what rows far behind the order's own added: amount and line texts.
        self.late: dict[int, tuple[int, str]] = {}
        self.dropped: set[int] = set()
        self._currency = currency
        self._parsers = field_parsers(connector, currency, zone)
        self._refs: dict[str, int] = {}
        self._first_lines = array("q")
        self._identities = array("q")
        self._line_counts = array("l")
        self._tail: tuple[list[list[str]], list[int]] = ([], [])
        self._lay_out()

    def _lay_out(self) -> None:
        party = [(f, p) for f in PARTY_FIELDS for p in self.fields.get(f, ())]
        self._party_fields = [field for field, _ in party]
        self._party_places = [place for _, place in party]
        loose = {"order_no", "shipped_on", "delivered_on"}
        same = [p for f in ORDER_FIELDS if f not in loose for p in self.fields.get(f, ())]
        self._identity_places = sorted({*same, *self._party_places})
        used = {place for places in self.fields.values() for place in places}
        seen: dict[str, int] = {}
        self._extra: list[tuple[str, int]] = []
        for place, name in enumerate(self.header):
            seen[name] = seen.get(name, 0) + 1
            if place not in used:
                unique = name if seen[name] == 1 else f"{name} ({seen[name]})"
                self._extra.append((unique or f"#{place + 1}", place))

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
        width = len(self.header)
        if set(map(len, cells)) - {width}:
            cells, lines = self._right_width(cells, lines, width)
        place = self.fields["order_no"][0]
        read = self._parsers["order_no"]
        numbers = [read[row[place]] for row in cells]
        rows = Rows.of(cells, lines, numbers)
        bad = {i for i, n in enumerate(numbers) if not n or type(n) is Problem}
        for i in sorted(bad):
            problem = numbers[i] or Problem("no_order_number", _NO_NUMBER)
            if any(map(str.strip, cells[i])):
                self.rejections.add(lines[i], problem.code, problem.reason, cells[i])
            else:
                self.rows -= 1
        return rows.without(bad) if bad else rows

    def _right_width(
        self, cells: list[list[str]], lines: list[int], width: int
    ) -> tuple[list[list[str]], list[int]]:
        kept: list[list[str]] = []
        kept_lines: list[int] = []
        for row, line in zip(cells, lines, strict=True):
            if len(row) > width and not any(map(str.strip, row[width:])):
                row = row[:width]
            if len(row) == width:
                kept.append(row)
                kept_lines.append(line)
            elif not any(map(str.strip, row)):
                self.rows -= 1
            else:
                self.rejections.add(
                    line, "wrong_width", _WIDTH.format(want=width, have=len(row)), row
                )
        return kept, kept_lines

    def _read(self, rows: Rows) -> tuple[Columns, Columns]:
        rows = self._gathered(rows)
        if not self._refs.keys().isdisjoint(rows.numbers):
            late = [i for i, number in enumerate(rows.numbers) if number in self._refs]
            late_lines = self._join_late(rows.take(late))
            orders, lines = self._read(rows.without(set(late)))
            return orders, {name: lines[name] + late_lines[name] for name in lines}
        rows, orders, lines = self._consistent(rows)
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

    def _consistent(self, rows: Rows) -> tuple[Rows, Columns, Columns]:
        """Reject contradicting rows and orders with a bad row; read the rest."""
        rows = self._without_contradictions(rows)
        while True:
            # Orders are only read once all lines are good, so a second round may find more.
            problems: Problems = {}
            orders, lines = self._columns(rows, problems)
            if not problems:
                return rows, orders, lines
            rows = self._without_spoilt(rows, problems)

    def _without_contradictions(self, rows: Rows) -> Rows:
        if len(rows.starts) == len(rows.cells) or len(self._identity_places) < 2:
            return rows
        identity = itemgetter(*self._identity_places)
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
                        self._reject_contradiction(rows, i, rows.lines[start], column)
        return rows.without(bad) if bad else rows

    def _contradiction(self, first: list[str], row: list[str]) -> str:
        """Give the column in which a row of the order says something else, "" if none.

        An empty cell says nothing, and the time may differ within the day.
        """
        stamps = self._parsers["ordered_at"]
        for place in self._identity_places:
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

    def _reject_contradiction(self, rows: Rows, i: int, line: int, column: str) -> None:
        reason = _CONTRADICTION.format(number=rows.numbers[i], line=line, column=column)
        self.rejections.add(rows.lines[i], "duplicate_order_number", reason, rows.cells[i])

    def _without_spoilt(self, rows: Rows, problems: Problems) -> Rows:
        of_row = rows.order_of_row()
        first_bad: dict[int, int] = {}
        for i in sorted(problems):
            first_bad.setdefault(of_row[i], i)
        unwanted = {i for i in range(len(rows.cells)) if of_row[i] in first_bad}
        for i in sorted(unwanted):
            line, row = rows.lines[i], rows.cells[i]
            if i in problems:
                column, problem = problems[i]
                why = problem.reason
                reason = Text(
                    _CELL.ja.format(column=column, why=why.ja),
                    _CELL.en.format(column=column, why=why.en),
                )
                self.rejections.add(line, problem.code, reason, row)
            else:
                bad_line = rows.lines[first_bad[of_row[i]]]
                reason = _SPOILT.format(number=rows.numbers[i], line=bad_line)
                self.rejections.add(line, "order_left_out", reason, row)
        return rows.without(unwanted)

    def _join_late(self, rows: Rows) -> Columns:
        """Add rows that come back to an order read before, if they say the same of the order."""
        if self.connector.line_kinds:
            for i, number in enumerate(rows.numbers):
                reason = _APART.format(number=number)
                self.rejections.add(rows.lines[i], "order_apart", reason, rows.cells[i])
                self._drop(number, rows.lines[i])
            return {name: [] for name in LINES.names}
        before = dict(zip(rows.numbers, rows.lines, strict=True))
        rows, orders, lines = self._consistent(rows)
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
                self._reject_contradiction(
                    rows, i, first_line, self.header[self.fields["order_no"][0]]
                )
        kept = [i for i, k in enumerate(lines["order_ref"]) if same[k]]
        lines = {name: [column[i] for i in kept] for name, column in lines.items()}
        for i, k in enumerate(lines["order_ref"]):
            ref = lines["order_ref"][i] = self._refs[rows.numbers[rows.starts[k]]]
            self._line_counts[ref] += 1
            lines["line_no"][i] = self._line_counts[ref]
            amount, text = self.late.get(ref, (0, ""))
            line = _line_text(*(lines[name][i] for name in LINES.names[2:]))
            self.late[ref] = (amount + lines["amount_minor"][i], f"{text}\x1e{line}")
        return lines

    def _drop(self, number: str, line: int) -> None:
        """Leave out an order read before, because a row far behind it is wrong."""
        ref = self._refs[number]
        if ref not in self.dropped:
            self.dropped.add(ref)
            reason = _SPOILT.format(number=number, line=line)
            self.rejections.add(self._first_lines[ref], "order_left_out", reason, ())
            self.rejections.count += self._line_counts[ref] - 1

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

    # ---- from consistent rows to columns -------------------------------------------------------

    def _columns(self, rows: Rows, problems: Problems) -> tuple[Columns, Columns]:
        if not rows.cells:
            return {name: [] for name in ORDERS.names}, {name: [] for name in LINES.names}
        sheet = Sheet(rows, self.header, self.fields, self._parsers, problems)
        lines = read_lines(sheet, self.connector)
        if lines is None:
            return {}, {}
        orders = self._orders(sheet, lines)
        if problems:
            return {}, {}
        of_row = rows.order_of_row()
        starts = rows.starts
        kept = lines.kept
        columns: Columns = {
            "order_ref": of_row,
            "line_no": [i - starts[k] + 1 for i, k in enumerate(of_row)],
            "sku": lines.sku,
            "product_name": lines.name,
            "quantity": lines.quantity,
            "unit_price_minor": lines.price,
            "amount_minor": lines.amount,
        }
        if kept is not None:
            columns = {name: [column[i] for i in kept] for name, column in columns.items()}
        return orders, columns

    def _orders(self, sheet: Sheet, lines: Lines) -> Columns:
        rows = sheet.rows
        names = rows.order_names()
        count = len(names)
        stamps = sheet.order_values("ordered_at", (0, 0))
        money = {name: sheet.order_values(name, 0) for name in ("discount", "points", "refunded")}
        shipping = sheet.order_values("shipping", 0)
        totals = sheet.order_values("total", None)
        parties = self._party_numbers(sheet)
        if sheet.problems:
            return {}
        sums = settle_sums(sheet, lines, money, shipping, totals)
        state = self._statuses(sheet, names, sums)
        shipped, delivered = (sheet.order_values(n, None) for n in ("shipped_on", "delivered_on"))
        sheet.order_values("currency", self._currency)
        columns: Columns = {
            "order_ref": [],
            "source": [self.connector.key] * count,
            "order_no": names,
            "party_no": parties,
            "ordered_at": [stamp[0] for stamp in stamps],
            "ordered_on": [stamp[1] for stamp in stamps],
            "status": state,
            "is_purchase": list(map(is_purchase, state, sums)),
            "currency": [self._currency] * count,
            "lines_minor": sums,
            "discount_minor": money["discount"],
            "points_minor": money["points"],
            "shipping_minor": shipping,
            "refunded_minor": money["refunded"],
            "total_minor": _totals(totals, sums, money, shipping),
            "net_minor": list(
                map(net_of, state, sums, money["discount"], money["points"], money["refunded"])
            ),
            "subscription_no": sheet.order_values("subscription_no", ""),
            "delivery_no": sheet.order_values("delivery_no", None),
            "media_code": sheet.order_values("media_code", ""),
            "shipped_on": shipped,
            "delivered_on": delivered,
            "extra": self._extras(rows),
        }
        columns["content_hash"] = self._hashes(columns, lines, rows)
        return columns

    def _statuses(self, sheet: Sheet, names: list[str], sums: list[int]) -> list[str]:
        blank = [""] * len(names)
        words = sheet.order_cells("status") or blank
        cancelled = sheet.order_cells("cancelled_at") or blank
        read = self._parsers["status"].__getitem__
        state: list[str] = list(map(read, zip(words, cancelled, strict=True)))
        prefix = self.connector.cancel_prefix
        if prefix:
            state = [
                statuses.RETURNED if name.startswith(prefix) else status
                for name, status in zip(names, state, strict=True)
            ]
        return list(map(settle_status, state, sums))

    def _party_numbers(self, sheet: Sheet) -> list[int | None]:
        if not self._party_places:
            return [None] * len(sheet.rows.starts)
        pick = itemgetter(*self._party_places, 0)
        number, fields, rows = self.parties.number_of_cells, self._party_fields, sheet.rows.cells
        return [number(fields, pick(rows[start])[:-1]) for start in sheet.rows.starts]

    def _extras(self, rows: Rows) -> list[str]:
        if not self._extra:
            return ["{}"] * len(rows.starts)
        extra = self._extra
        found = []
        for start in rows.starts:
            row = rows.cells[start]
            found.append(_encode({name: row[place] for name, place in extra if row[place]}))
        return found

    def _hashes(self, columns: Columns, lines: Lines, rows: Rows) -> list[str]:
        prints = self.parties.fingerprints
        contacts = ["" if n is None else prints[n] for n in columns["party_no"]]
        texts = list(
            map(_line_text, lines.sku, lines.name, lines.quantity, lines.price, lines.amount)
        )
        if lines.kept is not None:
            kept = set(lines.kept)
            texts = [text if i in kept else "" for i, text in enumerate(texts)]
        per_order = [
            texts[start] if end - start == 1 else "\x1e".join(filter(None, texts[start:end]))
            for start, end in zip(rows.starts, rows.ends, strict=True)
        ]
        values = zip(contacts, *(columns[name] for name in HASHED), strict=True)
        return list(map(content_hash, values, per_order))


# Columns of an order that its content hash covers, behind the contact's fingerprint.
HASHED = (
    "order_no", "ordered_at", "status", "lines_minor", "discount_minor", "points_minor",
    "shipping_minor", "refunded_minor", "total_minor", "currency", "subscription_no", "delivery_no",
    "media_code", "shipped_on", "delivered_on", "extra",
)  # fmt: skip
_IDENTITY = (
    "ordered_on", "party_no", "status", "discount_minor", "points_minor", "shipping_minor",
    "refunded_minor", "subscription_no",
)  # fmt: skip


def _identities(orders: Columns) -> list[int]:
    """Give a number per order that is the same for rows that say the same of it (this process)."""
    return list(map(hash, zip(*(orders[name] for name in _IDENTITY), strict=True)))


def _line_text(sku: str, name: str, quantity: int, price: int, amount: int) -> str:
    return f"{sku}\x1f{name}\x1f{quantity}\x1f{price}\x1f{amount}"


def _totals(
    totals: list[int | None], sums: list[int], money: Columns, shipping: list[int]
) -> list[int]:
    stated = zip(totals, sums, money["discount"], money["points"], shipping, strict=True)
    return [
        total if total is not None else lines - discount - points + fee
        for total, lines, discount, points, fee in stated
    ]
