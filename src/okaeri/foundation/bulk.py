"""Rows by the thousand: `executemany` on SQLite, `COPY` on PostgreSQL, inside the open transaction."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db import connection


def bulk_insert(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert `rows` (tuples in the order of `columns`) into `table`; constraints still hold.

    Values are in the driver's form: JSON as text, instants through `db_instant`.
    """
    names = ", ".join(f'"{column}"' for column in columns)
    if connection.vendor == "postgresql":
        with (
            connection.cursor() as cursor,
            cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy,
        ):
            for row in rows:
                copy.write_row(row)
        return
    places = ", ".join("?" for _ in columns)
    sql = f'INSERT INTO "{table}" ({names}) VALUES ({places})'  # noqa: S608 - names are our own
    raw = connection.connection
    if raw is None:
        connection.ensure_connection()
        raw = connection.connection
    raw.executemany(sql, rows)


def db_instant(instant: datetime) -> Any:  # noqa: ANN401 - text for one driver, a datetime for the other
    """Give an aware instant as the open database stores it (Django's own form)."""
    return instant_form()(instant)


def instant_form() -> Callable[[datetime], Any]:
    """Give `db_instant` for the open database, to be asked for once per batch."""
    return _sqlite_text if connection.vendor == "sqlite" else _unchanged


# The rows of a batch share most of their instants.
@lru_cache(maxsize=20_000)
def _sqlite_text(instant: datetime) -> str:
    return str(instant.astimezone(UTC).replace(tzinfo=None))


def _unchanged(instant: datetime) -> datetime:
    return instant
