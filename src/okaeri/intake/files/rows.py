"""Rows of a delimited text file with their line numbers, and the header they stand under."""

import csv
import hashlib
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri.intake.files.encoding import detect_encoding

MOST_COLUMNS = 1_000
_CHUNK = 10_000
_SAMPLE_ROWS = 20
# How many rows may stand above the header, and how many names it has at least then.
_MOST_TITLES, _FEWEST_NAMES = 5, 4
# A number, a day, an amount, an address: no name of a column.
_VALUE = re.compile(r"[\d\s,.:/¥%円+-]+|.*@.*\..*|\d+年.*")
_BUFFER = 1024 * 1024

_NO_ROWS = Text(
    "見出しの行だけで、データの行がありません。", "The file has a header but no rows of data."
)
_NO_HEADER = Text(
    "見出しの行がありません。1行目に列の名前を書いてください。",
    "The file has no header; write the column names on the first line.",
)
_TOO_WIDE = Text(
    "列が多すぎます({count}列、{most}列まで)。区切り文字を確認してください。",
    "There are too many columns ({count}, at most {most}); check the delimiter.",
)
_BROKEN = Text(
    '{line}行目あたりで CSV の形が崩れています。引用符(")が閉じているか確認してください。',
    'The CSV breaks near line {line}; check that every quotation mark (") is closed.',
)

if TYPE_CHECKING:
    from _csv import Reader

    from typing_extensions import Buffer
else:
    Reader = Buffer = object

Chunk = tuple[list[list[str]], list[int]]


def normal_header(name: str) -> str:
    """Give a column name for comparison: NFKC, no spaces, no byte order mark, no *, lower case."""
    text = unicodedata.normalize("NFKC", name).replace("\ufeff", "")
    return "".join(text.split()).rstrip("*").lower()


def header_fingerprint(header: Sequence[str]) -> str:
    """Give the key of a layout: the sorted, normalised names, whatever their order in the file."""
    names = sorted(normal_header(name) for name in header)
    return hashlib.sha256("\x1f".join(names).encode()).hexdigest()


def column_positions(header: Sequence[str]) -> dict[str, int]:
    """Give normalised name → position; of names that appear twice the first one counts."""
    positions: dict[str, int] = {}
    for position, name in enumerate(header):
        positions.setdefault(normal_header(name), position)
    return positions


class NotARecordEndError(Exception):
    """A part of a file was cut inside a quoted cell."""


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes `start` to `end` of a file (None: to its end), with the lines that stand before them."""

    start: int = 0
    end: int | None = None
    lines: int = 0


WHOLE = Part()
# Follows the last line of a part: it comes out as a row of its own only if the part ends a record.
_CUT = "\x1e okaeri-cut"


class TextFile:
    """One delimited file whose encoding and delimiter are known."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.encoding = detect_encoding(path)
        self.size = path.stat().st_size
        with self._open() as file:
            self.delimiter = _sniff(file)
        with self._open() as file:
            self._titles = _count_titles(self._reader(file))
        with self._open() as file:
            reader = self._reader(file)
            self.header = _header(reader, self._titles)
            self.sample = tuple(map(tuple, islice(_filled(reader), _SAMPLE_ROWS)))
        if not self.sample:
            raise InputError(_NO_ROWS)

    @classmethod
    def known(cls, path: Path, encoding: str, delimiter: str, header: Sequence[str]) -> "TextFile":
        """Give a file that another process has looked at already."""
        file = cls.__new__(cls)
        file.path, file.encoding, file.delimiter = path, encoding, delimiter
        file.size, file.header, file.sample = path.stat().st_size, tuple(header), ()
        file._titles = 0
        return file

    def chunks(
        self, progress: Callable[[int, int], None] | None = None, part: Part = WHOLE
    ) -> Iterator[Chunk]:
        """Give rows behind the header in chunks, with the line each row starts on.

        Raises NotARecordEndError behind the last row of a part that ends inside a cell.
        """
        with self._open(part) as file:
            is_whole = part.end is None
            reader = self._reader(file if is_whole else chain(file, (_CUT,)))
            if not part.start:
                _header(reader, self._titles)
            end = self.size if part.end is None else part.end
            while True:
                rows, lines = _chunk(reader)
                if not is_whole and rows and rows[-1] == [_CUT]:
                    rows, lines, is_whole = rows[:-1], lines[:-1], True
                if not lines:
                    break
                if progress:
                    progress(min(file.buffer.tell(), end - part.start), end - part.start)
                yield rows, [part.lines + line for line in lines] if part.lines else lines
        if not is_whole:
            raise NotARecordEndError

    def _open(self, part: Part = WHOLE) -> TextIO:
        if part.end is None and not part.start:
            return self.path.open(encoding=self.encoding, newline="")
        raw = io.BufferedReader(Slice(self.path, part.start, part.end), _BUFFER)
        return io.TextIOWrapper(raw, encoding=self.encoding, newline="")

    def _reader(self, file: Iterable[str]) -> Reader:
        return csv.reader(file, delimiter=self.delimiter)


class Slice(io.RawIOBase):
    """Some bytes of a file as a file of their own."""

    def __init__(self, path: Path, start: int, end: int | None) -> None:
        super().__init__()
        self._file = path.open("rb", buffering=0)
        self._file.seek(start)
        self._left = (path.stat().st_size if end is None else end) - start

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        read = self._file.readinto(memoryview(buffer)[: self._left]) or 0
        self._left -= read
        return read

    def close(self) -> None:
        self._file.close()
        super().close()


def _sniff(lines: Iterable[str]) -> str:
    """Give tab, semicolon or comma: whichever the first line with any of them has most of."""
    marks = ",\t;"
    line = next((line for line in islice(lines, _MOST_TITLES + 1) if set(marks) & set(line)), "")
    return max(marks, key=line.count)


def _count_titles(reader: Reader) -> int:
    """Count what stands above the header: a title, `sep=,`, names over groups of columns.

    Such a row fills less than half of what the header fills; the header has a name in every column,
    none of them a number and none twice.
    """
    first = list(islice(_filled(reader), _MOST_TITLES + 1))
    for place, row in enumerate(first[1:], 1):
        names = _names(row)
        above = max(sum(map(bool, map(str.strip, title))) for title in first[:place])
        if len(names) >= _FEWEST_NAMES and 2 * above <= len(names) and _are_names(names):
            return place
    return 0


def _are_names(names: Sequence[str]) -> bool:
    is_text = not any(_VALUE.fullmatch(unicodedata.normalize("NFKC", name)) for name in names)
    return is_text and all(names) and len(set(names)) == len(names)


def _names(row: Sequence[str]) -> list[str]:
    """Give a row's cells without the blank ones at its end."""
    names = [cell.strip() for cell in row]
    while names and not names[-1]:
        names.pop()
    return names


def _filled(reader: Reader) -> Iterator[list[str]]:
    try:
        for row in reader:
            if any(row):
                yield row
    except csv.Error as error:
        raise InputError(_BROKEN.format(line=reader.line_num)) from error


def _header(reader: Reader, titles: int = 0) -> tuple[str, ...]:
    row = next(islice(_filled(reader), titles, None), None)
    if row is None:
        raise InputError(_NO_HEADER)
    row = _names(row)
    if len(row) > MOST_COLUMNS:
        raise InputError(_TOO_WIDE.format(count=len(row), most=MOST_COLUMNS))
    if not row:
        raise InputError(_NO_HEADER)
    return tuple(row)


def _chunk(reader: Reader) -> Chunk:
    line = reader.line_num
    try:
        rows = list(islice(reader, _CHUNK))
    except csv.Error as error:
        raise InputError(_BROKEN.format(line=reader.line_num)) from error
    if reader.line_num - line == len(rows):
        lines = list(range(line + 1, line + 1 + len(rows)))
    else:
        lengths = (1 + sum(map(_breaks, row)) for row in rows)
        lines = list(accumulate(lengths, initial=line + 1))[:-1]
    if [] in rows:
        filled = [i for i, row in enumerate(rows) if row]
        return [rows[i] for i in filled], [lines[i] for i in filled] or ([0] if rows else [])
    return rows, lines


def _breaks(cell: str) -> int:
    """Count the line breaks inside a cell."""
    return cell.count("\n") + cell.count("\r") - cell.count("\r\n")
