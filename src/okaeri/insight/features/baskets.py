"""Which products go together: in one order, in one person's period, and one after another."""

from datetime import date

import ibis
import ibis.expr.types as ir


def compute_basket_totals(goods: ir.Table, item_days: ir.Table, *, since: date) -> ir.Table:
    """One row: what shares of pairs are shares of.

    Columns: orders (with goods); people (who bought goods since `since`); returning_people (who
    bought goods in two purchases that follow one another).
    """
    recent = (item_days.ordered_on >= ibis.date(since)).ifelse(
        item_days.customer_id, ibis.null("int64")
    )
    marked = item_days.mutate(recent_id=recent)
    steps = _visits_with_next(item_days)
    orders = goods.aggregate(orders=goods.order_id.nunique())
    people = marked.aggregate(people=marked.recent_id.nunique())
    returning = steps.aggregate(returning_people=steps.customer_id.nunique())
    return orders.cross_join(people).cross_join(returning)


def compute_pairs_in_orders(goods: ir.Table, *, fewest: int) -> ir.Table:
    """One row per pair of products in at least `fewest` orders: a, b (a < b), both, with_a, with_b.

    `both` counts orders with the two, `with_a` and `with_b` orders with each.
    """
    return _pairs(goods.select(basket="order_id", sku="sku").distinct(), fewest)


def compute_pairs_in_periods(item_days: ir.Table, *, since: date, fewest: int) -> ir.Table:
    """One row per pair bought by at least `fewest` people since `since`: a, b, both, with_a, with_b,
    same_day.

    Counts are people; `same_day` of `both` bought the two on one day at least once.
    """
    rows = item_days.filter(item_days.ordered_on >= ibis.date(since))
    pairs = _pairs(rows.select(basket="customer_id", sku="sku").distinct(), fewest)
    first, second = rows, rows.view()
    on_one_day = first.join(
        second,
        [
            first.customer_id == second.customer_id,
            first.ordered_on == second.ordered_on,
            first.sku < second.sku,
        ],
    ).select(customer_id=first.customer_id, a=first.sku, b=second.sku)
    # Counting people is dear, so only the pairs that are left are asked for it.
    on_one_day = on_one_day.semi_join(pairs, ["a", "b"]).distinct()
    days = on_one_day.group_by("a", "b").agg(same_day=on_one_day.count())
    joined = pairs.left_join(days, ["a", "b"])
    return joined.select(*pairs.columns, same_day=joined.same_day.fill_null(0))


def _pairs(baskets: ir.Table, fewest: int) -> ir.Table:
    """Give the pairs of a table of (basket, sku), each once."""
    sizes = baskets.group_by("sku").agg(baskets=baskets.count())
    # A pair is never more frequent than the rarer of the two.
    often = sizes.filter(sizes.baskets >= fewest)
    kept = baskets.semi_join(often, "sku")
    first, second = kept, kept.view()
    joined = first.join(second, [first.basket == second.basket, first.sku < second.sku])
    pairs = joined.select(a=first.sku, b=second.sku)
    counted = pairs.group_by("a", "b").agg(both=pairs.count())
    counted = counted.filter(counted.both >= fewest)
    of_a = often.select(a="sku", with_a="baskets")
    of_b = often.select(b="sku", with_b="baskets")
    return counted.join(of_a, "a").join(of_b, "b").select("a", "b", "both", "with_a", "with_b")


def compute_next_products(item_days: ir.Table, *, fewest: int) -> ir.Table:
    """One row per product a and product b of the purchase right after it, the same one included.

    Columns: a, b, both (people, each once), both_first (of them, a was in the first purchase),
    with_a (people who bought a and came again), with_b (people whose purchase after some other held
    b). At least `fewest` people.
    """
    rows = item_days.select("customer_id", "sku", "n").distinct()
    left, came = rows, rows.view()
    left = left.semi_join(_visits_with_next(item_days), ["customer_id", "n"])
    pairs = left.join(came, [left.customer_id == came.customer_id, left.n + 1 == came.n]).select(
        customer_id=left.customer_id, a=left.sku, b=came.sku, n=left.n
    )
    # Steps are cheap to count and never fewer than people, so few pairs are left to count people of.
    steps = pairs.group_by("a", "b").agg(steps=pairs.count())
    often = pairs.semi_join(steps.filter(steps.steps >= fewest), ["a", "b"])
    of_one = often.group_by("a", "b", "customer_id").agg(n=often.n.min())
    counted = of_one.group_by("a", "b").agg(
        both=of_one.count(), both_first=(of_one.n == 1).ifelse(1, 0).sum()
    )
    counted = counted.filter(counted.both >= fewest)
    following = rows.select("customer_id", "sku", n=rows.n - 1)
    arrived = following.semi_join(_visits(item_days), ["customer_id", "n"])
    of_a = _people_by(left, "a", "with_a")
    of_b = _people_by(arrived, "b", "with_b")
    joined = counted.join(of_a, "a").join(of_b, "b")
    return joined.select("a", "b", "both", "both_first", "with_a", "with_b")


def compute_most_next(next_products: ir.Table) -> ir.Table:
    """One row per product a: the other product b most people bought right after, of equals the first.

    Columns as of `compute_next_products`.
    """
    rows = next_products.filter(next_products.a != next_products.b)
    order = ibis.window(group_by="a", order_by=[ibis.desc(rows.both), rows.b])
    ranked = rows.mutate(place=ibis.row_number().over(order))
    return ranked.filter(ranked.place == 0).drop("place")


def _people_by(rows: ir.Table, name: str, counted: str) -> ir.Table:
    people = rows.select("customer_id", "sku").distinct()
    return people.group_by(people.sku.name(name)).agg(people.count().name(counted))


def _visits(item_days: ir.Table) -> ir.Table:
    return item_days.select("customer_id", "n").distinct()


def _visits_with_next(item_days: ir.Table) -> ir.Table:
    visits = _visits(item_days)
    following = visits.select("customer_id", n=visits.n - 1)
    return visits.semi_join(following, ["customer_id", "n"])
