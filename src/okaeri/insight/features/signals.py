"""What people did besides buying, counted up to a day: visits, complaints, deliveries put off."""

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

# Visits of the last month are compared with those of the three months before it.
VISIT_DAYS, VISIT_DAYS_BEFORE = 30, 90
SIGNAL_DAYS = 180
PUT_OFF = ("skipped", "paused")


def compute_signals(
    visits: ir.Table, contracts: ir.Table, inquiries: ir.Table, *, cutoff: date
) -> ir.Table:
    """One row per customer of whom there is a sign (customer_id, counts up to and on `cutoff`).

    visited, visited_before: days on the shop's pages in the last 30 days, and in the 90 days before
    those; complaints, put_off (deliveries skipped or paused): of the last 180 days. The tables have
    customer_id and day; contracts and inquiries also kind, visits identified_on: the day a visit
    became known as this person's (NULL: at once). One known only after the cutoff does not count:
    people say who they are when they buy, which is what shall be foretold.
    """
    one, none = ibis.literal(1, "int64"), ibis.literal(0, "int64")
    recent = cutoff - timedelta(days=VISIT_DAYS)
    since = cutoff - timedelta(days=SIGNAL_DAYS)
    was_known = visits.identified_on.isnull() | (visits.identified_on <= cutoff)
    since_before = recent - timedelta(days=VISIT_DAYS_BEFORE)
    seen = visits.filter(was_known & (visits.day <= cutoff) & (visits.day > since_before))
    seen = seen.select("customer_id", "day").distinct()
    is_recent = seen.day > recent
    late = contracts.filter((contracts.day <= cutoff) & (contracts.day > since))
    late = late.filter(late.kind.isin(PUT_OFF))
    sad = inquiries.filter((inquiries.day <= cutoff) & (inquiries.day > since))
    sad = sad.filter(sad.kind == "complaint")
    signs = ibis.union(
        seen.select(
            "customer_id",
            visited=is_recent.ifelse(one, none),
            visited_before=is_recent.ifelse(none, one),
            complaints=none,
            put_off=none,
        ),
        sad.select("customer_id", visited=none, visited_before=none, complaints=one, put_off=none),
        late.select("customer_id", visited=none, visited_before=none, complaints=none, put_off=one),
    )
    return signs.group_by("customer_id").agg(
        visited=signs.visited.sum(),
        visited_before=signs.visited_before.sum(),
        complaints=signs.complaints.sum(),
        put_off=signs.put_off.sum(),
    )
