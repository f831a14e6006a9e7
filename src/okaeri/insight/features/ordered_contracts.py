"""Contracts no cart tells of: known from the numbers orders carry (subscription_no, delivery_no)."""

from datetime import date

import ibis
import ibis.expr.types as ir

from okaeri.insight.features.survival import given_up_on

_CONTRACT = ("source", "subscription_no")
_COLUMNS = (
    *(*_CONTRACT, "customer_id", "sku", "is_active"),
    *("tells_deliveries", "kind", "day", "delivery_no", "reason"),
)


def compute_ordered_contracts(
    orders: ir.Table, lines: ir.Table, told: ir.Table, *, as_of: date, lapse_days: int
) -> ir.Table:
    """One row per contract that orders alone name (no kind and day), and one per its beginning and end.

    Columns of `told` in `compute_contract_doings`; contracts of `told` are left out. Kinds: "started"
    (unless its first known delivery has a later number), "cancelled" on the day the survival page calls
    it over (`features.survival.given_up_on`); active until then. sku: of the dearest line delivered last.
    """
    rows = orders.filter(
        orders.is_purchase & (orders.subscription_no != "") & (orders.ordered_on <= as_of)
    )
    rows = rows.anti_join(told.select(*_CONTRACT).distinct(), _CONTRACT)
    found = rows.group_by(*_CONTRACT).agg(
        customer_id=rows.customer_id.max(),
        first_on=rows.ordered_on.min(),
        last_on=rows.ordered_on.max(),
        first_no=rows.delivery_no.min(),
    )
    found = found.left_join(_products(rows, lines), _CONTRACT)
    over_on = given_up_on(found.last_on, as_of=as_of, lapse_days=lapse_days)
    found = found.select(
        *(*_CONTRACT, "customer_id", "first_on", "first_no"),
        sku=found.sku.fill_null(""),
        is_active=over_on.isnull(),
        over_on=over_on,
    )
    began = found.filter(found.first_no.fill_null(1) <= 1)
    over = found.filter(found.over_on.notnull())
    return ibis.union(
        _doings(found, ibis.null("string"), ibis.null("date")),
        _doings(began, ibis.literal("started"), began.first_on),
        _doings(over, ibis.literal("cancelled"), over.over_on),
        distinct=False,
    )


def _doings(rows: ir.Table, kind: ir.Value, day: ir.Value) -> ir.Table:
    done = rows.mutate(
        tells_deliveries=ibis.literal(False),
        kind=kind,
        day=day,
        delivery_no=ibis.null("int64"),
        reason=ibis.literal(""),
    )
    return done.select(*_COLUMNS)


def _products(rows: ir.Table, lines: ir.Table) -> ir.Table:
    """One row per contract with a named line: sku of the dearest one delivered last."""
    named = rows.select("order_id", *_CONTRACT, "ordered_on").join(
        lines.filter(lines.sku != "").select("order_id", "line_no", "sku", "amount_minor"),
        "order_id",
    )
    order = [
        *(ibis.desc("ordered_on"), ibis.desc("amount_minor")),
        *(ibis.asc("order_id"), ibis.asc("line_no")),
    ]
    place = ibis.row_number().over(ibis.window(group_by=_CONTRACT, order_by=order))
    return named.mutate(place=place).filter(lambda t: t.place == 0).select(*_CONTRACT, "sku")
