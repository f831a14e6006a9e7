"""What people bought in a year, by the class they stood in when it began."""

from datetime import date

import ibis.expr.types as ir


def compute_class_years(
    bought: ir.Table, standings: ir.Table, *, since: date, until: date
) -> ir.Table:
    """One row per class of the day `since` (stage, is_lapsed): customers, net_minor, net_squares.

    Stage is NULL for those who became customers after it. net_minor sums what these people ordered after
    `since` and up to `until`, net_squares (a float) the squares of each person's sum. `bought`: one row per
    order that counts; `standings` as of `features.movement.compute_standings`, asked for both days.
    """
    rows = bought.filter((bought.ordered_on > since) & (bought.ordered_on <= until))
    sums = rows.group_by("customer_id").agg(net_minor=rows.net_minor.sum())
    known = standings.filter(standings[f"stage_{until:%Y%m%d}"].notnull())
    people = known.select(
        "customer_id",
        stage=known[f"stage_{since:%Y%m%d}"],
        is_lapsed=known[f"lapsed_{since:%Y%m%d}"].fill_null(False),
    )
    joined = people.left_join(sums, "customer_id")
    of_each = joined.select("stage", "is_lapsed", net_minor=joined.net_minor.fill_null(0))
    amount = of_each.net_minor.cast("float64")
    return of_each.group_by("stage", "is_lapsed").agg(
        customers=of_each.count(),
        net_minor=of_each.net_minor.sum(),
        net_squares=(amount * amount).sum(),
    )
