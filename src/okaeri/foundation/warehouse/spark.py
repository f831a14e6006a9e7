"""Spark for shops that outgrow one machine: the same expressions on a cluster or on local[n].

Every table is Parquet files that both Spark and the DuckDB of this process can read. What asks about
few bytes is answered here: a cluster needs seconds to begin, and most tables of an analysis are small
once the orders are summed up. What asks about many goes to the cluster.
"""

import shutil
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from okaeri.foundation.warehouse.duckdb import DuckDBEngine
from okaeri.foundation.warehouse.spark_session import near_bytes, open_session

_SESSION = "session-"
# No refresh takes so long; each of its steps touches its folder.
_ABANDONED_SECONDS = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class _Files:
    """Parquet files that make one table; `kinds` is Spark's schema where it is known without a look."""

    paths: tuple[str, ...]
    kinds: Any = None

    def size(self) -> float:
        """Give the bytes of all files; infinite where they do not lie in a folder of this machine."""
        places = [Path(path) for path in self.paths]
        if not all(place.is_file() for place in places):
            return float("inf")
        return sum(place.stat().st_size for place in places)


def _remove_abandoned(scratch: Path) -> None:
    """Delete what sessions left that did not live to do so."""
    for folder in scratch.glob(f"{_SESSION}*"):
        if time.time() - folder.stat().st_mtime > _ABANDONED_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)


class SparkEngine:
    """One Spark session; `scratch` must be a folder all its workers can reach.

    Several sessions share it, each in a folder of its own, which goes when it is closed.
    """

    def __init__(self, master: str, scratch: Path) -> None:
        _remove_abandoned(scratch)
        scratch = scratch / f"{_SESSION}{uuid.uuid4().hex}"
        self._scratch = scratch
        self._session = open_session(master, scratch)
        self._connection = ibis.pyspark.connect(self._session)
        self._near_bytes = near_bytes(self._session)
        self._beside = DuckDBEngine(scratch)
        self._files: dict[str, _Files] = {}
        self._known_here: set[str] = set()
        self._known_there: set[str] = set()

    def read(self, uris: Sequence[str], schema: pa.Schema) -> ir.Table:
        """Give the files as one table; an empty table of `schema` when there are none."""
        if not uris:
            return self.upload(schema.empty_table())
        return self._name(_Files(tuple(uris)), schema)

    def upload(self, data: pa.Table) -> ir.Table:
        """Write Arrow data to scratch as Parquet, so that NULL stays NULL, and read it."""
        return self._keep("upload", data.schema, data.to_batches())

    def stage(
        self, name: str, expr: ir.Table, words: Mapping[str, ir.Table] | None = None
    ) -> ir.Table:
        """Write the rows of `expr` to scratch: they would be computed again for every use.

        `words` are of no use: Parquet numbers repeated texts by itself.
        """
        if self._is_near(expr):
            rows = self._beside.stream(expr)
            return self._keep(name, rows.schema, rows)
        folder, kinds = self._write(name, expr)
        parts = _parts(folder)
        return self._name(_Files(tuple(map(str, parts)), kinds), pq.read_schema(parts[0]))

    def collect(self, expr: ir.Table) -> pa.Table:
        """Run `expr` and give its rows."""
        return self._beside.collect(expr) if self._is_near(expr) else self.stream(expr).read_all()

    def stream(self, expr: ir.Table) -> pa.RecordBatchReader:
        """Run `expr` and give its rows as batches.

        They come by way of scratch: Spark's driver would hold all of them, twice, in its one gigabyte.
        """
        if self._is_near(expr):
            return self._beside.stream(expr)
        folder, _ = self._write("rows", expr)
        parts = [pq.ParquetFile(part) for part in _parts(folder)]
        schema = parts[0].schema_arrow.remove_metadata()
        return pa.RecordBatchReader.from_batches(schema, _batches(parts, folder))

    def close(self) -> None:
        """Stop the session and delete staged files."""
        self._beside.close()
        self._session.stop()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _is_near(self, expr: ir.Table) -> bool:
        """Tell whether this process answers, and let it know every table asked about."""
        names = _tables_of(expr)
        asked = sum(self._files[name].size() for name in names)
        if not self._near_bytes or asked > self._near_bytes:
            return False
        for name in names - self._known_here:
            self._beside.name(name, self._files[name].paths)
        self._known_here |= names
        return True

    def _write(self, name: str, expr: ir.Table) -> tuple[Path, Any]:
        """Let the cluster write the rows of `expr`; give the folder and Spark's schema."""
        for table in _tables_of(expr) - self._known_there:
            self._introduce(table)
        folder = self._scratch / f"{name}-{uuid.uuid4().hex}"
        rows = self._session.sql(self._connection.compile(expr))
        rows.write.parquet(str(folder))
        return folder, rows.schema

    def _introduce(self, table: str) -> None:
        """Let Spark know a table; looking for its columns would cost a job."""
        files = self._files[table]
        reader = self._session.read
        reader = reader.schema(files.kinds) if files.kinds is not None else reader
        reader.parquet(*files.paths).createOrReplaceTempView(table)
        self._known_there.add(table)

    def _keep(self, name: str, schema: pa.Schema, batches: Any) -> ir.Table:  # noqa: ANN401
        """Write batches to a file of scratch, and name it."""
        self._scratch.mkdir(parents=True, exist_ok=True)
        path = self._scratch / f"{name}-{uuid.uuid4().hex}.parquet"
        with pq.ParquetWriter(path, schema, version="2.6", coerce_timestamps="us") as file:
            for batch in batches:
                file.write_batch(batch)
        return self._name(_Files((str(path),)), pq.read_schema(path))

    def _name(self, files: _Files, schema: pa.Schema) -> ir.Table:
        """Give files as a table; no engine hears of it before something is asked."""
        name = f"files_{uuid.uuid4().hex[:12]}"
        self._files[name] = files
        kinds = {field.name: _nullable(field.type) for field in schema}
        table = ops.DatabaseTable(
            name,
            schema=ibis.schema(pa.schema(kinds)),
            source=self._connection,
            namespace=ops.Namespace(),
        )
        return table.to_expr()


def _nullable(kind: pa.DataType) -> pa.DataType:
    """Give a column's type as of a file: whoever wrote it may have known that nothing is NULL."""
    return pa.list_(_nullable(kind.value_type)) if pa.types.is_list(kind) else kind


def _tables_of(expr: ir.Table) -> set[str]:
    return {table.name for table in expr.op().find(ops.DatabaseTable)}


def _parts(folder: Path) -> list[Path]:
    """Give the files Spark wrote, numbered in the order of the rows."""
    return sorted(folder.glob("part-*.parquet"))


def _batches(parts: list[pq.ParquetFile], folder: Path) -> Iterator[pa.RecordBatch]:
    """Give the rows of all parts, then delete the folder that holds them."""
    for part in parts:
        with part:
            for batch in part.iter_batches():
                yield batch.replace_schema_metadata(None)
    shutil.rmtree(folder)
