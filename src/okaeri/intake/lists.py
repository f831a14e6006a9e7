"""Files with one product or one customer per row, read and refused by row like orders."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

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
from okaeri.intake.domain.days import parse_day
from okaeri.intake.domain.staging import PRODUCTS
from okaeri.intake.files.rows import column_positions
from okaeri.intake.staging.agreement import column_says
from okaeri.intake.staging.grouping import Rejections, rows_of_width
from okaeri.intake.staging.parties import Columns, Parties

_TWICE = Text(
    "商品コード {sku} は{line}行目にもありますが、内容が違います。",
    "Product {sku} also stands on line {line} with other contents.",
)
_NO_ADDRESS = Text(
    "https:// から始まるアドレスを書いてください。", "write an address from https:// on."
)
_NEGATIVE = Text("0以上で書いてください。", "write 0 or more.")


class _List:
    """Rows of one thing each, with the rule of every field."""

    def __init__(
        self, connector: Connector, header: Sequence[str], rules: Mapping[str, Any]
    ) -> None:
        self.header = tuple(header)
        self.fields = connector.find_columns(column_positions(header))
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
            if not any(map(str.strip, row)):
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

    def _cell(self, row: Sequence[str], field: str) -> str:
        return next((row[place] for place in self.fields[field] if row[place]), "")


class ProductList(_List):
    """Products by code; the same code again must say the same."""

    def __init__(self, connector: Connector, header: Sequence[str], currency: str) -> None:
        def money(raw: str) -> int:
            return _not_negative(amounts.parse_whole_money(raw, currency))

        rules = {
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
        }
        super().__init__(connector, header, rules)
        self._seen: dict[str, tuple[int, dict[str, Any]]] = {}

    def feed(self, cells: list[list[str]], lines: list[int]) -> None:
        """Read one chunk."""
        for line, row, values in self._readable(cells, lines):
            first, known = self._seen.setdefault(values["sku"], (line, values))
            if known != values:
                reason = _TWICE.format(sku=values["sku"], line=first)
                self.rejections.add(line, "duplicate_product", reason, row)

    def columns(self) -> Columns:
        """Give the columns the file has, of every product."""
        products = [values for _, values in self._seen.values()]
        return {
            name: [product[name] for product in products]
            for name in PRODUCTS.names
            if name in self.fields
        }


class CustomerList(_List):
    """Contacts, of the same source as the order template so that member numbers agree."""

    SOURCE = "template"

    def __init__(self, connector: Connector, header: Sequence[str], zone: ZoneInfo) -> None:
        def stamp(raw: str) -> int:
            return int(datetime.combine(parse_day(raw), time(), zone).timestamp())

        super().__init__(
            connector, header, {"member_no": required(clean_code), "seen_on": optional(stamp)}
        )
        self.parties = Parties(self.SOURCE)
        places = [(f, p) for f in PARTY_FIELDS for p in self.fields.get(f, ())]
        self._party_fields = [field for field, _ in places]
        self._party_places = [place for _, place in places]

    def feed(self, cells: list[list[str]], lines: list[int]) -> Columns:
        """Read one chunk; gives the contacts that were not in the file before."""
        stated: dict[int, int] = {}
        readable = self._readable(cells, lines)
        contacts = [[row[place] for place in self._party_places] for _, row, _ in readable]
        numbers = self.parties.numbers_of_cells(self._party_fields, contacts)
        for number, (_, _, values) in zip(numbers, readable, strict=True):
            second = values.get("seen_on")
            if number is not None and second is not None:
                stated[number] = max(second, stated.get(number, second))
        fresh = self.parties.take_new()
        return fresh | {"stated_at": [stated.get(number) for number in fresh["party_no"]]}


def _web_address(raw: str) -> str:
    address = clean_text(raw, 500)
    if address and not address.startswith(("https://", "http://")):
        raise CellError("bad_address", _NO_ADDRESS)
    return address


def _not_negative(number: int) -> int:
    if number < 0:
        raise CellError("bad_amount", _NEGATIVE)
    return number
