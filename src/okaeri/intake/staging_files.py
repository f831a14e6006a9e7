"""A file read whole into Parquet in a temporary folder: orders, lines and contacts."""

import gc
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri.intake.connectors import CONNECTORS
from okaeri.intake.connectors.connector import Connector
from okaeri.intake.connectors.mapped import connector_of
from okaeri.intake.domain.orders import content_hash, is_purchase, net_of, settle_status
from okaeri.intake.domain.staging import LINES, ORDERS, PARTIES
from okaeri.intake.files.rows import TextFile, column_positions
from okaeri.intake.parties import Columns
from okaeri.intake.stager import OrderStager
from okaeri.intake.types import FileLayout, StagedFile

Progress = Callable[[int, int], None]

_UNKNOWN_LAYOUT = Text(
    "列の名前から形式が分かりません(先頭の列: {columns})。列の対応付けを指定してください。",
    "The column names do not tell the format (first columns: {columns}); give a column mapping.",
)
_UNKNOWN_CONNECTOR = Text(
    "形式 {key} はありません。使えるのは {known} です。",
    "There is no format {key}; known ones are {known}.",
)
_NEEDS_MAPPING = Text("列の対応付けを指定してください。", "This format needs a column mapping.")
_MISSING_COLUMNS = Text(
    "必要な列がありません: {columns}。1行目の列の名前を確認してください。",
    "Required columns are missing: {columns}; check the names on the first line.",
)
_NOT_A_FILE = Text("ファイル {name} が見つかりません。", "There is no file {name}.")


def open_text(path: Path) -> TextFile:
    """Open a delimited file or say why it is none."""
    if not path.is_file():
        raise InputError(_NOT_A_FILE.format(name=path.name))
    return TextFile(path)


def recognise(header: Sequence[str]) -> str:
    """Give the key of the connector that knows this header, "" if none does."""
    positions = column_positions(header)
    return next((key for key, known in CONNECTORS.items() if known.recognises(positions)), "")


def layout_of(file: TextFile, connector: str, saved_mapping: str = "") -> FileLayout:
    """Say what a file was recognised as."""
    return FileLayout(
        encoding=file.encoding,
        delimiter=file.delimiter,
        header=file.header,
        connector=connector,
        saved_mapping=saved_mapping,
        sample=file.sample,
    )


def choose_connector(
    header: Sequence[str], key: str, mapping: Mapping[str, str] | None
) -> Connector:
    """Give the connector that is named, described by the mapping, or recognised by the header."""
    if mapping:
        chosen = connector_of(mapping)
    elif key and key not in CONNECTORS:
        raise InputError(_UNKNOWN_CONNECTOR.format(key=key, known=", ".join(CONNECTORS)))
    elif key == "mapped":
        raise InputError(_NEEDS_MAPPING)
    else:
        key = key or recognise(header)
        if not key:
            raise InputError(_UNKNOWN_LAYOUT.format(columns=", ".join(header[:6])[:200]))
        chosen = CONNECTORS[key]
    found = chosen.find_columns(column_positions(header))
    missing = [name for name in chosen.required if name not in found]
    if missing:
        names = ", ".join(chosen.columns[name][0] for name in missing)
        raise InputError(_MISSING_COLUMNS.format(columns=names))
    return chosen


def stage(
    path: Path,
    *,
    connector: str,
    mapping: Mapping[str, str] | None,
    currency: str,
    zone: ZoneInfo,
    progress: Progress | None,
    folder: Path | None,
) -> StagedFile:
    """Read a file once into Parquet; a failure leaves no folder behind."""
    file = open_text(path)
    chosen = choose_connector(file.header, connector, mapping)
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix="okaeri-stage-", dir=folder))
    try:
        with without_collector():
            stager = OrderStager(chosen, file.header, currency, zone)
            return _stage_into(place, file, stager, progress)
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise


@contextmanager
def without_collector() -> Iterator[None]:
    """Rest the cycle collector: bulk rows have no cycles, and walking them costs a sixth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def discard(staged: StagedFile) -> None:
    """Remove the temporary folder."""
    shutil.rmtree(staged.folder, ignore_errors=True)


class _Sink:
    """Three Parquet files that grow chunk by chunk."""

    def __init__(self, folder: Path) -> None:
        self._schemas = {"orders": ORDERS, "lines": LINES, "parties": PARTIES}
        self.paths = {name: folder / f"{name}.parquet" for name in self._schemas}
        self._writers = {
            name: pq.ParquetWriter(self.paths[name], schema, compression="lz4")
            for name, schema in self._schemas.items()
        }

    def write(self, name: str, columns: Columns) -> None:
        if columns and columns[self._schemas[name].names[0]]:
            self._writers[name].write_batch(to_batch(columns, self._schemas[name]))

    def close(self) -> None:
        for writer in self._writers.values():
            writer.close()


def to_batch(columns: Columns, schema: pa.Schema) -> pa.RecordBatch:
    """Give lists as one record batch; instants and days come as numbers since 1970."""
    arrays = [_array(columns[field.name], field.type) for field in schema]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _array(values: list[object], kind: pa.DataType) -> pa.Array:
    if pa.types.is_timestamp(kind):
        return pa.array(values, pa.int64()).cast(kind)
    if pa.types.is_date32(kind) and isinstance(next(filter(None, values), None), int):
        return pa.array(values, pa.int32()).cast(kind)
    return pa.array(values, kind)


def _stage_into(
    folder: Path, file: TextFile, stager: OrderStager, progress: Progress | None
) -> StagedFile:
    sink = _Sink(folder)
    try:
        for cells, numbers in file.chunks(progress):
            _write(sink, stager, stager.feed(cells, numbers))
        _write(sink, stager, stager.finish())
    finally:
        sink.close()
    if stager.late or stager.dropped:
        _patch_orders(sink.paths["orders"], stager)
        _patch_lines(sink.paths["lines"], stager)
    if progress:
        progress(file.size, file.size)
    return StagedFile(
        layout=layout_of(file, stager.connector.key),
        folder=folder,
        orders_path=sink.paths["orders"],
        lines_path=sink.paths["lines"],
        parties_path=sink.paths["parties"],
        rows=stager.rows,
        orders=stager.orders - len(stager.dropped),
        rows_rejected=stager.rejections.count,
        rejected=tuple(sorted(stager.rejections.kept, key=lambda row: row.line_no)),
    )


def _write(sink: _Sink, stager: OrderStager, read: tuple[Columns, Columns]) -> None:
    sink.write("parties", stager.parties.take_new())
    sink.write("orders", read[0])
    sink.write("lines", read[1])


def _patch_orders(path: Path, stager: OrderStager) -> None:
    """Add what late rows brought, and leave out orders that a late row spoilt."""

    def patched(row: dict[str, object]) -> dict[str, object]:
        return (
            _with_late(row, *stager.late[ref]) if (ref := row["order_ref"]) in stager.late else row
        )

    def change(batch: pa.RecordBatch) -> pa.RecordBatch:
        rows = [patched(row) for row in batch.to_pylist() if row["order_ref"] not in stager.dropped]
        return pa.RecordBatch.from_pylist(rows, schema=ORDERS)

    _rewrite(path, ORDERS, change)


def _patch_lines(path: Path, stager: OrderStager) -> None:
    dropped = pa.array(stager.dropped, pa.int64())

    def change(batch: pa.RecordBatch) -> pa.RecordBatch:
        return batch.filter(pc.invert(pc.is_in(batch["order_ref"], dropped)))

    if stager.dropped:
        _rewrite(path, LINES, change)


def _rewrite(
    path: Path, schema: pa.Schema, change: Callable[[pa.RecordBatch], pa.RecordBatch]
) -> None:
    fresh = path.with_suffix(".patched")
    with pq.ParquetWriter(fresh, schema, compression="lz4") as writer, pq.ParquetFile(path) as old:
        for batch in old.iter_batches(batch_size=20_000):
            writer.write_batch(change(batch))
    fresh.replace(path)


def _with_late(row: dict[str, object], amount: int, text: str) -> dict[str, object]:
    lines = int(str(row["lines_minor"])) + amount
    status = settle_status(str(row["status"]), lines)
    parts = [int(str(row[name])) for name in ("discount_minor", "points_minor", "refunded_minor")]
    return row | {
        "lines_minor": lines,
        "status": status,
        "is_purchase": is_purchase(status, lines),
        "total_minor": int(str(row["total_minor"])) + amount,
        "net_minor": net_of(status, lines, *parts),
        "content_hash": content_hash((row["content_hash"],), text),
    }
