"""What the parts of writing share: the form of what is written, looking up, updating."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
from django.db import connection
from django.db.models import Model

CHANGES = "intake.changes"
_LOOKUP = 20_000


@dataclass(frozen=True, slots=True)
class Staged:
    """What is to be stored; what is called can be read more than once."""

    parties: Iterable[pa.RecordBatch]
    orders: Callable[[], Iterable[pa.RecordBatch]]
    # At least the columns `party_no` and `ordered_at` of all orders.
    order_days: Callable[[], Iterable[pa.RecordBatch]]
    lines: Callable[[], Iterable[pa.RecordBatch]]
    # Higher than every `order_ref`.
    order_count: int
    # A file knows what happened until then: its newest order. None for what is told live.
    said_until: datetime | None = None
    # Under which source a file's orders are stored, "" for what is told live.
    source: str = ""


@dataclass(slots=True)
class Counts:
    """How many orders were new, changed and equal."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0


def update(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Update rows by id: the first of `columns` is `id`."""
    sets = ", ".join(f'"{name}" = %s' for name in columns[1:])
    sql = f'UPDATE "{table}" SET {sets} WHERE "id" = %s'  # noqa: S608 - names are our own
    with connection.cursor() as cursor:
        cursor.executemany(sql, [(*row[1:], row[0]) for row in rows])


def stored(
    model: type[Model],
    key: str,
    values: Sequence[str],
    wanted: tuple[str, ...],
    source: str | None = None,
) -> dict[str, tuple[Any, ...]]:
    """Give key → `wanted` columns of the rows whose `key` is among `values`."""
    names = ", ".join(f'"{name}"' for name in (key, *wanted))
    is_postgres = connection.vendor == "postgresql"
    among = "= ANY(%s)" if is_postgres else "IN (SELECT value FROM json_each(%s))"
    sql = f'SELECT {names} FROM "{model._meta.db_table}" WHERE "{key}" {among}'  # noqa: S608
    found: dict[str, tuple[Any, ...]] = {}
    with connection.cursor() as cursor:
        for chunk in chunks(values):
            arguments: list[Any] = [list(chunk) if is_postgres else json.dumps(list(chunk))]
            if source is not None:
                cursor.execute(f'{sql} AND "source" = %s', [*arguments, source])
            else:
                cursor.execute(sql, arguments)
            found.update((row[0], row[1:]) for row in cursor.fetchall())
    return found


def reserve_ids(table: str, count: int) -> Sequence[int]:
    """Give `count` ids that nobody else will get, in the open transaction."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [f'"{table}"', count],
            )
            return [row[0] for row in cursor.fetchall()]
        # The transaction holds SQLite's only write lock; inserting moves the table's counter on.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        row = cursor.fetchone()
    first = (row[0] if row else 0) + 1
    return range(first, first + count)


def instants(column: pa.Array) -> list[Any]:
    """Give UTC instants as the open database takes them, in Django's own form on SQLite."""
    if column.null_count == len(column):
        return [None] * len(column)
    # Parquet knows no whole seconds and gives milliseconds.
    texts: list[str | None] = column.cast(pa.timestamp("s")).cast(pa.string()).to_pylist()
    if connection.vendor == "sqlite":
        return texts
    return [None if text is None else f"{text}+00" for text in texts]


def as_instant(value: Any) -> datetime:  # noqa: ANN401 - text from one driver, a datetime from the other
    """Give an instant as raw SQL reads it."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def days(column: pa.Array) -> list[str | None]:
    """Give days as text, which both databases take."""
    if column.null_count == len(column):
        return [None] * len(column)
    # Days come back; putting each into words once takes a fifth of the time.
    coded = column.dictionary_encode()
    words = coded.dictionary.cast(pa.string())
    return list(words.take(coded.indices).to_pylist())


def chunks(values: Sequence[Any], size: int = _LOOKUP) -> Iterator[Sequence[Any]]:
    """Give `values` in pieces."""
    for start in range(0, len(values), size):
        yield values[start : start + size]
