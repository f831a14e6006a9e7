"""What price people buy at: how often with a discount, and what they leave the shop."""

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from okaeri.insight.features.goods import is_fee_line
from okaeri.insight.features.months import month_number


def compute_price_habits(purchases: ir.Table, *, as_of: date, active_days: int) -> ir.Table:
    """One row per buyer: how he pays.

    Columns: customer_id; order_count; discount_orders (orders with a discount or coupon);
    discount_share (their share, 0..1); discount_12m_minor (what was let off in the `active_days` to
    `as_of`); margin_share (margin ÷ net
    of the orders whose costs are known; NULL where none is, or they net nothing).
    """
    is_discounted = purchases.discount_minor > 0
    is_recent = purchases.ordered_on > as_of - timedelta(days=active_days)
    is_costed = purchases.margin_minor.notnull()
    rows = purchases.group_by("customer_id").agg(
        order_count=purchases.count(),
        discount_orders=is_discounted.ifelse(1, 0).sum(),
        discount_12m_minor=is_recent.ifelse(purchases.discount_minor, 0).sum(),
        margin_minor=purchases.margin_minor.fill_null(0).sum(),
        costed_minor=is_costed.ifelse(purchases.net_minor, 0).sum(),
    )
    return rows.select(
        "customer_id",
        "order_count",
        "discount_orders",
        "discount_12m_minor",
        discount_share=rows.discount_orders.cast("float64") / rows.order_count,
        margin_share=(rows.costed_minor > 0).ifelse(
            rows.margin_minor.cast("float64") / rows.costed_minor, ibis.null("float64")
        ),
    )


def compute_list_amounts(
    purchases: ir.Table, order_lines: ir.Table, names: ir.Table, *, as_of: date, active_days: int
) -> ir.Table:
    """One row per buyer of the `active_days` to `as_of`: customer_id, list_12m_minor.

    That is the sum of his goods' lines: their price before discounts, points and refunds, tax included;
    no postage, no fees. `names` as of `features.goods.compute_item_names`.
    """
    recent = purchases.filter(purchases.ordered_on > as_of - timedelta(days=active_days))
    fees = names.filter(is_fee_line(names.product_name))
    lines = order_lines.filter(order_lines.amount_minor > 0).select(
        "order_id", "sku", "amount_minor", product_name=order_lines.product_name.fill_null("")
    )
    lines = lines.anti_join(fees, ["sku", "product_name"]).select("order_id", "amount_minor")
    rows = lines.join(recent.select("order_id", "customer_id"), "order_id")
    return rows.group_by("customer_id").agg(list_12m_minor=rows.amount_minor.sum())


def compute_price_classes(
    habits: ir.Table,
    listed: ir.Table,
    customers: ir.Table,
    *,
    dependent_share: float,
    fewest_orders: int,
) -> ir.Table:
    """One row per class, active or lapsed, depending on discounts or not, with a customer.

    `listed` as of `compute_list_amounts`.
    Columns: stage, is_lapsed, is_dependent (`discount_share` reached, from `fewest_orders` on);
    customers; order_count, discount_orders; discount_12m_minor, list_12m_minor; net_12m_minor;
    margin_share_sum and costed_customers (for the mean margin of those whose costs are known).
    """
    standing = customers.select("customer_id", "stage", "is_lapsed", "net_12m_minor")
    rows = standing.join(habits, "customer_id")
    rows = rows.left_join(listed, "customer_id").drop("customer_id_right")
    rows = rows.mutate(
        is_dependent=(rows.discount_share >= dependent_share) & (rows.order_count >= fewest_orders)
    )
    return rows.group_by("stage", "is_lapsed", "is_dependent").agg(
        customers=rows.count(),
        order_count=rows.order_count.sum(),
        discount_orders=rows.discount_orders.sum(),
        discount_12m_minor=rows.discount_12m_minor.sum(),
        list_12m_minor=rows.list_12m_minor.fill_null(0).sum(),
        net_12m_minor=rows.net_12m_minor.sum(),
        margin_share_sum=rows.margin_share.fill_null(0.0).sum(),
        costed_customers=rows.margin_share.notnull().ifelse(1, 0).sum(),
    )


def compute_discount_bands(habits: ir.Table, *, fewest_orders: int) -> ir.Table:
    """One row per tenth of the discount share (0 = none, 1..10) of those with enough orders: customers."""
    rows = habits.filter(habits.order_count >= fewest_orders)
    # Whole numbers, so that 3 of 10 orders fall into the same band in every engine.
    band = (rows.discount_orders * 10 + rows.order_count - 1) // rows.order_count
    return rows.group_by(band=band.cast("int64")).agg(customers=rows.count())


def compute_first_discounts(purchases: ir.Table) -> ir.Table:
    """One row per month of first orders: month (see `months`), orders, discounted (first orders)."""
    first = purchases.filter(purchases.previous_on.isnull())
    first = first.mutate(month=month_number(first.ordered_on))
    return first.group_by("month").agg(
        orders=first.count(), discounted=(first.discount_minor > 0).ifelse(1, 0).sum()
    )


def compute_campaign_buyers(
    habits: ir.Table, customers: ir.Table, *, campaign_share: float, fewest_orders: int
) -> ir.Table:
    """One row: customers who buy in campaigns alone, and their net_12m_minor (0 without any)."""
    kept = habits.filter(
        (habits.discount_share >= campaign_share) & (habits.order_count >= fewest_orders)
    ).select("customer_id")
    rows = customers.select("customer_id", "net_12m_minor").join(kept, "customer_id")
    return rows.aggregate(
        customers=rows.count(), net_12m_minor=rows.net_12m_minor.sum().fill_null(0)
    )
