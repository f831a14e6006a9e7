"""Trials and samples that are named after orders were stored: their orders are marked anew (§1.3 #16)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from okaeri.foundation.sequences import next_numbers
from okaeri.intake.domain.orders import AMOUNTS, is_purchase
from okaeri.intake.models import Order, OrderLine
from okaeri.intake.writing.goods import Held, margin, weigh_stored
from okaeri.intake.writing.rows import CHANGES, chunks, update

_PAGE = 2_000
_READ = ("id", "status", "lines_minor", *AMOUNTS, "net_minor", "is_purchase", "is_trial")
_WRITTEN = ("id", "is_purchase", "is_trial", "margin_minor", "change_no")


def mark_orders(skus: Iterable[str]) -> int:
    """Mark every order with one of these products anew, in the open transaction; give how many changed.

    An order that changed gets a new change number.
    """
    named = sorted(set(skus))
    return sum(
        _mark(page)
        for some in chunks(named, 500)
        for page in chunks(
            list(
                OrderLine.objects.filter(sku__in=some)
                .order_by("order_id")
                .values_list("order_id", flat=True)
                .distinct()
            ),
            _PAGE,
        )
    )


def _mark(order_ids: Sequence[int]) -> int:
    goods = weigh_stored(order_ids)
    orders = Order.objects.filter(id__in=order_ids).order_by("change_no").values(*_READ)
    changed = list(_changed(orders, goods))
    numbers = next_numbers(CHANGES, len(changed))
    rows = [(*row, number) for row, number in zip(changed, numbers, strict=True)]
    if rows:
        update(Order._meta.db_table, _WRITTEN, rows)
    return len(rows)


def _changed(
    orders: Iterable[Mapping[str, Any]], goods: Mapping[int, Held]
) -> Iterator[tuple[int, bool, bool, int | None]]:
    for order in orders:
        held = goods[order["id"]]
        amounts = [order[name] for name in AMOUNTS]
        counts = is_purchase(order["status"], order["lines_minor"], *amounts)
        counts = counts and not held.only_samples
        if (counts, held.is_trial) != (order["is_purchase"], order["is_trial"]):
            yield order["id"], counts, held.is_trial, margin(order["net_minor"], held.cost, counts)
