"""Real goods among the lines of purchases, and what all purchases say of each of them."""

from collections.abc import Collection
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

# Postage and fees stand among the lines of many carts; nobody chooses them.
NOT_GOODS = (
    "送料|手数料|代引|包装料|のし料|ポイント利用|クーポン|値引|shipping|postage|carriage"
    "|bank charges|handling fee|^manual$|^discount"
)
RECENT_DAYS = 90
_DATE_LENGTH = len("2026-01-15")


def compute_goods(lines: ir.Table, products: ir.Table, *, left_out: Collection[str]) -> ir.Table:
    """One row per line with something chosen: the columns of `lines`.

    Left out: what costs nothing, samples, postage and fees by their names, codes in `left_out`.
    """
    rows = lines
    kept = (rows.sku != "") & (rows.amount_minor > 0) & (rows.quantity > 0)
    if left_out:
        kept = kept & rows.sku.notin(sorted(left_out))
    samples = products.filter(products.is_sample).select("sku")
    # A shop has few names and many lines, and looking for words is dear.
    names = rows.select("product_name").distinct()
    fees = names.filter(names.product_name.fill_null("").lower().re_search(NOT_GOODS))
    return rows.filter(kept).anti_join(samples, "sku").anti_join(fees, "product_name")


def compute_item_days(goods: ir.Table) -> ir.Table:
    """One row per customer, product and day: customer_id, sku, ordered_on, n, quantity, is_delivery,
    previous_on, nth_day.

    `n` is the customer's purchase, `is_delivery` tells of a subscription's, `previous_on` when the
    same customer bought the same product before (NULL for the first time), `nth_day` on how many days
    he had by then (from 1).
    """
    is_delivery = (goods.kind == "subscription").ifelse(1, 0)
    days = goods.group_by("customer_id", "sku", "ordered_on").agg(
        n=goods.n.min(), quantity=goods.quantity.sum(), is_delivery=is_delivery.max() == 1
    )
    life = ibis.window(group_by=["customer_id", "sku"], order_by="ordered_on")
    return days.mutate(
        previous_on=days.ordered_on.lag().over(life), nth_day=ibis.row_number().over(life) + 1
    )


def compute_item_facts(goods: ir.Table, item_days: ir.Table, *, as_of: date) -> ir.Table:
    """One row per product sold: what all purchases say of it.

    Columns: sku; name (of its newest line); price_minor (median of amount ÷ quantity, smallest unit);
    orders, quantity, net_minor (sum of line amounts); buyers, recent_buyers (in the last 90 days to
    `as_of`), repeat_buyers (bought it on two days or more); cycle_days (median days between two
    purchases by one person, NULL where nobody came back for it); first_on, last_on.
    """
    sold = goods.group_by("sku").agg(
        dated_name=(goods.ordered_on.cast("string") + goods.product_name.fill_null("")).max(),
        price_minor=(goods.amount_minor / goods.quantity).median(),
        orders=goods.order_id.nunique(),
        quantity=goods.quantity.sum(),
        net_minor=goods.amount_minor.sum(),
        first_on=goods.ordered_on.min(),
        last_on=goods.ordered_on.max(),
    )
    gap = item_days.ordered_on.delta(item_days.previous_on, unit="day")
    since = ibis.date(as_of - timedelta(days=RECENT_DAYS))
    # Each person once, without collecting who they are: by his first day, his second, his first
    # recent one.
    is_first, is_second = item_days.nth_day == 1, item_days.nth_day == 2
    is_back = item_days.previous_on.fill_null(since) <= since
    seen = item_days.select(
        "sku",
        gap=gap,
        is_first=is_first.ifelse(1, 0),
        is_second=is_second.ifelse(1, 0),
        is_recent=((item_days.ordered_on > since) & is_back).ifelse(1, 0),
    )
    people = seen.group_by("sku").agg(
        buyers=seen.is_first.sum(),
        recent_buyers=seen.is_recent.sum(),
        repeat_buyers=seen.is_second.sum(),
        cycle_days=seen.gap.median().cast("float64"),
    )
    named = sold.mutate(name=sold.dated_name.substr(_DATE_LENGTH)).drop("dated_name")
    return named.join(people, "sku")


def compute_item_histories(item_days: ir.Table, items: ir.Table, *, one_person_in: int) -> ir.Table:
    """One row per customer, product and day as numbers: customer_id, item, day (since 1970-01-01).

    `items` numbers the products (sku, item). With `one_person_in` > 1 only customers whose id it
    divides: enough to learn from, and it fits in memory.
    """
    rows = item_days.join(items, "sku")
    if one_person_in > 1:
        rows = rows.filter(rows.customer_id % one_person_in == 0)
    day = rows.ordered_on.delta(ibis.date(date(1970, 1, 1)), unit="day")
    return rows.select("customer_id", "item", day=day)
