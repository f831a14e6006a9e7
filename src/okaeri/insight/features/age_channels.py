"""Who of which age answers on which channel, and where people of each age buy."""

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

WAYS = ("source", "media")


def compute_age_bands(people: ir.Table, *, as_of: date, bands: dict[str, int]) -> ir.Table:
    """One row per person of known age: customer_id, band; the arguments as of `age_band_of`."""
    known = people.select("customer_id", band=age_band_of(people, as_of=as_of, bands=bands))
    return known.filter(known.band.notnull())


def age_band_of(people: ir.Table, *, as_of: date, bands: dict[str, int]) -> ir.StringValue:
    """Give the age band of each person, NULL where unknown.

    `people`: birth_on (NULL unknown), said (a band, NULL unknown); the birthday stands above what was
    said. `bands`: band → its first year of age, in rising order.
    """
    born = people.birth_on
    had = (born.month() * 100 + born.day()) <= as_of.month * 100 + as_of.day
    age = as_of.year - born.year() - had.ifelse(0, 1)
    steps = [(age >= bands[band], band) for band in sorted(bands, key=lambda b: -bands[b])]
    # Of a birthday to come nothing is known.
    by_age = ibis.cases(*steps, else_=ibis.null("string"))
    said = people.said.isin(sorted(bands)).ifelse(people.said, ibis.null("string"))
    return born.isnull().ifelse(said, by_age)


def compute_age_reactions(reactions: ir.Table, bands: ir.Table) -> ir.Table:
    """One row per age band ("" unknown) and channel: people, sent, opened, clicked.

    `reactions`: customer_id, channel, sent, opened, clicked, one row per person and channel.
    """
    rows = reactions.left_join(bands, "customer_id")
    rows = rows.mutate(band=ibis.coalesce(rows.band, ""))
    return rows.group_by("band", "channel").agg(
        people=rows.count(),
        sent=rows.sent.sum(),
        opened=rows.opened.sum(),
        clicked=rows.clicked.sum(),
    )


def compute_age_ways(orders: ir.Table, bands: ir.Table, *, as_of: date, days: int) -> ir.Table:
    """One row per age band ("" unknown), way ("source", "media") and its value: who bought there.

    Columns: band, way, value ("" without one), people, orders, net_minor, of the last `days` days.
    """
    rows = orders.filter(orders.ordered_on > as_of - timedelta(days=days))
    rows = rows.select("customer_id", "source", "net_minor", media="media_code")
    rows = rows.left_join(bands, "customer_id")
    parts = [
        rows.select(
            "customer_id",
            "net_minor",
            band=ibis.coalesce(rows.band, ""),
            way=ibis.literal(way),
            value=ibis.coalesce(rows[way], ""),
        )
        for way in WAYS
    ]
    both = ibis.union(*parts, distinct=False)
    return both.group_by("band", "way", "value").agg(
        people=both.customer_id.nunique(), orders=both.count(), net_minor=both.net_minor.sum()
    )
