"""What an engine must do for the warehouse; the implementations stand beside this file."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import ibis.expr.types as ir
import pyarrow as pa


class Engine(Protocol):
    """Runs Ibis expressions over Parquet files."""

    def read(self, uris: Sequence[str], schema: pa.Schema) -> ir.Table:
        """Give the files as one table; an empty table of `schema` when there are none."""
        ...

    def upload(self, data: pa.Table) -> ir.Table:
        """Make Arrow data readable in expressions."""
        ...

    def stage(
        self, name: str, expr: ir.Table, words: Mapping[str, ir.Table] | None = None
    ) -> ir.Table:
        """Run `expr`, keep its rows inside the engine under `name`, and give them as a table.

        `words`: text column → a table with a column of that name that has every text in it. Engines
        may keep such a column as numbers; it reads, compares and sorts as the texts do.
        """
        ...

    def collect(self, expr: ir.Table) -> pa.Table:
        """Run `expr` and give its rows."""
        ...

    def stream(self, expr: ir.Table) -> pa.RecordBatchReader:
        """Run `expr` and give its rows batch by batch."""
        ...

    def close(self) -> None:
        """Let go of memory, files and connections."""
        ...
