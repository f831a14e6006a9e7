"""Freshness lifted by signs of life (domain reference §2.6); `domain.bumps` says the same of one person."""

from collections.abc import Collection
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from okaeri.insight.bump_types import BumpRules, SignKind

_A_MONDAY = date(1970, 1, 5)


def compute_day_points(signs: ir.Table, *, as_of: date, rules: BumpRules) -> ir.Table:
    """One row per customer and day with a sign: customer_id, day, points (0 where a week is full).

    `signs` is `compute_signs`. Counted are those of the last `rules.days` days up to and on `as_of`;
    one that became known later does not count. A kind counts once a day and up to the most of a
    week, Monday to Sunday.
    """
    since = as_of - timedelta(days=rules.days)
    rows = signs.filter(
        (signs.known_on <= as_of) & (signs.day <= as_of) & (signs.day > since)
    ).select("customer_id", "day", "kind")
    # Most kinds never come to the most of a week, and need no looking back.
    often = [kind for kind, points in rules.points.items() if 7 * points > rules.week_max]
    capped, free = _worth(rows, rules, often), _worth(rows, rules, set(SignKind) - set(often))
    capped = capped.mutate(week=capped.day.delta(ibis.date(_A_MONDAY), unit="day") // 7)
    so_far = ibis.cumulative_window(group_by=["customer_id", "kind", "week"], order_by="day")
    capped = capped.mutate(total=capped.points.sum().over(so_far))
    most = ibis.literal(rules.week_max, "int64")
    gained = ibis.least(capped.total, most) - ibis.least(capped.total - capped.points, most)
    every = ibis.union(
        capped.select("customer_id", "day", points=gained),
        free.select("customer_id", "day", "points"),
    )
    return every.group_by("customer_id", "day").agg(points=every.points.sum())


def _worth(rows: ir.Table, rules: BumpRules, kinds: Collection[SignKind]) -> ir.Table:
    """Give the rows of these kinds with their points."""
    mine = rows.filter(rows.kind.isin([kind.value for kind in kinds]))
    points = [
        (mine.kind == kind.value, ibis.literal(points, "int64"))
        for kind, points in rules.points.items()
    ]
    return mine.mutate(points=ibis.cases(*points, else_=ibis.literal(0, "int64")))


def compute_lifted(customers: ir.Table, points: ir.Table) -> ir.Table:
    """One row per customer with a sign since he was fresh: customer_id, lifted (0..100).

    `customers` has last_on, recency_days, fresh_on and half_life_days; `points` is
    `compute_day_points`. Day by day F = min(100, F · 2^(−1/h) + points). Written out, that is the
    least of as many sums as there are days with points, and one more: begin with 100 on one of these
    days (or on `fresh_on`), add what came after it, each halved with its age.
    """
    people = customers.select(
        "customer_id", "last_on", "recency_days", "fresh_on", "half_life_days"
    )
    rows = points.join(people, "customer_id")
    rows = rows.filter(rows.day > rows.fresh_on)

    def decay(day: ir.DateValue) -> ir.FloatingValue:
        # Counted from the last purchase, so that no day of analysis is asked for.
        days = rows.recency_days - day.delta(rows.last_on, unit="day")
        left: ir.FloatingValue = ibis.literal(2.0).pow(
            -(days.cast("float64") / rows.half_life_days)
        )
        return left

    rows = rows.select(
        "customer_id",
        "day",
        left=decay(rows.day),
        came=rows.points * decay(rows.day),
        start=decay(rows.fresh_on) * ibis.literal(100.0),
    )
    later = ibis.window(group_by="customer_id", order_by=ibis.desc("day"), preceding=(None, 1))
    since = rows.came.sum().over(later).fill_null(ibis.literal(0.0))
    rows = rows.mutate(at_most=rows.left * ibis.literal(100.0) + since)
    sums = rows.group_by("customer_id").agg(
        whole=rows.start.max() + rows.came.sum(), at_most=rows.at_most.min()
    )
    return sums.select("customer_id", lifted=ibis.least(sums.whole, sums.at_most))


def compute_signs(
    visits: ir.Table,
    answers: ir.Table,
    reviews: ir.Table,
    inquiries: ir.Table,
    reactions: ir.Table,
    *,
    since: date,
) -> ir.Table:
    """One row per customer, day and kind after `since`: what people did as signs.

    known_on is the day it became known whose sign it was: its own, or a later one.

    The tables have customer_id and day; visits also identified_on, inquiries and reactions kind, of
    which the latter is a `SignKind` already. A complaint is no sign that anybody is fresh.
    """
    never = ibis.null("date")
    heard = inquiries.filter(inquiries.kind != "complaint")
    rows = ibis.union(
        _as_signs(visits, SignKind.VISIT, visits.identified_on),
        _as_signs(answers, SignKind.ANSWER, never),
        _as_signs(reviews, SignKind.ANSWER, never),
        _as_signs(heard, SignKind.REPLY, never),
        reactions.select("customer_id", "day", "kind", known_on=never),
    )
    rows = rows.filter(rows.day > since)
    rows = rows.mutate(known_on=ibis.coalesce(rows.known_on, rows.day))
    return rows.group_by("customer_id", "day", "kind").agg(known_on=rows.known_on.min())


def _as_signs(rows: ir.Table, kind: SignKind, known_on: ir.DateValue) -> ir.Table:
    return rows.select("customer_id", "day", kind=ibis.literal(kind.value), known_on=known_on)
