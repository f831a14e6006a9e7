"""Who gave which reason for leaving, and who came back after it."""

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from okaeri.insight.features.months import month_number


def compute_lapse_reasons(
    said: ir.Table, orders: ir.Table, customers: ir.Table, *, as_of: date, days: int
) -> ir.Table:
    """One row per reason, source and month in which it was given: how many people gave it.

    Columns: reason, source, month (see `months`), people, lapsed (of them, today), net_minor (bought
    so far), aged (gave it `days` days ago or earlier) and of them returned (an order 1 to `days` days
    after). `said`: customer_id, reason, source, said_on, one row per person; `orders` count all.
    """
    rows = said.join(orders.select("customer_id", "ordered_on"), "customer_id")
    wait = rows.ordered_on.delta(rows.said_on, unit="day")
    came = rows.filter((wait > 0) & (wait <= days)).select("customer_id").distinct()
    standing = customers.select("customer_id", "is_lapsed", "net_minor")
    people = said.left_join(came.mutate(came=ibis.literal(1)), "customer_id")
    people = people.drop("customer_id_right").left_join(standing, "customer_id")
    is_aged = people.said_on <= as_of - timedelta(days=days)
    counted = people.select(
        "reason",
        "source",
        month=month_number(people.said_on),
        lapsed=people.is_lapsed.fill_null(ibis.literal(False)).ifelse(1, 0),
        net_minor=people.net_minor.fill_null(0),
        aged=is_aged.ifelse(1, 0),
        returned=is_aged.ifelse(people.came.fill_null(0), 0),
    )
    sums = ("lapsed", "net_minor", "aged", "returned")
    return counted.group_by("reason", "source", "month").agg(
        people=counted.count(), **{name: counted[name].sum() for name in sums}
    )
