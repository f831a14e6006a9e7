"""One person's orders a window at a time, and how many came before."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from okaeri.foundation.keyset import Before, window
from okaeri.intake.counting import record_columns
from okaeri.intake.models import Order
from okaeri.intake.types import OrderRecord


def orders_before(party_ids: Iterable[int], before: Before | None, limit: int) -> list[OrderRecord]:
    """Give the newest orders of these contacts older than `before` (instant, order id)."""
    rows = Order.objects.filter(party_id__in=set(party_ids))
    found = window(rows, "ordered_at", before, limit)
    return [OrderRecord(*row) for row in found.values_list(*record_columns())]


def count_purchases_before(
    party_ids: Iterable[int], order: OrderRecord, *, by_day: bool, with_trials: bool
) -> int:
    """Count the purchases of these contacts before an order: days before its day, or orders before it."""
    rows: QuerySet[Order] = Order.objects.filter(party_id__in=set(party_ids), is_purchase=True)
    if not with_trials:
        rows = rows.filter(is_trial=False)
    if by_day:
        earlier = rows.filter(ordered_on__lt=order.ordered_on)
        return earlier.values("ordered_on").distinct().count()
    same = Q(ordered_at=order.ordered_at, id__lt=order.id)
    return rows.filter(Q(ordered_at__lt=order.ordered_at) | same).count()
