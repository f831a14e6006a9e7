"""Staged orders into the database: contacts, orders and lines with change numbers, in bulk.

Everything here runs inside the caller's one transaction, behind the lock on the change counter:
1. `next_numbers(CHANGES, 0)` locks the counter, so that writers follow one another;
2. what is already stored is looked up by key, batch by batch;
3. new rows go in with ids reserved beforehand, changed rows are updated, equal rows are left alone.
"""

from collections.abc import Callable
from datetime import datetime

from django.db.models import Max

from okaeri.foundation.bulk import indexes_afterwards
from okaeri.foundation.sequences import next_numbers
from okaeri.intake.models import Order, Party
from okaeri.intake.writing.contacts import order_spans, write_parties
from okaeri.intake.writing.deliveries import count_deliveries
from okaeri.intake.writing.goods import weigh_goods
from okaeri.intake.writing.late_costs import add_late_costs
from okaeri.intake.writing.late_marks import mark_orders
from okaeri.intake.writing.lines import write_lines
from okaeri.intake.writing.marks import OrderMarks
from okaeri.intake.writing.orders import OrderWriter
from okaeri.intake.writing.rows import CHANGES, Counts, Staged
from okaeri.intake.writing.twins import take_over

__all__ = [
    "CHANGES",
    "Counts",
    "Staged",
    "add_late_costs",
    "count_deliveries",
    "mark_orders",
    "write",
]

_INDEXED = (Party._meta.db_table, Order._meta.db_table)
_FEW_ORDERS = 10_000


def write(staged: Staged, now: datetime, progress: Callable[[int], None] | None) -> Counts:
    """Store everything; gives how many orders were new, changed and equal.

    `now` is when contacts without any order were seen.
    """
    next_numbers(CHANGES, 0)
    take_over(staged)
    with indexes_afterwards(*(_INDEXED if _is_most_of_the_shop(staged) else ())):
        return _write(staged, now, progress)


def _is_most_of_the_shop(staged: Staged) -> bool:
    """Tell whether building indexes anew costs less than adding every row to them."""
    stored = Order.objects.aggregate(highest=Max("id"))["highest"] or 0
    return staged.order_count > max(stored, _FEW_ORDERS)


def _write(staged: Staged, now: datetime, progress: Callable[[int], None] | None) -> Counts:
    party_ids = write_parties(staged.parties, order_spans(staged.order_days()), now)
    goods = weigh_goods(staged.lines, staged.order_count)
    writer = OrderWriter(party_ids, goods, staged.order_count, staged.said_until)
    marks = OrderMarks()
    for batch in staged.orders():
        writer.write(batch)
        marks.add(batch)
        if progress:
            progress(batch.num_rows)
    marks.store()
    writer.remove_old_lines()
    for batch in staged.lines():
        write_lines(batch, writer.ids, goods.costs)
        if progress:
            progress(0)
    return writer.counts
