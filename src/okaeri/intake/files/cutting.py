"""Where a large file can be cut in two, so that two processes read it at once."""

import csv
from pathlib import Path

from okaeri.intake.files.rows import Part, TextFile

# Below this a second process costs more than it saves.
SMALLEST_BYTES = 64_000_000
_WINDOW = 256 * 1024
_BLOCK = 4 * 1024 * 1024


def cut_in_two(file: TextFile, order_place: int) -> tuple[Part, Part] | None:
    """Give two parts that meet near the middle, where one order ends and another begins.

    None where the file is small, where lines do not end in a line feed, or where no such place is
    found. Whether the place stands outside quotation marks shows in reading the first part.
    """
    if file.size < SMALLEST_BYTES or file.encoding == "utf-16":
        return None
    cut = _find_cut(file, order_place)
    lines = _count_lines(file.path, cut) if cut else None
    if cut is None or lines is None:
        return None
    return Part(end=cut), Part(start=cut, lines=lines)


def _find_cut(file: TextFile, order_place: int) -> int | None:
    with file.path.open("rb") as stream:
        at = file.size // 2
        stream.seek(at)
        lines = stream.read(_WINDOW).splitlines(keepends=True)
    before = ""
    for line in lines[:-1]:
        if at > file.size // 2:
            number = _order_number(file, line, order_place)
            if before and number and number != before:
                return at
            before = number
        at += len(line)
    return None


def _order_number(file: TextFile, line: bytes, order_place: int) -> str:
    """Give the order number of a line that is one whole record, "" for any other."""
    text = line.decode(file.encoding, errors="replace")
    rows = list(csv.reader([text], delimiter=file.delimiter))
    return rows[0][order_place] if rows and len(rows[0]) == len(file.header) else ""


def _count_lines(path: Path, end: int) -> int | None:
    """Count the lines of the first `end` bytes, None where a lone carriage return ends some."""
    feeds = returns = pairs = 0
    last = b""
    with path.open("rb") as stream:
        while end and (block := stream.read(min(_BLOCK, end))):
            feeds += block.count(b"\n")
            returns += block.count(b"\r")
            pairs += block.count(b"\r\n") + (last == b"\r" and block.startswith(b"\n"))
            last, end = block[-1:], end - len(block)
    return feeds if returns in (0, pairs) else None
