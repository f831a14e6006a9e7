"""From rows of whole, consistent orders to the columns of orders and lines."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import accumulate
from operator import add, itemgetter
from typing import Any

from okaeri.intake.connectors.connector import PARTY_FIELDS, Connector, says_no
from okaeri.intake.domain import statuses
from okaeri.intake.domain.cells import Cells, Problem, clean_text
from okaeri.intake.domain.malls import can_reach, is_masked
from okaeri.intake.domain.orders import is_purchase, net_of, settle_status, text_hash
from okaeri.intake.domain.staging import LINES, ORDERS
from okaeri.intake.files.rows import normal_header
from okaeri.intake.staging.grouping import Rows
from okaeri.intake.staging.parties import Columns, Parties
from okaeri.intake.staging.sheet import Lines, Problems, Sheet, read_lines, settle_sums
from okaeri.intake.staging.taxes import add_missing_tax, taxes_in_goods
from okaeri.intake.staging.unknown import encode, filled_cells, other_cells, unknown_columns

# Read to understand an order, kept among its unknown columns because no column of ours holds them.
_NOT_STORED = ("fees", "taxes", "subtotal", "updated_at")

# Columns of an order that its content hash covers, behind the contact's fingerprint.
HASHED = (
    "order_no", "ordered_at", "status", "status_word", "lines_minor", "discount_minor", "points_minor",
    "shipping_minor", "refunded_minor", "total_minor", "currency", "subscription_no", "delivery_no",
    "media_code", "shipped_on", "delivered_on", "extra",
)  # fmt: skip


class OrderColumns:
    """Reads rows of one file, whose fields stand at known places, column by column."""

    def __init__(
        self,
        connector: Connector,
        header: Sequence[str],
        fields: Mapping[str, tuple[int, ...]],
        parsers: Mapping[str, Cells],
        parties: Parties,
        currency: str,
    ) -> None:
        self.connector, self.header, self.fields = connector, header, fields
        self.parties, self.currency, self._parsers = parties, currency, parsers
        party = [(f, p) for f in PARTY_FIELDS for p in fields.get(f, ())]
        self._party_fields = [field for field, _ in party]
        self._party_places = [place for _, place in party]
        stored = {name: places for name, places in fields.items() if name not in _NOT_STORED}
        self._extra = unknown_columns(header, stored)
        if connector.is_analysis_only:
            self._extra = [(name, place) for name, place in self._extra if not can_reach(name)]
        if connector.unstored:
            unstored = set(map(normal_header, connector.unstored))
            self._extra = [one for one in self._extra if normal_header(one[0]) not in unstored]
        self._harmless = [(name, place) for name, place in self._extra if not can_reach(name)]
        has_secrets = len(self._harmless) < len(self._extra)
        self._mail_places = fields.get("email", ()) if has_secrets else ()
        self._test_places = [
            place
            for place, name in enumerate(header)
            if normal_header(name) == normal_header(connector.test_mark[0])
        ]

    def read(self, rows: Rows, problems: Problems) -> tuple[Columns, Columns]:
        """Give columns of orders and lines; where cells cannot be used only `problems` counts."""
        if not rows.cells:
            return {name: [] for name in ORDERS.names}, {name: [] for name in LINES.names}
        sheet = Sheet(rows, self.header, self.fields, self._parsers, problems)
        lines = read_lines(sheet, self.connector)
        if lines is None:
            return {}, {}
        orders = self._orders(sheet, lines)
        if problems:
            return {}, {}
        return orders, _line_columns(rows, lines)

    def _orders(self, sheet: Sheet, lines: Lines) -> Columns:
        rows = sheet.rows
        names = rows.order_names()
        count = len(names)
        stamps = sheet.order_values("ordered_at", (0, 0))
        money = {name: sheet.order_values(name, 0) for name in ("discount", "points", "refunded")}
        shipping = _with_line_shipping(sheet, _numbers(sheet.order_values("shipping", 0)))
        fees, taxes, _ = (sheet.order_values(n, 0) for n in ("fees", "taxes", "subtotal"))
        totals = sheet.order_values("total", None)
        parties = self._party_numbers(sheet)
        if sheet.problems:
            return {}
        if "taxes" in self.fields and "subtotal" not in self.fields:
            charges = list(map(add, shipping, fees))
            add_missing_tax(rows, lines, money, charges, taxes, totals)
        sums = settle_sums(sheet, lines, money, shipping, totals)
        charges = list(map(add, shipping, fees))
        state, words = self._statuses(sheet, names, sums)
        shipped, delivered = (sheet.order_values(n, None) for n in ("shipped_on", "delivered_on"))
        updated = sheet.order_values("updated_at", None)
        sheet.order_values("currency", self.currency)
        amounts = (money["discount"], money["points"], money["refunded"])
        columns: Columns = {
            "order_ref": [],
            "source": [self.connector.stored_as] * count,
            "order_no": names,
            "party_no": parties,
            "ordered_at": [stamp[0] for stamp in stamps],
            "ordered_on": [stamp[1] for stamp in stamps],
            "status": state,
            "status_word": words,
            "is_purchase": list(map(is_purchase, state, sums, *amounts)),
            "currency": [self.currency] * count,
            "lines_minor": sums,
            "lines_tax_minor": taxes_in_goods(sheet, lines, sums, money["discount"], charges),
            "discount_minor": money["discount"],
            "points_minor": money["points"],
            "shipping_minor": shipping,
            "refunded_minor": money["refunded"],
            "total_minor": _totals(totals, sums, money, charges),
            "net_minor": list(map(net_of, state, sums, *amounts)),
            "subscription_no": sheet.order_values("subscription_no", ""),
            "delivery_no": sheet.order_values("delivery_no", None),
            "media_code": sheet.order_values("media_code", ""),
            "shipped_on": shipped,
            "delivered_on": delivered,
            "extra": self._extras(rows),
            "updated_at": [None if stamp is None else stamp[0] for stamp in updated],
        }
        columns["content_hash"] = self._hashes(columns, lines, rows)
        return columns

    def _statuses(
        self, sheet: Sheet, names: list[str], sums: list[int]
    ) -> tuple[list[str], list[str]]:
        """Give the status of each order, and the source's word where that decided it."""
        blank = [""] * len(names)
        words = sheet.order_cells("status") or blank
        cancelled = sheet.order_cells("cancelled_at") or blank
        read = self._parsers["status"].__getitem__
        state: list[str] = list(map(read, zip(words, cancelled, strict=True)))
        by_word = state
        for place in self._test_places:
            word = self.connector.test_mark[1]
            cells = [sheet.rows.cells[start][place] for start in sheet.rows.starts]
            state = [
                statuses.TEST if word in cell.lower() else status
                for cell, status in zip(cells, state, strict=True)
            ]
        prefix = self.connector.cancel_prefix
        if prefix:
            state = [
                statuses.RETURNED if name.startswith(prefix) else status
                for name, status in zip(names, state, strict=True)
            ]
        told = zip(words, cancelled, by_word, state, strict=True)
        deciding = [
            clean_text(word, 80) if status == own and (not flag or says_no(flag)) else ""
            for word, flag, own, status in told
        ]
        return list(map(settle_status, state, sums)), deciding

    def _party_numbers(self, sheet: Sheet) -> list[int | None]:
        if not self._party_places:
            return [None] * len(sheet.rows.starts)
        pick = itemgetter(*self._party_places, 0)
        rows = sheet.rows.cells
        contacts = [pick(rows[start])[:-1] for start in sheet.rows.starts]
        numbers = self.parties.numbers_of_cells(self._party_fields, contacts)
        self._note_registrations(numbers, sheet.order_cells("registered_at"))
        return numbers

    def _note_registrations(self, numbers: list[int | None], cells: list[str] | None) -> None:
        for number, cell in zip(numbers, cells, strict=True) if cells else ():
            at = self._parsers["registered_at"][cell]
            if number is not None and isinstance(at, datetime):
                self.parties.note_registered(number, at)

    def _extras(self, rows: Rows) -> list[str]:
        if not self._extra:
            return ["{}"] * len(rows.starts)
        found = []
        for start, end in zip(rows.starts, rows.ends, strict=True):
            row = rows.cells[start]
            # A mall's customer among the own shop's is told by the address the mall made up.
            is_mall = any(is_masked(row[place]) for place in self._mail_places)
            extra = self._harmless if is_mall else self._extra
            kept = filled_cells(extra, row)
            for later in range(start + 1, end):
                kept |= other_cells(extra, row, rows.cells[later], later - start + 1)
            found.append(encode(kept))
        return found

    def _hashes(self, columns: Columns, lines: Lines, rows: Rows) -> list[str]:
        prints = self.parties.fingerprints
        contacts = ["" if n is None else prints[n] for n in columns["party_no"]]
        texts = list(
            map(line_text, lines.sku, lines.name, lines.quantity, lines.price, lines.amount)
        )
        if lines.kept is not None:
            kept = set(lines.kept)
            texts = [text if i in kept else "" for i, text in enumerate(texts)]
        per_order = [
            texts[start] if end - start == 1 else "\x1e".join(filter(None, texts[start:end]))
            for start, end in zip(rows.starts, rows.ends, strict=True)
        ]
        values = zip(contacts, *(_texts(columns[name]) for name in HASHED), strict=True)
        return list(map(text_hash, map("\x1f".join, values), per_order))


def _texts(values: list[Any]) -> list[str]:
    """Give values as text; a column with one value throughout is put into words once."""
    if values[0] == values[-1] and values.count(values[0]) == len(values):
        return [str(values[0])] * len(values)
    return list(map(str, values))


def _with_line_shipping(sheet: Sheet, shipping: list[int]) -> list[int]:
    """Add the shipping of each line, where a layout has it there (Amazon)."""
    if "line_shipping" not in sheet.fields:
        return shipping
    running = list(accumulate(_numbers(sheet.values("line_shipping", 0)), initial=0))
    spans = zip(shipping, sheet.rows.starts, sheet.rows.ends, strict=True)
    return [fee + running[end] - running[start] for fee, start, end in spans]


def _numbers(values: list[Any]) -> list[int]:
    """Give 0 for cells that cannot be read: their order is refused anyway."""
    return [0 if type(value) is Problem else value for value in values]


def _line_columns(rows: Rows, lines: Lines) -> Columns:
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
    return columns


def line_text(sku: str, name: str, quantity: int, price: int, amount: int) -> str:
    """Give what a line adds to the content hash of its order."""
    return f"{sku}\x1f{name}\x1f{quantity}\x1f{price}\x1f{amount}"


def _totals(
    totals: list[int | None], sums: list[int], money: Columns, shipping: list[int]
) -> list[int]:
    stated = zip(totals, sums, money["discount"], money["points"], shipping, strict=True)
    return [
        total if total is not None else lines - discount - points + fee
        for total, lines, discount, points, fee in stated
    ]
