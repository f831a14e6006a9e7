"""One shop's warehouse: named tables with atomic replacement and keyed changes."""

import fcntl
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from typing import Self

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from okaeri.foundation.engine_names import is_engine
from okaeri.foundation.errors import ConfigurationError, NotFoundError
from okaeri.foundation.text import Text
from okaeri.foundation.warehouse import delta, keyed
from okaeri.foundation.warehouse.duckdb import DuckDBEngine
from okaeri.foundation.warehouse.engine import Engine
from okaeri.foundation.warehouse.spark import SparkEngine

# Changed rows wait in a small table of their own until they are worth rewriting the large one.
_CHANGES = ".changes"
_KEY_FILE = "_key"
_LOADING = ".loading"
_FORGETTING = ".forgetting"
_GONE = ".gone"
_BESIDE = (_LOADING, _FORGETTING, _GONE)
_WRITING = "writing.lock"
FEWEST_CHANGES_TO_MERGE = 20_000
_SHARE_TO_MERGE = 0.1

_NO_TABLE = Text(
    "分析用データ {name} がまだありません。先に取り込みと集計を実行してください。",
    "There is no analysis table {name} yet; import orders and refresh first.",
)
_NO_ENGINE = Text(
    "分析エンジン {name} はありません。duckdb、local[2]、spark://ホスト:ポート のどれかを指定してください。",
    "There is no engine {name}; name duckdb, local[2] or spark://host:port.",
)


class Warehouse:
    """Tables by name in one folder, read through one engine. Not for several threads at once."""

    def __init__(self, folder: Path, engine: str, runner: Engine) -> None:
        self.folder = folder
        self.engine = engine
        self._runner = runner
        # Files never change, so a table of the same files is the same table.
        self._read_before: dict[str, tuple[tuple[str, ...], ir.Table]] = {}
        self._instead: Mapping[str, ir.Table] = {}

    @contextmanager
    def held(self, waits: Callable[[], None] | None = None) -> Iterator[None]:
        """Write to this folder alone: others who want to wait, also in other processes.

        Two refreshes at once would take each other's files away. `waits` is called once where somebody
        else is at it. Whoever dies lets go.
        """
        with (self.folder / _WRITING).open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if waits:
                    waits()
                fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def with_tables(self, tables: Mapping[str, ir.Table]) -> Self:
        """Give the same warehouse for readers who find these tables in the place of the stored ones."""
        other = copy(self)
        other._instead = {**self._instead, **tables}
        return other

    def has(self, name: str) -> bool:
        """Tell whether table `name` was ever written."""
        return name in self._instead or delta.exists(self.folder / name)

    def table(self, name: str) -> ir.Table:
        """Give table `name` as it stands, changes included; raises NotFoundError."""
        if name in self._instead:
            return self._instead[name]
        if not self.has(name):
            raise NotFoundError(_NO_TABLE.format(name=name))
        rows = self._read(name)
        if not self.has(name + _CHANGES):
            return rows
        changes = self._read(name + _CHANGES)
        key = (self.folder / name / _KEY_FILE).read_text(encoding="utf-8")
        untouched = rows.anti_join(changes.select(key).distinct(), key)
        return untouched.union(changes.select(*rows.columns))

    def _read(self, name: str) -> ir.Table:
        stored = delta.open_table(self.folder / name)
        files = tuple(sorted(stored.file_uris()))
        known = self._read_before.get(name)
        if known is None or known[0] != files:
            known = (files, self._runner.read(files, delta.arrow_schema(stored)))
            self._read_before[name] = known
        return known[1]

    def replace(self, name: str, data: ir.Table | pa.Table | pa.RecordBatchReader) -> None:
        """Put `data` in the place of table `name` in one atomic commit."""
        rows = self._runner.stream(data) if isinstance(data, ir.Table) else data
        delta.overwrite(self.folder / name, rows)
        self._forget_changes(name)
        delta.vacuum(self.folder / name)

    def append(self, name: str, batches: Iterable[pa.RecordBatch]) -> None:
        """Add rows to table `name`; nothing happens when there are none."""
        reader = delta.as_reader(batches)
        if reader is not None:
            delta.append(self.folder / name, reader)

    def upsert(
        self, name: str, batches: Iterable[pa.RecordBatch], *, key: str, version: str
    ) -> int:
        """Let new rows take the place of old ones with the same `key`; give how many rows came.

        Of several sets of rows of one key in `batches` the one with the highest `version` wins, so
        that a repeated or overlapping read changes nothing.
        """
        reader = delta.as_reader(batches)
        if reader is None:
            return 0
        if not self.has(name):
            return self._first_load(name, reader, key, version)
        arrived = reader.read_all()
        changes = keyed.newest(arrived, key, version)
        if self.has(name + _CHANGES):
            waiting = delta.read(self.folder / (name + _CHANGES))
            changes = keyed.replace(waiting, changes, key)
        delta.overwrite(self.folder / (name + _CHANGES), changes)
        settled = delta.row_count(delta.open_table(self.folder / name))
        if changes.num_rows >= max(FEWEST_CHANGES_TO_MERGE, _SHARE_TO_MERGE * settled):
            self.merge_changes(name)
        return int(arrived.num_rows)

    def _first_load(self, name: str, reader: pa.RecordBatchReader, key: str, version: str) -> int:
        # Whole or not at all: 1. write beside, with the key and without older versions; 2. take its
        # place in one rename. What a crash left beside is written over by the next load.
        loading = name + _LOADING
        path, fresh = self.folder / name, self.folder / loading
        shutil.rmtree(fresh, ignore_errors=True)
        delta.overwrite(fresh, reader)
        (fresh / _KEY_FILE).write_text(key, encoding="utf-8")
        rows = self._read(loading)
        versions = rows.group_by(key).agg(versions=rows[version].nunique())
        if self.count(versions.filter(versions.versions > 1)):
            delta.overwrite(fresh, self._runner.stream(_newest(rows, key, version)))
        self._read_before.pop(loading, None)
        _remove(path)
        fresh.rename(path)
        return delta.row_count(delta.open_table(path))

    def merge_changes(self, name: str) -> None:
        """Write waiting changes into the table itself and let go of files nobody reads any more."""
        if not self.has(name + _CHANGES):
            return
        delta.overwrite(self.folder / name, self._runner.stream(self.table(name)))
        self._forget_changes(name)
        delta.vacuum(self.folder / name)

    def _forget_changes(self, name: str) -> None:
        # A crash before this line leaves changes that say again what the table says already.
        _remove(self.folder / (name + _CHANGES))

    def count(self, expr: ir.Table) -> int:
        """Give the number of rows of `expr`."""
        return int(self.collect(expr.aggregate(rows=expr.count()))["rows"][0].as_py())

    def highest(self, name: str, column: str) -> int:
        """Give the highest number in `column` of table `name`; 0 without a table or rows."""
        parts = [part for part in (name, name + _CHANGES) if self.has(part)]
        tables = [delta.open_table(self.folder / part) for part in parts]
        return max((delta.highest(table, column) for table in tables), default=0)

    def collect(self, expr: ir.Table) -> pa.Table:
        """Run `expr` and give its rows."""
        return self._runner.collect(expr)

    def stream(self, expr: ir.Table) -> pa.RecordBatchReader:
        """Run `expr` and give its rows batch by batch."""
        return self._runner.stream(expr)

    def upload(self, data: pa.Table) -> ir.Table:
        """Make Arrow data readable in expressions of this warehouse's engine."""
        return self._runner.upload(data)

    def read_files(self, paths: Iterable[Path], schema: pa.Schema) -> ir.Table:
        """Give Parquet files from elsewhere as one table."""
        return self._runner.read([str(path) for path in paths], schema)

    def stage(
        self, name: str, expr: ir.Table, words: Mapping[str, ir.Table] | None = None
    ) -> ir.Table:
        """Keep the rows of an expression that is used more than once inside the engine.

        `words`: text columns with few different texts, each with a table that has them all.
        """
        return self._runner.stage(name, expr, words)

    def forget(self, name: str, column: str, values: Iterable[int] | Iterable[str]) -> int:
        """Remove rows and every older file and log entry that held them; gives how many rows went.

        The table is written anew beside the old one and takes its place: the log of a Delta table
        holds the smallest and largest texts of each file, so the log must go too.
        """
        for beside in (*_BESIDE, _CHANGES + _GONE):
            # What a crash left half written holds people too.
            shutil.rmtree(self.folder / (name + beside), ignore_errors=True)
        if not self.has(name):
            return 0
        self.merge_changes(name)
        gone = pa.array(list(values))
        rows = delta.read(self.folder / name)
        kept = rows.filter(
            pc.invert(pc.is_in(rows[column], value_set=gone.cast(rows[column].type)))
        )
        if kept.num_rows == rows.num_rows:
            return 0
        path, fresh = self.folder / name, self.folder / (name + _FORGETTING)
        shutil.rmtree(fresh, ignore_errors=True)
        delta.overwrite(fresh, kept)
        if (path / _KEY_FILE).exists():
            shutil.copy(path / _KEY_FILE, fresh / _KEY_FILE)
        _remove(path)
        fresh.rename(path)
        self._read_before.pop(name, None)
        return int(rows.num_rows - kept.num_rows)

    def clear(self, *, but: str = "") -> None:
        """Delete every table (but one); the next sync starts from the beginning."""
        for path in self.folder.iterdir():
            if path.name != but and (delta.exists(path) or path.name.endswith(_BESIDE)):
                _remove(path)

    def close(self) -> None:
        """Let go of the engine; tables stay. `with` does it at the end of its block."""
        self._runner.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self.close()


def _remove(path: Path) -> None:
    """Delete a folder: first its name, at once, so that a crash leaves no half of a table."""
    gone = path.with_name(path.name + _GONE)
    shutil.rmtree(gone, ignore_errors=True)
    if path.exists():
        path.rename(gone)
        shutil.rmtree(gone)


def _newest(rows: ir.Table, key: str, version: str) -> ir.Table:
    ranked = rows.mutate(newest_version=rows[version].max().over(ibis.window(group_by=rows[key])))
    return ranked.filter(ranked[version] == ranked.newest_version).drop("newest_version")


def open_warehouse(
    folder: Path, engine: str = "duckdb", *, memory_limit: str | None = None
) -> Warehouse:
    """Open the warehouse in `folder` with "duckdb", "local[n]" or "spark://host:port".

    `memory_limit` ("512MB") is DuckDB's; without a word half of the machine's memory, at most 4 GB.

    Raises ConfigurationError for any other name, and where the engine is not installed.
    """
    if not is_engine(engine):
        raise ConfigurationError(_NO_ENGINE.format(name=engine))
    folder.mkdir(parents=True, exist_ok=True)
    scratch = folder / "scratch"
    runner: Engine
    if engine == "duckdb":
        runner = DuckDBEngine(scratch, memory_limit=memory_limit)
    else:
        runner = SparkEngine(engine, scratch)
    return Warehouse(folder, engine, runner)
