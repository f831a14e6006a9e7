"""Attention per person and category, from purchases, views and clicks, and the interests it makes."""

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from okaeri.insight.domain.interests import (
    HALF_LIFE_DAYS,
    LEAST_ATTENTION,
    SLACK,
    STATED_WEIGHT,
    Learned,
)

# Warmth counts from here: a sum that halves by age is, whatever the day, one number times its age.
EPOCH = date(2020, 1, 1)


def warmth_of(day: ir.DateValue) -> ir.FloatingValue:
    """Give 2^(days since `EPOCH` ÷ half-life): what a purchase of that day weighs beside others."""
    days = day.delta(ibis.date(EPOCH), unit="day").cast("float64")
    warmth: ir.FloatingValue = ibis.literal(2.0).pow(days / HALF_LIFE_DAYS)
    return warmth


def compute_bought(item_days: ir.Table, products: ir.Table, *, as_of: date) -> ir.Table:
    """One row per customer and category bought up to and on `as_of`: customer_id, category, bought.

    A purchase (one per product and day) is 1 on its day and fades by half in 180 days.
    """
    rows = item_days.filter(item_days.ordered_on <= ibis.date(as_of))
    warm = rows.select("customer_id", "sku", warmth=warmth_of(rows.ordered_on))
    return compute_kept_bought(warm, products, as_of=as_of)


def compute_kept_bought(habits: ir.Table, products: ir.Table, *, as_of: date) -> ir.Table:
    """One row per customer and category bought: `compute_bought`, from sums that hold whatever the day.

    `habits`: customer_id, sku, warmth (`warmth_of` of his days of it, added up).
    """
    known = products.select("sku", category=products.category.fill_null(""))
    rows = habits.select("customer_id", "sku", "warmth").join(
        known.filter(known.category != ""), "sku"
    )
    faded = 0.5 ** ((as_of - EPOCH).days / HALF_LIFE_DAYS)
    found = rows.group_by("customer_id", "category").agg(warmth=rows.warmth.sum())
    return found.select("customer_id", "category", bought=found.warmth * ibis.literal(faded))


def compute_looked(
    views: ir.Table, clicks: ir.Table, products: ir.Table, *, as_of: date
) -> ir.Table:
    """One row per customer and category looked at up to and on `as_of`: customer_id, category, viewed,
    clicked.

    Views of product pages and clicks on links to them, each fading by half in 180 days. Both tables:
    customer_id, day, sku, category ("" where the page did not say); views also identified_on: the day a
    view became known as this person's (NULL: at once). One known only later does not count: people say
    who they are when they buy, which is what shall be foretold.
    """
    views = views.filter(views.identified_on.isnull() | (views.identified_on <= ibis.date(as_of)))
    rows = ibis.union(
        views.select(
            "customer_id",
            "day",
            "sku",
            "category",
            viewed=ibis.literal(1.0),
            clicked=ibis.literal(0.0),
        ),
        clicks.select(
            "customer_id",
            "day",
            "sku",
            "category",
            viewed=ibis.literal(0.0),
            clicked=ibis.literal(1.0),
        ),
    )
    known = products.select("sku", known_category=products.category.fill_null(""))
    rows = rows.left_join(known, "sku")
    own = rows.category.fill_null("")
    rows = rows.mutate(category=(own != "").ifelse(own, ibis.coalesce(rows.known_category, "")))
    rows = rows.filter((rows.category != "") & (rows.day <= ibis.date(as_of)))
    age = ibis.date(as_of).delta(rows.day, unit="day").cast("float64")
    left = ibis.literal(0.5).pow(age / HALF_LIFE_DAYS)
    rows = rows.mutate(viewed=rows.viewed * left, clicked=rows.clicked * left)
    return rows.group_by("customer_id", "category").agg(
        viewed=rows.viewed.sum(), clicked=rows.clicked.sum()
    )


def compute_attention(
    bought: ir.Table, looked: ir.Table, said: ir.Table, topics_of: ir.Table
) -> ir.Table:
    """One row per customer and topic: customer_id, topic, bought, viewed, clicked, stated.

    `bought` and `looked` go by category, `topics_of` gives the topics (numbers) each category stands
    in, `said` has customer_id and topic, one row for each answer.
    """
    nothing = ibis.literal(0.0)
    by_category = ibis.union(
        bought.select("customer_id", "category", "bought", viewed=nothing, clicked=nothing),
        looked.select("customer_id", "category", "viewed", "clicked", bought=nothing).select(
            "customer_id", "category", "bought", "viewed", "clicked"
        ),
    )
    kinds = ("bought", "viewed", "clicked")
    rows = ibis.union(
        by_category.join(topics_of, "category").select(
            "customer_id", "topic", *kinds, stated=nothing
        ),
        said.select(
            "customer_id", "topic", **dict.fromkeys(kinds, nothing), stated=ibis.literal(1.0)
        ),
    )
    return rows.group_by("customer_id", "topic").agg(
        **{kind: rows[kind].sum() for kind in (*kinds, "stated")}
    )


def compute_interests(
    attention: ir.Table, topics: ir.Table, learned: Learned, *, least: float
) -> ir.Table:
    """One row per customer and topic he cares for: customer_id, topic, strength.

    strength: his share of attention within the topic's level, drawn to everybody's; 0 to 1
    (`domain.interests.scores_of` and `is_interest` say the same of few people). `topics`: topic,
    level, share.
    """
    rows = attention.join(topics.select("topic", "level", "share"), "topic")
    rows = rows.mutate(
        weight=_weight(rows, learned.view_weight, learned.click_weight),
        seen=_weight(rows, learned.seen_view_weight, learned.seen_click_weight),
    )
    totals = rows.group_by("customer_id", "level").agg(total=rows.weight.sum())
    rows = rows.join(totals, ["customer_id", "level"])
    prior = ibis.literal(learned.prior)
    rows = rows.mutate(strength=(rows.weight + prior * rows.share) / (rows.total + prior))
    enough = rows.strength >= rows.share * ibis.literal(least) - ibis.literal(SLACK)
    is_much = enough | (rows.strength >= ibis.literal(0.5 - SLACK))
    cared = rows.filter((rows.seen >= ibis.literal(LEAST_ATTENTION - SLACK)) & is_much)
    return cared.select("customer_id", "topic", "strength")


def _weight(rows: ir.Table, view_weight: float, click_weight: float) -> ir.FloatingValue:
    weight: ir.FloatingValue = (
        rows.bought
        + rows.viewed * ibis.literal(view_weight)
        + rows.clicked * ibis.literal(click_weight)
        + rows.stated * ibis.literal(STATED_WEIGHT)
    )
    return weight


def compute_bought_categories(item_days: ir.Table, products: ir.Table, *, after: date) -> ir.Table:
    """One row per customer and category bought after the day `after`: customer_id, category."""
    known = products.select("sku", "category").filter(lambda rows: rows.category != "")
    rows = item_days.filter(item_days.ordered_on >= ibis.date(after + timedelta(days=1)))
    return rows.join(known, "sku").select("customer_id", "category").distinct()
