"""What people bring who came by each source, and how sales part into new and existing."""

from collections.abc import Sequence
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from okaeri.insight.features.gone import SUBSCRIPTION
from okaeri.insight.features.months import month_number

MONTH_DAYS = 30
LAST_STEP = 24
F2_DAYS = 90


def compute_media_people(firsts: ir.Table, *, codes: Sequence[str]) -> ir.Table:
    """One row per buyer: customer_id, first_on, kind, media (of the first order; "" outside `codes`)."""
    media = ibis.coalesce(firsts.first_media, "")
    known = media.isin(list(codes)).ifelse(media, "") if codes else ibis.literal("")
    return firsts.select("customer_id", "first_on", kind="first_kind", media=known)


def compute_recent_inflow(firsts: ir.Table, *, since: date) -> ir.Table:
    """One row per media code of first orders after `since`: media ("" without one), customers."""
    rows = firsts.filter(firsts.first_on > since)
    rows = rows.select(media=ibis.coalesce(rows.first_media, ""))
    return rows.group_by("media").agg(customers=rows.count())


def compute_media_sales(purchases: ir.Table, people: ir.Table) -> ir.Table:
    """One row per source, month of first purchase and thirty days since: what those people brought.

    Columns: media ("" for all others); month (see `months`); step (0 the first thirty days, up to 24
    and later); net_minor, margin_minor, costed_minor (net of orders whose costs are known).
    """
    began = people.select("customer_id", "media")
    rows = purchases.join(began, "customer_id")
    since = rows.ordered_on.delta(rows.first_on, unit="day")
    margin = rows.margin_minor.fill_null(0)
    rows = rows.select(
        "media",
        "net_minor",
        month=month_number(rows.first_on),
        step=(since >= LAST_STEP * MONTH_DAYS).ifelse(LAST_STEP, since // MONTH_DAYS).cast("int64"),
        margin_minor=margin,
        costed_minor=rows.margin_minor.notnull().ifelse(rows.net_minor, 0),
    )
    sums = ("net_minor", "margin_minor", "costed_minor")
    return rows.group_by("media", "month", "step").agg(**{name: rows[name].sum() for name in sums})


def compute_media_values(lives: ir.Table, people: ir.Table, *, days: int) -> ir.Table:
    """One row per source with a customer `days` old: media and the sums of `compute_life_values`.

    Columns: aged_<days> (people), net_<days>, margin_<days>, known_<days>; square_<days>: the sum of each
    person's net_<days> squared.
    """
    rows = lives.join(people.select("customer_id", "media"), "customer_id")
    names = [f"{what}_{days}" for what in ("aged", "net", "margin", "known")]
    net = rows[f"net_{days}"].cast("float64")
    sums = {name: rows[name].sum() for name in names}
    return rows.group_by("media").agg(**sums, **{f"square_{days}": (net * net).sum()})


def compute_media_customers(
    people: ir.Table, customers: ir.Table, kinds: ir.Table, *, as_of: date
) -> ir.Table:
    """One row per source and month of first purchase: the people who came.

    Columns: media; month; customers; full (who did not begin with a trial); subscribed (who has had a
    delivery of a subscription by now: `kinds` as of `features.gone.compute_kinds`); aged (who came 90
    days ago or earlier) and of them returned (a second purchase within 90 days).
    """
    second = customers.select("customer_id", "second_on")
    rows = people.join(second, "customer_id")
    rows = rows.join(kinds.select("customer_id", buys="kind"), "customer_id")
    is_aged = rows.first_on <= as_of - timedelta(days=F2_DAYS)
    is_back = rows.second_on.delta(rows.first_on, unit="day") <= F2_DAYS
    rows = rows.select(
        "media",
        month=month_number(rows.first_on),
        full=(rows.kind == "trial").ifelse(0, 1),
        subscribed=(rows.buys == SUBSCRIPTION).ifelse(1, 0),
        aged=is_aged.ifelse(1, 0),
        returned=(is_aged & is_back.fill_null(False)).ifelse(1, 0),
    )
    return rows.group_by("media", "month").agg(
        customers=rows.count(),
        full=rows.full.sum(),
        subscribed=rows.subscribed.sum(),
        aged=rows.aged.sum(),
        returned=rows.returned.sum(),
    )


def compute_new_and_existing(purchases: ir.Table) -> ir.Table:
    """One row per month of orders: month, new_orders, existing_orders (after the first purchase)."""
    rows = purchases.select(
        month=month_number(purchases.ordered_on), new=(purchases.n == 1).ifelse(1, 0)
    )
    return rows.group_by("month").agg(
        new_orders=rows.new.sum(), existing_orders=(1 - rows.new).sum()
    )
