"""Costs that are learnt after orders were stored: lines without a cost get it, orders their margin."""

from collections.abc import Iterable, Sequence

from django.db.models import Exists, ExpressionWrapper, F, IntegerField, OuterRef, Subquery, Sum

from okaeri.foundation.sequences import next_numbers
from okaeri.intake.models import Order, OrderLine, Product
from okaeri.intake.writing.goods import margin
from okaeri.intake.writing.rows import CHANGES, chunks, update


def add_late_costs(skus: Iterable[str]) -> int:
    """Give these products' costs to lines that have none, in the open transaction.

    An order whose last missing cost this was gets its margin and a new change number; gives how
    many did. A cost a line already has stays: it is what the goods cost then.
    """
    done = 0
    for some in chunks(sorted(set(skus)), 500):
        waiting = OrderLine.objects.filter(sku__in=some, cost_minor__isnull=True)
        order_ids = list(waiting.values_list("order_id", flat=True).distinct())
        if order_ids:
            cost = Product.objects.filter(sku=OuterRef("sku")).values("cost_minor")[:1]
            waiting.update(cost_minor=Subquery(cost))
            done += sum(_settle(page) for page in chunks(order_ids, 5_000))
    return done


def _settle(order_ids: Sequence[int]) -> int:
    """Give orders whose every line now has a cost their margin."""
    unknown = OrderLine.objects.filter(order_id=OuterRef("pk"), cost_minor__isnull=True)
    orders = Order.objects.filter(id__in=order_ids, margin_minor__isnull=True)
    ready = orders.exclude(Exists(unknown)).order_by("change_no")
    found = list(ready.values_list("id", "net_minor", "is_purchase"))
    worth = ExpressionWrapper(F("cost_minor") * F("quantity"), output_field=IntegerField())
    lines = OrderLine.objects.filter(order_id__in=[row[0] for row in found])
    costs = dict(lines.values_list("order_id").annotate(goods=Sum(worth)).order_by())
    numbers = next_numbers(CHANGES, len(found))
    rows = [
        (order_id, margin(net, costs[order_id], is_purchase), number)
        for (order_id, net, is_purchase), number in zip(found, numbers, strict=True)
    ]
    if rows:
        update(Order._meta.db_table, ("id", "margin_minor", "change_no"), rows)
    return len(rows)
