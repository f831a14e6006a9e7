"""Whether orders were paid, and who still owes (未入金・後払い未収)."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from okaeri.intake.models import Order, Payment
from okaeri.intake.records.keeping import keep, told_extra
from okaeri.intake.types import Kept, PaymentIn, UnpaidOrder


def record(given: Iterable[PaymentIn]) -> Kept:
    """Store how orders stand with their money, all or none; an older word replaces no newer one."""
    rows = [
        {
            "source": p.source, "order_no": p.order_no, "status": p.status, "due_on": p.due_on,
            "paid_on": p.paid_on, "changed_at": p.changed_at, **told_extra(p.extra),
        }
        for p in given
    ]  # fmt: skip
    with transaction.atomic():
        return keep(Payment, "order_no", rows)[0]


def unpaid_of(party_ids: Iterable[int], on: date) -> dict[int, list[UnpaidOrder]]:
    """Give party id → orders that count as bought and whose money is overdue on the day `on`.

    Overdue: open (or written off) and due before that day. An open order without a due day is not
    overdue; what was cancelled or sent back is owed by nobody.
    """
    late = Payment.objects.filter(
        Q(status=Payment.Status.OPEN, due_on__lt=on) | Q(status=Payment.Status.WRITTEN_OFF),
        source=OuterRef("source"),
        order_no=OuterRef("order_no"),
    )
    found: dict[int, list[UnpaidOrder]] = {}
    orders = (
        Order.objects.filter(
            Exists(late),
            party_id__in=set(party_ids),
            status__in=(Order.Status.ACCEPTED, Order.Status.UNPAID),
        )
        .order_by("ordered_at", "id")
        .values_list("party_id", "source", "order_no")
    )
    due = _due_days({(source, order_no) for _, source, order_no in orders})
    for party_id, source, order_no in orders:
        if party_id is not None:
            found.setdefault(party_id, []).append(
                UnpaidOrder(party_id, source, order_no, due.get((source, order_no)))
            )
    return found


def _due_days(keys: set[tuple[str, str]]) -> dict[tuple[str, str], date | None]:
    rows = Payment.objects.filter(order_no__in={order_no for _, order_no in keys})
    return {(row.source, row.order_no): row.due_on for row in rows}
