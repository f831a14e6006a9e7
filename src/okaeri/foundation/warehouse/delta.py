"""Delta tables in a folder: atomic versions, readable by every large engine."""

import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import DeltaTable, write_deltalake

# Readers of an older version may still be at work; after a day nobody is.
_KEEP_OLD_FILES = dt.timedelta(hours=24)


def exists(path: Path) -> bool:
    """Tell whether a Delta table stands at `path`."""
    return (path / "_delta_log").is_dir()


def open_table(path: Path) -> DeltaTable:
    """Open the newest version."""
    return DeltaTable(str(path))


def arrow_schema(table: DeltaTable) -> pa.Schema:
    """Give the table's columns as Arrow knows them."""
    return pa.schema(table.schema().to_arrow())


def read(path: Path) -> pa.Table:
    """Read a small table whole, without an engine."""
    table = open_table(path)
    schema = arrow_schema(table)
    return pa.concat_tables(
        [schema.empty_table(), *(pq.read_table(uri, schema=schema) for uri in table.file_uris())]
    )


def overwrite(path: Path, data: pa.Table | pa.RecordBatchReader) -> None:
    """Put `data` in the place of what was there, in one commit: readers see the old or the new."""
    _write(path, data, mode="overwrite")


def append(path: Path, data: pa.Table | pa.RecordBatchReader) -> None:
    """Add `data` in one commit; creates the table where there was none."""
    _write(path, data, mode="append")


def _write(path: Path, data: pa.Table | pa.RecordBatchReader, *, mode: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    schema_mode = "overwrite" if mode == "overwrite" else None
    write_deltalake(str(path), data, mode=mode, schema_mode=schema_mode)


def row_count(table: DeltaTable) -> int:
    """Give the number of rows from the log alone."""
    return sum(pa.table(table.get_add_actions(flatten=True))["num_records"].to_pylist())


def highest(table: DeltaTable, column: str) -> int:
    """Give the highest number of an integer column from the log alone; 0 without rows."""
    files = pa.table(table.get_add_actions(flatten=True))
    if f"max.{column}" not in files.column_names:
        return 0
    return max((top for top in files[f"max.{column}"].to_pylist() if top is not None), default=0)


def vacuum(path: Path) -> None:
    """Delete files that no version of the last day uses."""
    open_table(path).vacuum(
        retention_hours=int(_KEEP_OLD_FILES.total_seconds() // 3600),
        enforce_retention_duration=False,
        dry_run=False,
    )


def as_reader(batches: Iterable[pa.RecordBatch]) -> pa.RecordBatchReader | None:
    """Give batches as one stream; None when there is not a single one."""
    stream = iter(batches)
    first = next(stream, None)
    if first is None:
        return None

    def rest() -> Iterator[pa.RecordBatch]:
        yield first
        yield from stream

    return pa.RecordBatchReader.from_batches(first.schema, rest())
