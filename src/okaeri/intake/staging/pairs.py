"""Two files that are one: orders and their items exported apart (Yahoo!), joined by the order number."""

import csv
from collections.abc import Iterator
from pathlib import Path

from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri.intake.connectors import recognise
from okaeri.intake.connectors.yahoo import yahoo_items, yahoo_orders
from okaeri.intake.files.rows import TextFile, column_positions, normal_header
from okaeri.intake.staging.staging_files import open_text

_NOT_A_PAIR = Text(
    "この2つは組になっていません。Yahoo!ショッピングの注文ファイルと商品ファイルを選ぶか、1つずつ選んでください。",
    "These two do not belong together; choose Yahoo!'s orders file and items file, or one at a time.",
)
_WIDTH = Text(
    "{name} で始まるファイルの{line}行目は、列の数が見出しと違います。区切りと引用符を確認してください。",
    "Line {line} of the file that begins with {name} has another number of cells than its header; "
    "check delimiters and quotation marks.",
)


def join(first: Path, second: Path, to: Path) -> None:
    """Write the two files as one with a row per item, in UTF-8; either may come first.

    Raises InputError where they are no pair. An order without items and an item without its order
    keep their row, so that the import names them among the rejected.
    """
    by_kind = {recognise(file.header): file for file in map(open_text, (first, second))}
    orders, items = by_kind.get(yahoo_orders.key), by_kind.get(yahoo_items.key)
    if orders is None or items is None:
        raise InputError(_NOT_A_PAIR)
    with to.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows(_rows(orders, items))


def _rows(orders: TextFile, items: TextFile) -> Iterator[list[str]]:
    key = normal_header(yahoo_items.columns["order_no"][0])
    order_key, item_key = (column_positions(file.header)[key] for file in (orders, items))
    places = [i for i in range(len(items.header)) if i != item_key]
    width = len(orders.header)
    yield [*orders.header, *(items.header[i] for i in places)]
    waiting: dict[str, list[list[str]]] = {}
    for row in _cells(items):
        waiting.setdefault(row[item_key], []).append([row[i] for i in places])
    for order in _cells(orders):
        for cells in waiting.pop(order[order_key], [[""] * len(places)]):
            yield [*order, *cells]
    for number, lines in waiting.items():
        alone = [""] * width
        alone[order_key] = number
        for cells in lines:
            yield [*alone, *cells]


def _cells(file: TextFile) -> Iterator[list[str]]:
    """Give the rows; one of another width is an error, for its order would come in without it."""
    width = len(file.header)
    for rows, lines in file.chunks():
        for row, line in zip(rows, lines, strict=True):
            while len(row) > width and not row[-1].strip():
                row.pop()
            if any(row):
                if len(row) != width:
                    raise InputError(_WIDTH.format(name=file.header[0], line=line))
                yield row
