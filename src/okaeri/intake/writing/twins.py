"""Orders that a file tells again under another source: one order stays one row.

Columns chosen by hand used to be stored under a name of their own, whatever the layout was, and staff
may mark a layout as a mall's after its first file. Such orders are taken over: the same number at the
same second with the same sum of goods or total.
"""

from datetime import datetime
from typing import Any

import pyarrow as pa

from okaeri.foundation.sequences import next_numbers
from okaeri.intake.models import Order, Payment, SourceMark
from okaeri.intake.writing.rows import CHANGES, Staged, as_instant, instants, stored

# Under these names orders of any layout may stand.
_ANY_LAYOUT = ("mapped", "mapped_mall")
_SUMS = ("lines_minor", "total_minor")


def take_over(staged: Staged) -> int:
    """Give orders of a file that stand under another source the file's own; gives how many.

    In the open transaction, before the file's orders are written. Where both were stored already the
    other one counts as cancelled.
    """
    others = SourceMark.objects.filter(
        subject=SourceMark.Subject.ORDER, source__in={*_ANY_LAYOUT} - {staged.source}
    )
    twins = (
        list(others.order_by("source").values_list("source", flat=True)) if staged.source else []
    )
    return sum(
        _take_over(batch, staged.source, twin) for batch in _orders(staged, twins) for twin in twins
    )


def _orders(staged: Staged, twins: list[str]) -> list[pa.RecordBatch]:
    """Give what tells the file's orders from others'; nothing where none can be another's."""
    if not twins:
        return []
    return [batch.select(["order_no", "ordered_at", *_SUMS]) for batch in staged.orders()]


def _take_over(batch: pa.RecordBatch, source: str, twin: str) -> int:
    numbers = batch["order_no"].to_pylist()
    theirs = stored(Order, "order_no", numbers, ("id", "status", "ordered_at", *_SUMS), twin)
    if not theirs:
        return 0
    mine = stored(Order, "order_no", numbers, ("id",), source)
    told = zip(
        map(as_instant, instants(batch["ordered_at"])),
        *(batch[name].to_pylist() for name in _SUMS),
        strict=True,
    )
    same = [
        (number, *theirs[number][:2])
        for number, (at, *sums) in zip(numbers, told, strict=True)
        if number in theirs and _is_same(theirs[number][2:], at, sums)
    ]
    double = [one for one in same if one[0] in mine and one[2] != Order.Status.CANCELLED]
    moved = [one for one in same if one[0] not in mine]
    changes = iter(next_numbers(CHANGES, len(double) + len(moved)))
    for number, order_id, _ in moved:
        Order.objects.filter(id=order_id).update(source=source, change_no=next(changes))
        if not Payment.objects.filter(source=source, order_no=number).exists():
            Payment.objects.filter(source=twin, order_no=number).update(source=source)
    for _, order_id, _ in double:
        Order.objects.filter(id=order_id).update(
            status=Order.Status.CANCELLED, is_purchase=False, net_minor=0, change_no=next(changes)
        )
    return len(double) + len(moved)


def _is_same(theirs: tuple[Any, ...], at: datetime, sums: list[int]) -> bool:
    return as_instant(theirs[0]) == at and any(
        a == b for a, b in zip(theirs[1:], sums, strict=True)
    )
