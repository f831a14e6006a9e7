"""Numbers that only grow: the order of changes inside one shop."""

from django.db import connection

_RESERVE = (
    "INSERT INTO foundation_sequence (name, value) VALUES (%s, %s) "
    "ON CONFLICT (name) DO UPDATE SET value = foundation_sequence.value + excluded.value "
    "RETURNING value"
)


def next_numbers(name: str, count: int = 1) -> range:
    """Reserve `count` numbers inside the open transaction and give them as a range.

    The row is locked until the transaction ends, so that numbers are committed in their order and
    a reader that remembers the highest number it saw never misses one.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("next_numbers needs an open transaction")
    with connection.cursor() as cursor:
        cursor.execute(_RESERVE, [name, count])
        last = int(cursor.fetchall()[0][0])
    return range(last - count + 1, last + 1)
