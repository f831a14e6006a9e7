"""Rows of a file brought together by order, and the rows that could not be used."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from operator import eq
from typing import Any

from okaeri.foundation.text import Text
from okaeri.intake.types import RejectedRowView

MOST_REJECTED_KEPT = 10_000
_WIDTH = Text(
    "列の数が見出しと違います(見出し{want}列、この行{have}列)。区切りと引用符を確認してください。",
    "The row has {have} cells but the header has {want}; check delimiters and quotation marks.",
)


class Rejections:
    """Rows that could not be used: all counted, the first 10,000 kept."""

    def __init__(self) -> None:
        self.count = 0
        self.kept: list[RejectedRowView] = []

    def add(self, line: int, code: str, reason: Text, row: Sequence[str]) -> None:
        """Note one row."""
        self.count += 1
        if len(self.kept) < MOST_REJECTED_KEPT:
            self.kept.append(RejectedRowView(line, code, reason, tuple(cell[:500] for cell in row)))

    def extend(self, rows: Sequence[RejectedRowView]) -> None:
        """Note rows that another process refused."""
        self.count += len(rows)
        self.kept += rows[: MOST_REJECTED_KEPT - len(self.kept)]


@dataclass(slots=True)
class Rows:
    """Rows of whole orders with their line numbers, order numbers, and where each order begins."""

    cells: list[list[str]]
    lines: list[int]
    numbers: list[str]
    starts: list[int]

    @classmethod
    def of(cls, cells: list[list[str]], lines: list[int], numbers: list[str]) -> "Rows":
        """Find where the order number changes."""
        same = map(eq, numbers, chain((None,), numbers))
        return cls(cells, lines, numbers, [i for i, is_same in enumerate(same) if not is_same])

    def take(self, wanted: Sequence[int]) -> "Rows":
        """Give the rows at the positions `wanted`, in that order."""
        return Rows.of(
            [self.cells[i] for i in wanted],
            [self.lines[i] for i in wanted],
            [self.numbers[i] for i in wanted],
        )

    def without(self, unwanted: set[int] | dict[int, Any]) -> "Rows":
        """Give all rows but those at the positions `unwanted`."""
        return self.take([i for i in range(len(self.cells)) if i not in unwanted])

    @property
    def ends(self) -> list[int]:
        return [*self.starts[1:], len(self.cells)] if self.starts else []

    def order_names(self) -> list[str]:
        """Give the number of each order."""
        return [self.numbers[i] for i in self.starts]

    def order_of_row(self) -> list[int]:
        """Give for every row the position of its order."""
        spans = zip(self.starts, self.ends, strict=True)
        return [k for k, (start, end) in enumerate(spans) for _ in range(start, end)]


def rows_of_width(
    cells: list[list[str]], lines: list[int], width: int, rejections: Rejections
) -> tuple[list[list[str]], list[int], int]:
    """Give the rows with `width` cells, their lines, and how many rows hold nothing at all.

    Empty cells behind the last column are cut off; any other row is rejected.
    """
    if not set(map(len, cells)) - {width}:
        return cells, lines, 0
    kept: list[list[str]] = []
    kept_lines: list[int] = []
    blank = 0
    for row, line in zip(cells, lines, strict=True):
        if len(row) > width and not any(map(str.strip, row[width:])):
            row = row[:width]
        if len(row) == width:
            kept.append(row)
            kept_lines.append(line)
        elif not any(map(str.strip, row)):
            blank += 1
        else:
            rejections.add(line, "wrong_width", _WIDTH.format(want=width, have=len(row)), row)
    return kept, kept_lines, blank
