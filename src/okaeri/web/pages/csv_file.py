"""CSV a spreadsheet opens: UTF-8 with BOM or Shift_JIS, and no cell that turns into a formula."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse

from okaeri.foundation.cells import guard_cell

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
    """Stream rows as a download; a letter Shift_JIS lacks becomes 〓, never an error."""
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
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([guarded(column) for column in columns])
    for count, row in enumerate(rows, 1):
        writer.writerow([guarded(value) for value in row])
        if count % 500 == 0:
            yield _taken(text, codec)
    yield _taken(text, codec)


def _taken(text: io.StringIO, codec: str) -> bytes:
    chunk = text.getvalue()
    text.seek(0)
    text.truncate()
    if codec == "utf-8":
        return chunk.encode()
    return b"".join(_one(letter, codec) for letter in chunk)


def _one(letter: str, codec: str) -> bytes:
    try:
        return letter.encode(codec)
    except UnicodeEncodeError:
        return "〓".encode(codec)
