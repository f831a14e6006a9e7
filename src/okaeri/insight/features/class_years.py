"""What people of each class bought in the year that ended on a day."""

from datetime import date

import ibis.expr.types as ir


def compute_class_years(
    bought: ir.Table, standings: ir.Table, *, since: date, until: date
) -> ir.Table:
    """One row per class of the day `until` (stage, is_lapsed): customers, net_minor, net_squares.

    net_minor sums what these people ordered after `since` and up to `until`, net_squares (a float) the
    squares of each person's sum. `bought`: one row per order that counts; `standings` as of
    `features.movement.compute_standings`, asked for `until`.
    """
    rows = bought.filter((bought.ordered_on > since) & (bought.ordered_on <= until))
    sums = rows.group_by("customer_id").agg(net_minor=rows.net_minor.sum())
    people = standings.select(
        "customer_id",
        stage=standings[f"stage_{until:%Y%m%d}"],
        is_lapsed=standings[f"lapsed_{until:%Y%m%d}"],
    )
    joined = people.filter(people.stage.notnull()).left_join(sums, "customer_id")
    net_minor = joined.net_minor.fill_null(0)
    known = joined.select("stage", "is_lapsed", net_minor=net_minor)
    amount = known.net_minor.cast("float64")
    return known.group_by("stage", "is_lapsed").agg(
        customers=known.count(),
        net_minor=known.net_minor.sum(),
        net_squares=(amount * amount).sum(),
    )
