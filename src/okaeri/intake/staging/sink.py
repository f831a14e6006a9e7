"""Three Parquet files that grow chunk by chunk, and what late rows change in them afterwards."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from okaeri.intake.domain.orders import content_hash, is_purchase, net_of, settle_status
from okaeri.intake.domain.staging import LINES, ORDERS, PARTIES, PRODUCTS
from okaeri.intake.staging.parties import Columns
from okaeri.intake.staging.stager import OrderStager


class Sink:
    """Orders, lines and contacts of one file on disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._schemas = {"orders": ORDERS, "lines": LINES, "parties": PARTIES}
        self.paths = {name: folder / f"{name}.parquet" for name in self._schemas}
        self._writers = {
            name: pq.ParquetWriter(
                self.paths[name], schema, compression="lz4", write_statistics=False
            )
            for name, schema in self._schemas.items()
        }

    def take(self, stager: OrderStager, read: tuple[Columns, Columns]) -> None:
        """Write what the stager has read, new contacts first."""
        self.write("parties", stager.parties.take_new())
        self.write("orders", read[0])
        self.write("lines", read[1])

    def write(self, name: str, columns: Columns) -> None:
        """Write lists as one batch."""
        if columns and columns[self._schemas[name].names[0]]:
            self._writers[name].write_batch(to_batch(columns, self._schemas[name]))

    def append(self, name: str, batch: pa.RecordBatch) -> None:
        """Write a batch that is in the file's form already."""
        self._writers[name].write_batch(batch.cast(self._schemas[name]))

    def close(self) -> None:
        """Finish the files."""
        for writer in self._writers.values():
            writer.close()


def product_table(columns: Columns) -> pa.Table:
    """Give products with those columns of `staging.PRODUCTS` that are stated."""
    schema = pa.schema([field for field in PRODUCTS if field.name in columns])
    return pa.Table.from_batches([to_batch(columns, schema)])


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


def patch(sink: Sink, stager: OrderStager) -> None:
    """Add what late rows brought, and leave out orders that a late row spoilt."""
    if not stager.late and not stager.dropped:
        return
    _rewrite(sink.paths["orders"], ORDERS, lambda batch: _patched_orders(batch, stager))
    if stager.dropped:
        dropped = pa.array(stager.dropped, pa.int64())
        _rewrite(
            sink.paths["lines"],
            LINES,
            lambda batch: batch.filter(pc.invert(pc.is_in(batch["order_ref"], dropped))),
        )


def _patched_orders(batch: pa.RecordBatch, stager: OrderStager) -> pa.RecordBatch:
    rows = [
        _with_late(row, *stager.late[ref]) if (ref := row["order_ref"]) in stager.late else row
        for row in batch.to_pylist()
        if row["order_ref"] not in stager.dropped
    ]
    return pa.RecordBatch.from_pylist(rows, schema=ORDERS)


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
        "is_purchase": is_purchase(status, lines, *parts),
        "total_minor": int(str(row["total_minor"])) + amount,
        "net_minor": net_of(status, lines, *parts),
        "lines_tax_minor": None,
        "content_hash": content_hash((row["content_hash"],), text),
    }
