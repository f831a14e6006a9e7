"""The columnar copy for analysis: Delta tables in a folder, read by DuckDB or Spark through Ibis.

In: Arrow batches and Ibis expressions under a table name. Out: Ibis tables and Arrow. Derived and
disposable: `Warehouse.clear` and a new sync give it back. Only this package knows engines.
"""

from okaeri.foundation.warehouse.duckdb import duckdb_settings
from okaeri.foundation.warehouse.taken_away import is_taken_away
from okaeri.foundation.warehouse.warehouse import Warehouse, open_warehouse

__all__ = [
    "Warehouse",
    "duckdb_settings",
    "is_taken_away",
    "open_warehouse",
]
