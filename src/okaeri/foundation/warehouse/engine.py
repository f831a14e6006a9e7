"""What an engine must do for the warehouse; the implementations stand beside this file."""

from collections.abc import Sequence
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

    def stage(self, name: str, expr: ir.Table) -> ir.Table:
        """Run `expr`, keep its rows inside the engine under `name`, and give them as a table."""
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
