"""還元: what each person got back in discounts and points, beside the margin he brought."""

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir


def compute_perks(
    orders: ir.Table, points: ir.Table, people: ir.Table, *, as_of: date, days: int
) -> ir.Table:
    """One row per buyer with an order or points in the last `days` days: what he got and brought.

    Columns: customer_id, stage, is_lapsed; discount_minor; points_minor (what the points given are
    worth); perk_minor and margin_minor, both of the part of his orders whose costs are known: the
    discounts of these orders and as large a part of the points as of his sales, and their margin as
    it would be without discounts (NULL where no cost is known; 0 of who ordered nothing, in a shop
    that knows costs). `orders`: those that count; `points`:
    customer_id, points_minor, one row per person; `people`: rows of the segment table.
    """
    recent = orders.filter(orders.ordered_on > as_of - timedelta(days=days))
    is_costed = recent.margin_minor.notnull()
    bought = recent.group_by("customer_id").agg(
        discount_minor=recent.discount_minor.sum(),
        costed_discount_minor=is_costed.ifelse(recent.discount_minor, 0).sum(),
        net_minor=recent.net_minor.sum(),
        costed_minor=is_costed.ifelse(recent.net_minor, 0).sum(),
        costed_orders=is_costed.ifelse(1, 0).sum(),
        kept_minor=recent.margin_minor.fill_null(0).sum(),
    )
    buyers = people.filter(people.purchase_count > 0).select("customer_id", "stage", "is_lapsed")
    rows = buyers.left_join(bought, "customer_id").drop("customer_id_right")
    rows = rows.left_join(points, "customer_id").drop("customer_id_right")
    rows = rows.filter(rows.net_minor.notnull() | rows.points_minor.notnull())
    # Of somebody who bought nothing in that time all points count, against no margin at all.
    rows = rows.cross_join(bought.aggregate(costed_in_shop=bought.costed_orders.sum()))
    earned_nothing = rows.net_minor.isnull() & (rows.costed_in_shop.fill_null(0) > 0)
    given = rows.points_minor.fill_null(0)
    known = (rows.net_minor > 0).ifelse(rows.costed_minor / rows.net_minor.cast("float64"), 1.0)
    is_known = rows.costed_orders.fill_null(0) > 0
    off = rows.costed_discount_minor.fill_null(0)
    return rows.select(
        "customer_id",
        "stage",
        "is_lapsed",
        discount_minor=rows.discount_minor.fill_null(0),
        points_minor=given,
        perk_minor=off + (given * known.fill_null(1.0)).round().cast("int64"),
        margin_minor=ibis.cases(
            (is_known, rows.kept_minor + off),
            (earned_nothing, ibis.literal(0).cast("int64")),
            else_=ibis.null("int64"),
        ),
    )


def compute_perk_classes(perks: ir.Table, *, most_share: float) -> ir.Table:
    """One row per class with anybody in `perks`: stage, is_lapsed, sums, and how many got too much.

    Columns: customers, discount_minor, points_minor; costed (whose margin is known) and of them
    perk_minor, margin_minor; over (perks above `most_share` of the margin).
    """
    is_known = perks.margin_minor.notnull()
    rows = perks.select(
        "stage",
        "is_lapsed",
        "discount_minor",
        "points_minor",
        costed=is_known.ifelse(1, 0),
        perk_minor=is_known.ifelse(perks.perk_minor, 0),
        margin_minor=perks.margin_minor.fill_null(0),
        over=_is_over(perks, most_share).ifelse(1, 0),
    )
    sums = [name for name in rows.columns if name not in ("stage", "is_lapsed")]
    return rows.group_by("stage", "is_lapsed").agg(
        customers=rows.count(), **{name: rows[name].sum() for name in sums}
    )


def compute_dearest(perks: ir.Table, *, most_share: float, most: int) -> ir.Table:
    """One row per person whose perks are above `most_share` of his margin, of at most `most`.

    Columns of `compute_perks`; those who got most beyond their budget.
    """
    over = perks.filter(_is_over(perks, most_share))
    excess = over.perk_minor - over.margin_minor * most_share
    ranked = over.mutate(excess=excess)
    return ranked.order_by([ibis.desc("excess"), "customer_id"]).limit(most).drop("excess")


def _is_over(perks: ir.Table, most_share: float) -> ir.BooleanValue:
    budget = perks.margin_minor * most_share
    return (perks.perk_minor > 0) & (perks.perk_minor > budget).fill_null(ibis.literal(False))
