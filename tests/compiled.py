"""An expression is put into SQL once a process: every small shop asks the same (`-p tests.compiled`).

Writing SQL is most of what a refresh of a small shop costs. The SQL depends on the expression alone,
and of a warehouse in memory only the names of its tables stand in it.
"""

import sys
from typing import Any

import ibis.expr.types as ir

_written: dict[Any, str] = {}


def pytest_collection_finish() -> None:
    """Begin where DuckDB is among what the tests imported."""
    if "okaeri.foundation.warehouse.duckdb" in sys.modules:
        _remember()


def _remember() -> None:
    from ibis.backends.duckdb import Backend

    write = Backend.compile

    def compile_once(self: Any, expr: ir.Expr, /, **options: Any) -> str:
        if options:
            return str(write(self, expr, **options))
        operation = expr.op()
        if operation not in _written:
            _written[operation] = str(write(self, expr))
        return _written[operation]

    # Equal tables of two connections are equal, or nothing would ever be asked twice.
    Backend.db_identity = "duckdb"
    Backend.compile = compile_once
