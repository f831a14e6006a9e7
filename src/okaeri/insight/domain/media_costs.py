"""Reading what acquisition sources cost: month, source, amount, row by row with clear mistakes."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date

from okaeri.foundation.cells import unguard_cell
from okaeri.foundation.money import exponent
from okaeri.foundation.text import Text
from okaeri.insight.media_types import MediaCostView

MOST_ROWS = 20_000
_MONTH = re.compile(r"(\d{4})[-/年.]?(\d{1,2})月?")
_MONEY = re.compile(r"[¥¥$]?(\d[\d,]*)(?:\.(\d+))?円?")
_LARGEST = 10**15
_BAD_MONTH = Text(
    "{line}行目の月「{value}」を読めません。2026-04 のように書いてください。",
    'Line {line}: "{value}" is no month; write it like 2026-04.',
)
_BAD_MONEY = Text(
    "{line}行目の費用「{value}」を読めません。0以上の金額を書いてください。",
    'Line {line}: "{value}" is no cost; write an amount of 0 or more.',
)
_NO_MEDIA = Text(
    "{line}行目に媒体コードがありません。受注と同じコードを書いてください(80文字まで)。",
    "Line {line} has no media code; write the code your orders carry (up to 80 letters).",
)
_NOT_THREE = Text(
    "{line}行目は3列ではありません。月・媒体コード・費用の3列を並べ、費用に桁区切りがあれば引用符で囲んでください。",
    "Line {line} has not three columns; write month, media code and cost, and quote a cost with commas.",
)
_TWICE = Text(
    "{line}行目と同じ月・媒体が {first}行目にもあります。1行にまとめてください。",
    "Line {line} repeats month and source of line {first}; make them one line.",
)
_TOO_MANY = Text(
    "行が多すぎます。{most}行までに分けてください。", "Too many lines; up to {most} at a time."
)
_EMPTY = Text("費用の行がありません。", "There is no line with a cost.")


def read_month(text: str) -> date | None:
    """Give the first day of a month written as 2026-04, 2026/4 or 2026年4月; else None."""
    found = _MONTH.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None or not 1 <= int(found[2]) <= 12 or int(found[1]) < 1900:
        return None
    return date(int(found[1]), int(found[2]), 1)


def read_cost(text: str, currency: str) -> int | None:
    """Give an amount of 0 or more in the smallest unit, None where it is none."""
    found = _MONEY.fullmatch(unicodedata.normalize("NFKC", text).replace(" ", ""))
    if found is None:
        return None
    places = exponent(currency)
    decimals = found[2] or ""
    if len(decimals.rstrip("0")) > places:
        return None
    whole = int(found[1].replace(",", "")) * 10**places
    amount = whole + int((decimals[:places].ljust(places, "0")) or 0)
    return amount if amount <= _LARGEST else None


def read_costs(text: str, currency: str) -> tuple[list[MediaCostView], list[Text]]:
    """Give the costs of a table (comma or tab) and every mistake in one sentence.

    A first line that is no data is taken for a heading. Nothing is to be kept if there is a mistake.
    """
    rows = list(_rows(text))
    if len(rows) > MOST_ROWS:
        return [], [_TOO_MANY.format(most=MOST_ROWS)]
    costs: dict[tuple[date, str], tuple[int, MediaCostView]] = {}
    problems: list[Text] = []
    for place, (line, cells) in enumerate(rows):
        if place == 0 and len(cells) > 2 and read_month(cells[0]) is None and not _digits(cells[2]):
            continue
        cost = _read_row(line, cells, currency)
        if isinstance(cost, Text):
            problems.append(cost)
            continue
        key = (cost.month, cost.media_code)
        if key in costs:
            problems.append(_TWICE.format(line=line, first=costs[key][0]))
        costs[key] = (line, cost)
    if not costs and not problems:
        problems = [_EMPTY]
    return [cost for _, cost in costs.values()], problems


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    first = text.lstrip("\ufeff").split("\n", 1)[0]
    reader = csv.reader(
        io.StringIO(text.lstrip("\ufeff")), delimiter="\t" if "\t" in first else ","
    )
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield reader.line_num, [unguard_cell(cell.strip()).strip() for cell in cells]


def _digits(text: str) -> bool:
    return any(letter.isdigit() for letter in text)


def _read_row(line: int, cells: Sequence[str], currency: str) -> MediaCostView | Text:
    if len(cells) < 3 or any(cells[3:]):
        return _NOT_THREE.format(line=line)
    month, media, cost = read_month(cells[0]), cells[1], read_cost(cells[2], currency)
    if month is None:
        return _BAD_MONTH.format(line=line, value=cells[0][:30])
    if not media or len(media) > 80:
        return _NO_MEDIA.format(line=line)
    if cost is None:
        return _BAD_MONEY.format(line=line, value=cells[2][:30])
    return MediaCostView(month, media, cost)
