"""What happened to contracts, each with the deliveries of the contract up to and on that day."""

from datetime import date

import ibis
import ibis.expr.types as ir

_CONTRACT = ("source", "subscription_no")
_OF_CONTRACT = ("customer_id", "sku", "is_active")


def compute_contract_doings(told: ir.Table, orders: ir.Table, *, as_of: date) -> ir.Table:
    """One row per thing that happened to a contract: source, subscription_no, customer_id, day, kind, sku,
    is_active, reason, delivery_no, deliveries_now (of the whole contract up to `as_of`).

    `told`: those columns with tells_deliveries; once per contract with no kind and day, and once per
    thing its cart tells, delivery_no only where the cart says it. `orders` of the warehouse. delivery_no
    is the number the cart says of a delivery, else how many were told or ordered up to that day, the
    larger (domain reference §1.3 #25: deliveries before the cancellation). A contract whose cart tells
    no deliveries has a "delivered" of each day with an order.
    """
    contracts = told.filter(told.kind.isnull())
    happened = told.filter(told.kind.notnull())
    steps = ibis.union(
        _told_steps(happened), _ordered_steps(orders, contracts, as_of), distinct=False
    )
    so_far = ibis.window(
        group_by=_CONTRACT, order_by=["day", "place", "kind"], preceding=None, following=0
    )
    counted = steps.mutate(
        by_word=steps.is_told.sum().over(so_far),
        by_number=steps.number.max().over(so_far),
    )
    found = ibis.greatest(counted.by_word, counted.by_number.fill_null(0))
    past = (counted.day <= as_of).ifelse(found, 0)
    rows = counted.mutate(
        delivery_no=ibis.coalesce(counted.exact, found),
        deliveries_now=past.max().over(ibis.window(group_by=_CONTRACT)),
    )
    columns = ("day", "kind", "reason", "delivery_no", "deliveries_now")
    return rows.filter(rows.is_shown).select(*_CONTRACT, *_OF_CONTRACT, *columns)


def _told_steps(happened: ir.Table) -> ir.Table:
    """One row per thing told: is_told (1 of a delivery), exact (its number), after what was ordered."""
    is_delivery = happened.kind == "delivered"
    return happened.select(
        *_CONTRACT,
        *_OF_CONTRACT,
        "day",
        "kind",
        "reason",
        # Deliveries of the day come before what else happened on it.
        place=is_delivery.ifelse(1, 2).cast("int64"),
        is_told=is_delivery.ifelse(1, 0).cast("int64"),
        exact="delivery_no",
        number="delivery_no",
        is_shown=ibis.literal(True),
    )


def _ordered_steps(orders: ir.Table, contracts: ir.Table, as_of: date) -> ir.Table:
    """One row per known contract and day with an order: number, its deliveries up to then."""
    rows = orders.filter(
        orders.is_purchase & (orders.subscription_no != "") & (orders.ordered_on <= as_of)
    )
    days = rows.group_by(*_CONTRACT, day=rows.ordered_on).agg(
        orders=rows.count(), highest=rows.delivery_no.max()
    )
    so_far = ibis.window(group_by=_CONTRACT, order_by="day", preceding=None, following=0)
    days = days.mutate(many=days.orders.sum().over(so_far), highest=days.highest.max().over(so_far))
    mine = contracts.select(*_CONTRACT, *_OF_CONTRACT, "tells_deliveries")
    known = days.join(mine, _CONTRACT)
    return known.select(
        *_CONTRACT,
        *_OF_CONTRACT,
        "day",
        kind=ibis.literal("delivered"),
        reason=ibis.literal(""),
        place=ibis.literal(0, "int64"),
        is_told=ibis.literal(0, "int64"),
        exact=ibis.null("int64"),
        number=ibis.greatest(known.many, known.highest.fill_null(0)),
        is_shown=~known.tells_deliveries,
    )
