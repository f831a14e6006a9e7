"""Rows by the thousand: many per statement on SQLite, `COPY` on PostgreSQL, in the open transaction."""

import gc
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection

# SQLite starts every statement afresh, foreign keys and counters included: 50 rows share one.
_ROWS_PER_STATEMENT = 50
_ROWS_AT_ONCE = 10_000


def bulk_insert(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert `rows` (tuples in the order of `columns`) into `table`; constraints still hold.

    Values are in the driver's form: JSON as text, instants through `db_instant`.
    """
    if connection.vendor == "postgresql":
        _copy(table, columns, rows)
        return
    waiting = iter(rows)
    while some := list(islice(waiting, _ROWS_AT_ONCE)):
        _insert_into_sqlite(table, dict(zip(columns, zip(*some, strict=True), strict=True)))


def insert_columns(table: str, columns: Mapping[str, Sequence[Any]]) -> None:
    """Insert like `bulk_insert`, from columns of equal length by name."""
    if connection.vendor == "postgresql":
        _copy(table, list(columns), zip(*columns.values(), strict=True))
    else:
        _insert_into_sqlite(table, columns)


def _copy(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    sql = f'COPY "{table}" ({_quoted(columns)}) FROM STDIN'
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(sql) as copy:
        for row in rows:
            copy.write_row(row)


def _insert_into_sqlite(table: str, columns: Mapping[str, Sequence[Any]]) -> None:
    """Put the columns into one list, row by row, and give each statement its stretch of it.

    A column with one value throughout (but the first) is bound once per statement, not per row.
    """
    first, *others = columns
    rows = len(columns[first])
    shared = [name for name in others if _is_one_value(columns[name])]
    own = [name for name in columns if name not in shared]
    width = len(own)
    values: list[Any] = [None] * (rows * width)
    for place, name in enumerate(own):
        values[place::width] = columns[name]
    head = [columns[name][0] for name in shared]
    many = rows - rows % _ROWS_PER_STATEMENT
    for start, end, count in ((0, many, _ROWS_PER_STATEMENT), (many, rows, 1)):
        if start < end:
            sql = _statement(table, tuple(shared), tuple(own), count)
            places = range(start * width, end * width, count * width)
            statements = (head + values[i : i + count * width] for i in places)
            connection.ensure_connection()
            with connection.wrap_database_errors:
                # Past Django's cursor, which looks through every list of values.
                connection.connection.executemany(sql, statements)


def _is_one_value(values: Sequence[Any]) -> bool:
    is_likely = len(values) >= _ROWS_PER_STATEMENT and values[0] == values[-1]
    return is_likely and values.count(values[0]) == len(values)


@lru_cache(64)
def _statement(table: str, shared: tuple[str, ...], own: tuple[str, ...], rows: int) -> str:
    common = [f"?{number}" for number in range(1, len(shared) + 1)]
    one = f"({', '.join(common + ['?'] * len(own))})"
    # A plain ? counts on from the highest number before it.
    return f'INSERT INTO "{table}" ({_quoted(shared + own)}) VALUES {", ".join([one] * rows)}'  # noqa: S608 - our own names


def _quoted(columns: Sequence[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


@contextmanager
def indexes_afterwards(*tables: str) -> Iterator[None]:
    """Build the tables' plain indexes once all rows are in: sorting beats a million random inserts.

    Only on SQLite, where others read on undisturbed meanwhile and a failure takes the transaction
    back, indexes included. Unique indexes stay: they guard and are looked up in.
    """
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' "
            "AND sql LIKE 'CREATE INDEX %%' AND tbl_name IN (SELECT value FROM json_each(%s))",
            [json.dumps(tables)],
        )
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        yield
        for _, sql in indexes:
            cursor.execute(sql)


@contextmanager
def without_collector() -> Iterator[None]:
    """Rest the cycle collector: bulk rows have no cycles, and walking them costs a sixth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def driver_values(column: pa.Array) -> list[Any]:
    """Give a column's values as drivers take them: days as ISO text (sqlite3 gives up its own adapters).

    Texts and days are made once each, however often they stand there, and numbers as a block:
    `to_pylist` makes every value by itself, which takes several times as long.
    """
    if pa.types.is_date(column.type) or pa.types.is_string(column.type):
        coded = column.dictionary_encode()
        words = [*coded.dictionary.cast(pa.string()).to_pylist(), None]
        places = pc.fill_null(coded.indices, len(words) - 1)
        return [words[place] for place in places.to_numpy().tolist()]
    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        plain: list[Any] = column.to_pylist()
        return plain
    values: list[Any] = pc.fill_null(column, 0).to_numpy().tolist()
    for place in np.flatnonzero(column.is_null().to_numpy(zero_copy_only=False)).tolist():
        values[place] = None
    return values


def db_instant(instant: datetime) -> Any:  # noqa: ANN401 - text for one driver, a datetime for the other
    """Give an aware instant as the open database stores it (Django's own form)."""
    return instant_form()(instant)


def instant_form() -> Callable[[datetime], Any]:
    """Give `db_instant` for the open database, to be asked for once per batch."""
    return _sqlite_text if connection.vendor == "sqlite" else _unchanged


# The rows of a batch share most of their instants.
@lru_cache(maxsize=20_000)
def _sqlite_text(instant: datetime) -> str:
    if instant.tzinfo is UTC:
        return instant.isoformat(" ")[: -len("+00:00")]
    return str(instant.astimezone(UTC).replace(tzinfo=None))


def _unchanged(instant: datetime) -> datetime:
    return instant
