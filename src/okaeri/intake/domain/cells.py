"""One cell of a file: cleaning, what is wrong with it, and a memory of what was read before."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from okaeri.foundation.cells import unguard_cell
from okaeri.foundation.codes import is_day, is_mangled
from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text

_SHOWN = 40
LONGEST_CODE = 80
# Cells remembered per column; enough for every day, price and product of a usual file.
_REMEMBERED = 100_000


class CellError(InputError):
    """A cell that cannot be read; `code` names the kind of fault for programs."""

    def __init__(self, code: str, message: Text) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Problem:
    """What stands in a column's values where a cell could not be read."""

    code: str
    reason: Text


BLANK = Text("値が入っていません。", "the cell is empty.")
_TOO_LONG = Text(
    "「{value}」は長すぎます({most}文字まで)。",
    "'{value}' is too long (at most {most} characters).",
)
_MANGLED = Text(
    "「{value}」は表計算ソフトが書き換えた値で、元の番号が失われています。書き出したままのファイルを使うか、"
    "列を文字列にして保存し直してください。",
    "'{value}' was written by a spreadsheet and the code itself is lost; use the file as it was "
    "exported, or save it again with the column as text.",
)


def shown(raw: str) -> str:
    """Give `raw` short enough for a sentence."""
    return raw if len(raw) <= _SHOWN else raw[:_SHOWN] + "…"


def clean_text(raw: str, most: int = 255) -> str:
    """Give the text of a cell: no `="..."` wrapper, no spreadsheet's apostrophe, cut to `most`."""
    # What has no control character and no space or sign at its ends stays as it is.
    if raw.isalnum() or (raw.isprintable() and raw and raw[0] not in " ='" and raw[-1] != " "):
        return raw[:most]
    text = raw.strip()
    if len(text) >= 3 and text.startswith('="') and text.endswith('"'):
        text = text[2:-1].strip()
    elif text.startswith("'"):
        text = unguard_cell(text).strip()
    return text.replace("\0", "")[:most]


def whole_code(raw: str, most: int = LONGEST_CODE) -> str:
    """Give a code as the source has it; too long is an error, never cut."""
    if raw.isalnum() and len(raw) <= most:
        return raw
    text = clean_text(raw, most + 1)
    if len(text) > most:
        raise CellError("too_long", _TOO_LONG.format(value=shown(text), most=most))
    return text


def clean_code(raw: str) -> str:
    """Give a code (order, product, contract) that tells one thing from all others.

    What a spreadsheet put in its place is an error: many codes become the same 1.23E+11 or 3月1日.
    """
    return refuse_mangled(whole_code(raw))


def refuse_mangled(code: str) -> str:
    """Give `code` back; one that a spreadsheet destroyed is an error."""
    if code.isascii() and "+" not in code and code[:1] != "#":
        return code
    if is_mangled(code) or is_day(code):
        raise CellError("mangled_code", _MANGLED.format(value=shown(code)))
    return code


def required(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    """Make an empty cell an error."""

    def read(raw: str) -> Any:  # noqa: ANN401 - whatever `parse` gives
        if not raw or raw.isspace():
            raise CellError("blank", BLANK)
        value = parse(raw)
        if value == "":
            raise CellError("blank", BLANK)
        return value

    return read


def optional(parse: Callable[[str], Any], default: Any = None) -> Callable[[str], Any]:  # noqa: ANN401
    """Give `default` for an empty cell."""

    def read(raw: str) -> Any:  # noqa: ANN401
        return default if not raw or raw.isspace() else parse(raw)

    return read


class Cells(dict[Hashable, Any]):
    """Raw cell → value, read once per distinct cell; a bad cell becomes a `Problem`.

    A column is read at the speed of a dictionary.
    """

    def __init__(self, parse: Callable[[Any], Any]) -> None:
        super().__init__()
        self._parse = parse
        self.has_problems = False

    def read(self, column: Sequence[Any]) -> list[Any]:
        """Read a column."""
        return list(map(self.__getitem__, column))

    def __missing__(self, raw: Hashable) -> Any:  # noqa: ANN401
        try:
            value = self._parse(raw)
        except CellError as error:
            value = Problem(error.code, error.message)
            self.has_problems = True
        if len(self) >= _REMEMBERED:
            self.clear()
        self[raw] = value
        return value


class Codes(Cells):
    """Codes as `clean_code` reads them; a column of nothing but plain ones stays as it is."""

    def __init__(self) -> None:
        super().__init__(clean_code)

    def read(self, column: Sequence[str]) -> list[Any]:
        """Read a column; nearly every order has a number of its own, so none is remembered."""
        is_plain = all(map(str.isalnum, column)) and all(map(str.isascii, column))
        if is_plain and max(map(len, column), default=0) <= LONGEST_CODE:
            return list(column)
        return super().read(column)
