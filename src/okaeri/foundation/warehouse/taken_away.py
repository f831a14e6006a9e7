"""What a reader meets whose files a refresh or an erasure took away while it read."""

from deltalake.exceptions import TableNotFoundError


def is_taken_away(error: Exception) -> bool:
    """Tell whether an error says that a file of a table is no longer there: reading anew finds the new one."""
    import duckdb  # noqa: PLC0415 - only once something went wrong

    gone = (FileNotFoundError, TableNotFoundError, duckdb.IOException)
    return isinstance(error, gone)
