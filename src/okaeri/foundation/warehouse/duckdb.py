"""DuckDB inside this process: the default engine."""

import math
import os
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa

_LEAST_MB, _MOST_MB = 1024, 4096
_BATCH_ROWS = 100_000
_CGROUP = Path("/sys/fs/cgroup")

# Every step of a feature stays a SELECT of its own: DuckDB joins them better than Ibis does, which
# writes a shared column once per use, and which needs a third longer to write the SQL.
ibis.options.sql.fuse_selects = False


class DuckDBEngine:
    """One in-memory DuckDB that reads Parquet and spills into `scratch`."""

    def __init__(self, scratch: Path, *, memory_limit: str | None = None) -> None:
        # The same work has the same names, and so the same SQL.
        self._numbers = count(1)
        self._connection = ibis.duckdb.connect(
            ":memory:",
            **duckdb_settings(scratch, memory_limit=memory_limit),
        )

    def read(self, uris: Sequence[str], schema: pa.Schema) -> ir.Table:
        """Give the files as one table; an empty table of `schema` when there are none."""
        if not uris:
            return self.upload(schema.empty_table())
        return self._connection.read_parquet(list(uris), table_name=self._fresh("files"))

    def name(self, name: str, uris: Sequence[str]) -> None:
        """Make files readable in expressions as the table `name`."""
        self._connection.read_parquet(list(uris), table_name=name)

    def upload(self, data: pa.Table) -> ir.Table:
        """Make Arrow data readable in expressions (no copy)."""
        return self._connection.create_table(self._fresh("arrow"), data, temp=True)

    def stage(
        self, name: str, expr: ir.Table, words: Mapping[str, ir.Table] | None = None
    ) -> ir.Table:
        """Keep the rows of `expr` as a temporary table.

        Columns in `words` become ENUMs: grouping and sorting by them costs a third less.
        """
        # Sums of 64-bit numbers come out of DuckDB with 128 bits unless they are told not to.
        columns = {
            column: f'CAST("{column}" AS BIGINT)' if kind.is_int64() else f'"{column}"'
            for column, kind in expr.schema().items()
        }
        self._connection._run_pre_execute_hooks(expr)
        source = f"({self._connection.compile(expr)}) AS rows_of_it"
        for column, texts in (words or {}).items():
            numbered = self._number(column, texts)
            # Looked up in a join, which costs half of a cast of every row.
            source += f' LEFT JOIN {numbered} ON "{column}" = {numbered}.word'
            columns[column] = f"{numbered}.number"
        chosen = ", ".join(f'{value} AS "{column}"' for column, value in columns.items())
        self._connection.con.execute(
            f'CREATE OR REPLACE TEMP TABLE "{name}" AS SELECT {chosen} FROM {source}'  # noqa: S608
        )
        return self._staged(name)

    def _number(self, column: str, texts: ir.Table) -> str:
        """Keep every text of a column beside its place in the alphabet; give the table's name."""
        name = self._fresh("words")
        rows = self._connection.compile(texts)
        # An ENUM needs a word at least; UNION leaves each once.
        words = f"(SELECT '' AS word UNION SELECT \"{column}\" FROM ({rows}))"  # noqa: S608
        execute = self._connection.con.execute
        execute(
            f"CREATE TYPE {name}_enum AS ENUM (FROM {words} WHERE word IS NOT NULL ORDER BY word)"
        )
        execute(
            f"CREATE TEMP TABLE {name} AS SELECT word, CAST(word AS {name}_enum) AS number FROM {words}"  # noqa: S608
        )
        return name

    def _staged(self, name: str) -> ir.Table:
        """Give a table by name. Ibis would read each ENUM's every word as a part of its type."""
        described = self._connection.con.execute(f'DESCRIBE "{name}"').fetchall()
        types = self._connection.compiler.type_mapper
        schema = {
            column: "string" if kind.startswith("ENUM(") else types.from_string(kind)
            for column, kind, *_ in described
        }
        table = ops.DatabaseTable(
            name, schema=ibis.schema(schema), source=self._connection, namespace=ops.Namespace()
        )
        return table.to_expr()

    def collect(self, expr: ir.Table) -> pa.Table:
        """Run `expr` and give its rows."""
        # Run at once: a relation would be planned twice, to know its columns and to give its rows.
        done = self._connection.con.execute(self._written(expr))
        return done.to_arrow_table().cast(expr.schema().to_pyarrow())

    def stream(self, expr: ir.Table) -> pa.RecordBatchReader:
        """Run `expr` and give its rows batch by batch."""
        schema = expr.schema().to_pyarrow()
        relation = self._connection.con.sql(self._written(expr))
        return relation.to_arrow_reader(_BATCH_ROWS).cast(schema)

    def _written(self, expr: ir.Table) -> str:
        # Not through Ibis' own results: those import pandas, a second at every start. The hook makes
        # in-memory tables inside `expr` known to DuckDB.
        self._connection._run_pre_execute_hooks(expr)
        return str(self._connection.compile(expr))

    def _fresh(self, kind: str) -> str:
        return f"{kind}_{next(self._numbers)}"

    def close(self) -> None:
        """Close the connection and forget staged tables."""
        self._connection.disconnect()


def duckdb_settings(scratch: Path, *, memory_limit: str | None = None) -> dict[str, Any]:
    """Give what every DuckDB of this process keeps to: its memory, and the folder it spills into."""
    return {
        "memory_limit": memory_limit or _memory_limit(),
        "temp_directory": str(scratch),
        # No window over all rows depends on file order, and parallel writes need no buffer.
        "preserve_insertion_order": False,
        # Extensions come from the network at first use; everything needed is built in.
        "autoinstall_known_extensions": False,
    }


def _memory_limit() -> str:
    """Give half of the memory this process may use, from 1 to 4 GB.

    The shared tables of a million customers take about 4 GB; below that DuckDB writes them to disk and
    reads them back for every analysis.
    """
    whole = min(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"), _container_limit())
    whole_mb = whole // 1024**2
    return f"{int(max(_LEAST_MB, min(whole_mb // 2, _MOST_MB)))}MB"


def _container_limit() -> float:
    """Give the bytes a container (cgroup, version 2 or 1) leaves us; infinite where there is none."""
    for name in ("memory.max", "memory/memory.limit_in_bytes"):
        path = _CGROUP / name
        if path.is_file() and (word := path.read_text().strip()).isdigit():
            return int(word)
    return math.inf
