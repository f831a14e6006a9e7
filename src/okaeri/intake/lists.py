"""Files with one product or one customer per row, read and refused by row like orders."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from okaeri.foundation.codes import folded
from okaeri.foundation.text import Text
from okaeri.intake.connectors.connector import PARTY_FIELDS, Connector
from okaeri.intake.domain import amounts
from okaeri.intake.domain.cells import (
    CellError,
    Cells,
    Problem,
    clean_code,
    clean_text,
    optional,
    required,
)
from okaeri.intake.domain.contacts import parse_yes_no
from okaeri.intake.domain.days import parse_day, says_no_day
from okaeri.intake.domain.malls import can_reach, is_masked
from okaeri.intake.domain.registration import registration_of
from okaeri.intake.domain.staging import PRODUCTS
from okaeri.intake.files.rows import column_positions, normal_header
from okaeri.intake.staging.agreement import column_says
from okaeri.intake.staging.grouping import Rejections, rows_of_width
from okaeri.intake.staging.parties import Columns, Parties
from okaeri.intake.staging.unknown import encode, filled_cells, other_cells, unknown_columns

_TWICE = Text(
    "商品コード {sku} は{line}行目にもありますが、内容が違います。",
    "Product {sku} also stands on line {line} with other contents.",
)
_NO_ADDRESS = Text(
    "https:// から始まるアドレスを書いてください。", "write an address from https:// on."
)
_NEGATIVE = Text("0以上で書いてください。", "write 0 or more.")
_VARIANTS = ("variant", "variant2", "variant3")
# What Shopify calls the one variant of a product without any.
_NO_VARIANT = ("", "Default Title")


class _List:
    """Rows of one thing each, with the rule of every field."""

    def __init__(
        self, connector: Connector, header: Sequence[str], rules: Mapping[str, Any]
    ) -> None:
        self.header = tuple(header)
        positions = column_positions(header)
        self.fields = connector.find_columns(positions)
        # Where a field may stand in several columns the others are kept, and so is what is only
        # read to place the row in time.
        stored = {name: at[:1] for name, at in self.fields.items() if name != "seen_on"}
        self.unknown = unknown_columns(header, stored)
        column, names = connector.carried
        self._group = positions.get(normal_header(column))
        self._carried = [self.fields[name][0] for name in names if name in self.fields]
        self._above: list[str] = []
        self._left_out = [
            (positions[normal_header(name)], word)
            for name, word in connector.left_out
            if normal_header(name) in positions
        ]
        self.rejections = Rejections()
        self.rows = 0
        self._rules = {name: Cells(rule) for name, rule in rules.items() if name in self.fields}

    def _readable(
        self, cells: list[list[str]], lines: list[int]
    ) -> list[tuple[int, list[str], dict[str, Any]]]:
        """Give line, raw row and values of every row that can be used."""
        rows, numbers, blank = rows_of_width(cells, lines, len(self.header), self.rejections)
        self.rows += len(cells) - blank
        found = []
        for line, row in zip(numbers, rows, strict=True):
            self._carry(row)
            if not any(map(str.strip, row)) or self._is_left_out(row):
                self.rows -= 1
                continue
            values = {name: rule[self._cell(row, name)] for name, rule in self._rules.items()}
            bad = next((name for name, value in values.items() if type(value) is Problem), None)
            if bad is None:
                found.append((line, row, values))
            else:
                column = self.header[self.fields[bad][0]]
                reason = column_says(column, values[bad].reason)
                self.rejections.add(line, values[bad].code, reason, row)
        return found

    def _carry(self, row: list[str]) -> None:
        """Fill what an export says only on the first row of a group."""
        if self._group is None:
            return
        if self._above and self._above[self._group] == row[self._group]:
            for place in self._carried:
                row[place] = row[place] or self._above[place]
        self._above = row

    def _is_left_out(self, row: Sequence[str]) -> bool:
        return any(folded(row[place]) == word for place, word in self._left_out)

    def _cell(self, row: Sequence[str], field: str) -> str:
        return next((row[place] for place in self.fields[field] if row[place]), "")


class ProductList(_List):
    """Products by code; the same code again must say the same."""

    def __init__(self, connector: Connector, header: Sequence[str], currency: str) -> None:
        def money(raw: str) -> int:
            return _not_negative(amounts.parse_whole_money(raw, currency))

        rules: dict[str, Callable[[str], Any]] = {
            "sku": required(clean_code),
            "name": clean_text,
            "category": lambda raw: clean_text(raw, 80),
            "price_minor": optional(money),
            "cost_minor": optional(money),
            "days_supply": optional(lambda raw: _not_negative(amounts.parse_quantity(raw))),
            "is_trial": lambda raw: bool(parse_yes_no(raw)),
            "is_sample": lambda raw: bool(parse_yes_no(raw)),
            "stock": optional(lambda raw: _not_negative(amounts.parse_quantity(raw))),
            "url": _web_address,
            **dict.fromkeys(_VARIANTS, clean_text),
        }
        for name, change in connector.prepare.items():
            rules[name] = _prepared(rules[name], change)
        super().__init__(connector, header, rules)
        self._is_sku_optional = connector.is_sku_optional
        self._seen: dict[str, tuple[int, dict[str, Any]]] = {}
        # Code → its first row, how many rows it has, and what its unknown columns say.
        self._rest: dict[str, tuple[list[str], int, dict[str, str]]] = {}

    def feed(self, cells: list[list[str]], lines: list[int]) -> None:
        """Read one chunk."""
        for line, row, values in self._readable(cells, lines):
            values["name"] = _full_name(values)
            first, known = self._seen.setdefault(values["sku"], (line, values))
            if known != values:
                reason = _TWICE.format(sku=values["sku"], line=first)
                self.rejections.add(line, "duplicate_product", reason, row)
            else:
                self._keep_rest(values["sku"], row)

    def _keep_rest(self, sku: str, row: list[str]) -> None:
        if sku not in self._rest:
            self._rest[sku] = (row, 1, filled_cells(self.unknown, row))
            return
        first, count, kept = self._rest[sku]
        kept |= other_cells(self.unknown, first, row, count + 1)
        self._rest[sku] = (first, count + 1, kept)

    def columns(self) -> Columns:
        """Give the columns the file has, of every product."""
        products = [values for _, values in self._seen.values()]
        extra = {"extra": [encode(self._rest[sku][2]) for sku in self._seen]}
        return extra | {
            name: [product[name] for product in products]
            for name in PRODUCTS.names
            if name in self.fields
        }

    def _is_left_out(self, row: Sequence[str]) -> bool:
        is_bare = self._is_sku_optional and not self._cell(row, "sku").strip()
        return is_bare or super()._is_left_out(row)


def _full_name(values: dict[str, Any]) -> str:
    """Give a product's name with what tells its variants apart (化粧水 大)."""
    found = [values.pop(name, "") for name in _VARIANTS]
    parts = [values.get("name", ""), *(part for part in found if part not in _NO_VARIANT)]
    return " ".join(filter(None, parts))[:255]


class CustomerList(_List):
    """Contacts, of the same source as the layout's orders so that member numbers agree."""

    def __init__(
        self, connector: Connector, header: Sequence[str], zone: ZoneInfo, now: datetime
    ) -> None:
        def stamp(raw: str) -> int | None:
            if says_no_day(raw):
                return None
            # A day to come would stand above all that anybody says until then.
            return int(min(datetime.combine(parse_day(raw), time(), zone), now).timestamp())

        number = required(clean_code) if "member_no" in connector.required else clean_code
        rules = {
            "member_no": number,
            "registered_at": lambda raw: registration_of(raw, zone, now),
            "seen_on": stamp,
        }
        super().__init__(connector, header, rules)
        self.parties = Parties(connector.stored_as)
        places = [(f, p) for f in PARTY_FIELDS for p in self.fields.get(f, ())]
        self._party_fields = [field for field, _ in places]
        self._party_places = [place for _, place in places]

    def feed(self, cells: list[list[str]], lines: list[int]) -> Columns:
        """Read one chunk; gives the contacts that were not in the file before.

        Of a contact that comes twice the first row's unknown columns count.
        """
        stated: dict[int, int] = {}
        rest: dict[int, str] = {}
        readable = self._readable(cells, lines)
        contacts = [[row[place] for place in self._party_places] for _, row, _ in readable]
        numbers = self.parties.numbers_of_cells(self._party_fields, contacts)
        for number, (_, row, values) in zip(numbers, readable, strict=True):
            if number is None:
                continue
            if number not in rest:
                rest[number] = encode(self._kept(row))
            registered_at = values.get("registered_at")
            if registered_at is not None:
                self.parties.note_registered(number, registered_at)
            second = values.get("seen_on")
            if second is not None:
                stated[number] = max(second, stated.get(number, second))
        fresh = self.parties.take_new()
        return fresh | {
            "stated_at": [stated.get(number) for number in fresh["party_no"]],
            "extra": [rest[number] for number in fresh["party_no"]],
        }

    def _kept(self, row: list[str]) -> dict[str, str]:
        """Give a row's unknown columns; of a mall's customer none that would reach him."""
        kept = filled_cells(self.unknown, row)
        if "email" in self.fields and is_masked(self._cell(row, "email")):
            return {name: cell for name, cell in kept.items() if not can_reach(name)}
        return kept


def _prepared(rule: Callable[[str], Any], change: Callable[[str], str]) -> Callable[[str], Any]:
    return lambda raw: rule(change(raw))


def _web_address(raw: str) -> str:
    address = clean_text(raw, 500)
    if address and not address.startswith(("https://", "http://")):
        raise CellError("bad_address", _NO_ADDRESS)
    return address


def _not_negative(number: int) -> int:
    if number < 0:
        raise CellError("bad_amount", _NEGATIVE)
    return number
