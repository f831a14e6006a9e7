"""To how many people subscriptions were delivered in each calendar month."""

import ibis
import ibis.expr.types as ir

from okaeri.insight.features.months import month_number


def compute_shipped_months(purchases: ir.Table) -> ir.Table:
    """One row per calendar month with a delivery: month, people, stayed.

    `purchases` as of `features.purchases`. people: customers with a delivery of any contract in the
    month; stayed: those of them who had one in the month before too.
    """
    rows = purchases.filter(purchases.kind == "subscription")
    people = rows.select(
        "customer_id", month=month_number(rows.ordered_on).cast("int64")
    ).distinct()
    before = people.select("customer_id", month=people.month + 1, was_there=ibis.literal(True))
    both = people.left_join(before, ["customer_id", "month"])
    return both.group_by("month").agg(
        people=both.count(), stayed=both.was_there.notnull().ifelse(1, 0).sum()
    )
