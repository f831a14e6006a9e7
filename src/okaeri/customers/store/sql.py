"""Large sets of values as one parameter: no limit on their number, one plan for any size."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection


def is_among(column: str, values: Iterable[int] | Iterable[str]) -> tuple[str, Any]:
    """Give an SQL condition with one %s, and what to put there; ids or texts, not both."""
    listed = list(values)
    if connection.vendor != "postgresql":
        return f"{column} IN (SELECT value FROM json_each(%s))", json.dumps(listed)  # noqa: S608
    # An empty array takes the column's own type.
    cast = "" if not listed else "::text[]" if isinstance(listed[0], str) else "::bigint[]"
    return f"{column} = ANY(%s{cast})", listed


def select(sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Give all rows."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def execute(sql: str, parameters: Sequence[Any] = ()) -> int:
    """Run one statement; the number of rows it changed."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return int(cursor.rowcount)


def execute_each(sql: str, rows: Sequence[Sequence[Any]]) -> None:
    """Run one statement per row."""
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(sql, rows)
