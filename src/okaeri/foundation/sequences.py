"""Numbers that only grow: the order of changes inside one shop."""

from django.db import connection

from okaeri.foundation.models import Sequence


def next_numbers(name: str, count: int = 1) -> range:
    """Reserve `count` numbers inside the open transaction and give them as a range.

    The row is locked until the transaction ends, so that numbers are committed in their order and
    a reader that remembers the highest number it saw never misses one.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("next_numbers needs an open transaction")
    Sequence.objects.get_or_create(name=name)
    row = Sequence.objects.select_for_update().get(name=name)
    first = row.value + 1
    row.value += count
    row.save(update_fields=["value"])
    return range(first, first + count)
