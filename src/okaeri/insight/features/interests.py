"""Attention per person and category, from purchases and views."""

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from okaeri.insight.domain.interests import HALF_LIFE_DAYS


def compute_attention(
    item_days: ir.Table, views: ir.Table, products: ir.Table, *, as_of: date
) -> ir.Table:
    """One row per customer and category: customer_id, category, bought, viewed.

    Purchases (one per product and day) and views of product pages up to and on `as_of`, each fading
    by half in 180 days. `views`: customer_id, day, sku, category ("" where the page did not say),
    identified_on: the day a view became known as this person's (NULL: at once). One known only later
    does not count: people say who they are when they buy, which is what shall be foretold.
    """
    known = products.select("sku", known_category=products.category.fill_null(""))
    bought = item_days.join(known, "sku")
    bought = bought.select(
        "customer_id",
        day=bought.ordered_on,
        category=bought.known_category,
        bought=ibis.literal(1.0),
        viewed=ibis.literal(0.0),
    )
    was_known = views.identified_on.isnull() | (views.identified_on <= ibis.date(as_of))
    seen = views.filter(was_known).left_join(known, "sku")
    own = seen.category.fill_null("")
    seen = seen.select(
        "customer_id",
        day=seen.day,
        category=(own != "").ifelse(own, ibis.coalesce(seen.known_category, "")),
        bought=ibis.literal(0.0),
        viewed=ibis.literal(1.0),
    )
    rows = bought.union(seen)
    rows = rows.filter((rows.category != "") & (rows.day <= ibis.date(as_of)))
    age = ibis.date(as_of).delta(rows.day, unit="day").cast("float64")
    left = ibis.literal(0.5) ** (age / HALF_LIFE_DAYS)
    rows = rows.mutate(bought=rows.bought * left, viewed=rows.viewed * left)
    return rows.group_by("customer_id", "category").agg(
        bought=rows.bought.sum(), viewed=rows.viewed.sum()
    )


def compute_bought_categories(item_days: ir.Table, products: ir.Table, *, after: date) -> ir.Table:
    """One row per customer and category bought after the day `after`: customer_id, category."""
    known = products.select("sku", "category").filter(lambda rows: rows.category != "")
    rows = item_days.filter(item_days.ordered_on >= ibis.date(after + timedelta(days=1)))
    return rows.join(known, "sku").select("customer_id", "category").distinct()
