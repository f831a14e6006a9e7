"""Which delivery of its contract an order is, where the source leaves the number blank.

The first order of a contract is number 1; a blank one follows the one before it (domain reference
§2.10, 侍カート: counted by rows with the same 定期コード).
"""

from collections.abc import Iterable

from django.db.models import QuerySet

from okaeri.foundation.sequences import next_numbers
from okaeri.intake.models import Order
from okaeri.intake.writing.rows import CHANGES, chunks


def count_deliveries(source: str) -> int:
    """Give the orders of this source's contracts the numbers they lack, in the open transaction.

    Cancelled orders are no deliveries. Gives how many got a number.
    """
    mine = Order.objects.filter(source=source).exclude(subscription_no="")
    blank = mine.filter(delivery_no=None, status=Order.Status.ACCEPTED)
    codes = list(blank.values_list("subscription_no", flat=True).distinct())
    numbered = [pair for some in chunks(codes, 500) for pair in _numbers(mine, some)]
    for (order_id, number), change in zip(
        numbered, next_numbers(CHANGES, len(numbered)), strict=True
    ):
        Order.objects.filter(id=order_id).update(delivery_no=number, change_no=change)
    return len(numbered)


def _numbers(orders: QuerySet[Order], codes: Iterable[str]) -> list[tuple[int, int]]:
    rows = orders.filter(subscription_no__in=codes, status=Order.Status.ACCEPTED)
    before: dict[str, int] = {}
    found = []
    for order_id, code, number in rows.order_by("ordered_at", "id").values_list(
        "id", "subscription_no", "delivery_no"
    ):
        counted = before.get(code, 0) + 1 if number is None else number
        if number is None:
            found.append((order_id, counted))
        before[code] = counted
    return found
