"""Reading files: what one is, what of it is stored, which rows could not be used."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from okaeri.foundation.text import Text
from okaeri.intake import actions, store
from okaeri.intake.connectors import CONNECTORS, find_columns, find_problem, mapped_records
from okaeri.intake.models import ImportRun
from okaeri.intake.staging import staging_files
from okaeri.intake.types import ConnectorInfo, FileLayout, ImportResult, RecordKind


def list_connectors() -> list[ConnectorInfo]:
    """Give every way of reading a file, the own template first."""
    return [
        ConnectorInfo(
            known.key,
            known.name,
            known.note,
            known.is_analysis_only,
            known.is_partial,
            is_mixed=known.is_mixed,
        )
        for known in CONNECTORS.values()
        if known.kind != "half"
    ]


def mall_sources() -> set[str]:
    """Give the sources nobody of which may be written to.

    One of many shops counts until staff read a file of it as their own shop's: then it holds people
    with addresses.
    """
    closed = {known.key: known.is_mixed for known in CONNECTORS.values() if known.is_analysis_only}
    return {key for key, is_mixed in closed.items() if not (is_mixed and store.has_reachable(key))}


def list_record_kinds() -> list[RecordKind]:
    """Give what a file may hold instead of orders, with the fields of each."""
    return [
        RecordKind(
            known.key,
            known.name,
            {
                name: Text(names[0], names[1].replace("_", " "))
                for name, names in known.columns.items()
            },
            known.required,
        )
        for known in mapped_records.KINDS.values()
    ]


def record_kind_of(key: str) -> str:
    """Give the kind of records a connector reads, "" for orders and lists."""
    kind = mapped_records.READ_AS.get(key, key)
    return kind if kind in mapped_records.KINDS else ""


def recognised_columns(layout: FileLayout) -> dict[str, str]:
    """Give our field → column of the file, as its connector reads them; {} if none knows it."""
    return find_columns(layout.header, layout.connector)


def read_rows(path: Path) -> Iterator[list[tuple[int, list[str]]]]:
    """Give the rows below a file's header, each with its line, some thousands at a time."""
    for cells, lines in staging_files.open_text(path).chunks():
        yield list(zip(lines, cells, strict=True))


def find_layout_problem(layout: FileLayout) -> Text | None:
    """Say why a file a connector knows cannot be imported as it is; None where it can."""
    return None if layout.saved_mapping else find_problem(layout.header, layout.connector)


def list_import_runs(limit: int = 20) -> list[ImportResult]:
    """Give the newest imports first."""
    return [store.run_view(run) for run in ImportRun.objects.order_by("-id")[:limit]]


def get_import_run(run_id: int) -> ImportResult:
    """Give one import or raise NotFoundError."""
    return store.run_view(store.get_run(run_id))


def write_rejected_csv(run_id: int, stream: BinaryIO, encoding: str = "utf-8-sig") -> int:
    """Write the rejected rows with their reasons as CSV; gives how many rows.

    Cells that a spreadsheet would run get an apostrophe in front; letters that `encoding` cannot
    hold (cp932) become "?".
    """
    text = io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline="")
    try:
        return actions.write_rejected(run_id, text)
    finally:
        # The stream belongs to the caller: it is flushed, never closed.
        text.detach()
