"""CSV a spreadsheet opens: UTF-8 with BOM or Shift_JIS, and no cell that turns into a formula."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse

from okaeri.foundation.cells import guard_cell
from okaeri.web.pages import shift_jis

# Heads the column of Shift_JIS files that tells of replaced letters (such files are Japanese).
TO_CHECK = "要確認"
_ENCODINGS = {"utf-8": "utf-8", "shift_jis": "cp932"}


def guarded(value: Any) -> Any:  # noqa: ANN401 - cells of any kind
    """Put ' before text a spreadsheet would run; numbers stay numbers (our importer strips it)."""
    return guard_cell(value) if isinstance(value, str) else value


def asked_encoding(request: HttpRequest) -> str | None:
    """Give "utf-8" or "shift_jis" when the address asks for a CSV, else None."""
    asked = request.GET.get("csv", "")
    return asked if asked in _ENCODINGS else None


def csv_response(
    name: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    encoding: str = "utf-8",
) -> StreamingHttpResponse:
    """Stream rows as a download.

    Shift_JIS has one column more: which letters of the row it lacks, and what stands in their place.
    """
    response = StreamingHttpResponse(
        _encoded(columns, rows, encoding),
        content_type=f"text/csv; charset={'utf-8' if encoding == 'utf-8' else 'Shift_JIS'}",
    )
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _encoded(
    columns: Sequence[str], rows: Iterable[Sequence[Any]], encoding: str
) -> Iterator[bytes]:
    codec = _ENCODINGS[encoding]
    if codec == "utf-8":
        yield b"\xef\xbb\xbf"
    is_narrow = codec == shift_jis.CODEC
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_narrow(columns, TO_CHECK) if is_narrow else map(guarded, columns))
    for count, row in enumerate(rows, 1):
        writer.writerow(_narrow(row) if is_narrow else map(guarded, row))
        if count % 500 == 0:
            yield _taken(text, codec)
    yield _taken(text, codec)


def _narrow(row: Sequence[Any], last: str = "") -> list[Any]:
    """Give a row whose letters Shift_JIS has, and behind it what was replaced (or `last`)."""
    cells: list[Any] = []
    replaced: dict[str, None] = {}
    for value in row:
        cell, missing = shift_jis.fit(value) if isinstance(value, str) else (value, [])
        cells.append(guarded(cell))
        replaced.update(dict.fromkeys(missing))
    return [*cells, last or shift_jis.told(list(replaced))]


def _taken(text: io.StringIO, codec: str) -> bytes:
    chunk = text.getvalue()
    text.seek(0)
    text.truncate()
    # A value that is no text has no letters that are missing; "?" rather than an error all the same.
    return chunk.encode(codec, "replace")
