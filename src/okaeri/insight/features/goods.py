"""Real goods among the lines of purchases, and what all purchases say of each of them."""

from collections.abc import Collection
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from okaeri.insight.domain.fee_lines import FEE_LINES, PROMISES

RECENT_DAYS = 90
_DATE_LENGTH = len("2026-01-15")


def compute_item_names(lines: ir.Table) -> ir.Table:
    """One row per product and name among lines: sku, product_name ("" without one).

    A shop has few names and many lines: looking for words among the lines themselves is dear.
    """
    return lines.select("sku", product_name=lines.product_name.fill_null("")).distinct()


def is_fee_line(product_name: ir.StringValue) -> ir.BooleanValue:
    """Tell which names are those of postage, fees and discounts (as `domain.fee_lines.is_fee_line`)."""
    return product_name.lower().re_replace(PROMISES, "").re_search(FEE_LINES)


def compute_unchosen(names: ir.Table, products: ir.Table, *, left_out: Collection[str]) -> ir.Table:
    """One row per product and name nobody chooses: sku, product_name as in `compute_item_names`, is_fee.

    These are samples, postage and fees by their names, codes in `left_out`, and lines without a code;
    is_fee tells of those that are no goods at all, by name or for want of a code.
    """
    samples = products.filter(products.is_sample).select("sku", is_sample=ibis.literal(True))
    rows = names.left_join(samples, "sku").select("sku", "product_name", "is_sample")
    rows = rows.mutate(is_fee=(rows.sku == "") | is_fee_line(rows.product_name))
    gone = rows.is_fee
    if left_out:
        gone = gone | rows.sku.isin(sorted(left_out))
    return rows.filter(gone | rows.is_sample.fill_null(ibis.literal(False))).drop("is_sample")


def compute_goods(lines: ir.Table, unchosen: ir.Table) -> ir.Table:
    """One row per line with something chosen that cost something: the columns of `lines`."""
    rows = lines.filter((lines.amount_minor > 0) & (lines.quantity > 0))
    rows = rows.mutate(product_name=rows.product_name.fill_null(""))
    return rows.anti_join(unchosen, ["sku", "product_name"])


def compute_purchase_goods(goods: ir.Table, purchases: ir.Table) -> ir.Table:
    """One row per line of `compute_goods` in a purchase, as narrow as everything counted from it allows.

    Columns: order_id, customer_id, ordered_on, n, is_delivery (of a subscription), sku, quantity,
    amount_minor (of the line, before discounts of the whole order).
    """
    of_order = purchases.select("order_id", "customer_id", "ordered_on", "n", "kind")
    rows = goods.select("order_id", "sku", "quantity", "amount_minor").join(of_order, "order_id")
    return rows.select(
        "order_id",
        "customer_id",
        "ordered_on",
        "n",
        "sku",
        "quantity",
        "amount_minor",
        is_delivery=rows.kind == "subscription",
    )


def compute_newest_names(goods: ir.Table, names: ir.Table, purchases: ir.Table) -> ir.Table:
    """One row per product: sku and name, that of its newest line in a purchase; of one day the last
    in the alphabet.

    Only products that had several names (`compute_item_names`) are looked for among the lines.
    """
    counts = names.group_by("sku").agg(names=names.count(), name=names.product_name.max())
    one = counts.filter(counts.names == 1).select("sku", "name")
    several = counts.filter(counts.names > 1).select("sku")
    days = purchases.select("order_id", "ordered_on")
    lines = goods.select("order_id", "sku", "product_name").semi_join(several, "sku")
    rows = lines.join(days, "order_id")
    dated = rows.ordered_on.cast("string") + rows.product_name
    newest = rows.group_by("sku").agg(name=dated.max().substr(_DATE_LENGTH))
    return ibis.union(one, newest, distinct=False)


def compute_item_days(goods: ir.Table) -> ir.Table:
    """One row per customer, product and day: customer_id, sku, ordered_on, n, quantity, lines,
    is_delivery, previous_on, nth_day, is_last.

    `n` is the customer's purchase, `is_delivery` tells of a subscription's, `previous_on` when the
    same customer bought the same product before (NULL for the first time), `nth_day` on how many days
    he had by then (from 1), `is_last` that he has not bought it since.
    """
    is_delivery = goods.is_delivery.ifelse(1, 0)
    days = goods.group_by("customer_id", "sku", "ordered_on").agg(
        n=goods.n.min(),
        quantity=goods.quantity.sum(),
        lines=goods.count(),
        is_delivery=is_delivery.max() == 1,
    )
    life = ibis.window(group_by=["customer_id", "sku"], order_by="ordered_on")
    return days.mutate(
        previous_on=days.ordered_on.lag().over(life),
        nth_day=ibis.row_number().over(life) + 1,
        is_last=days.ordered_on.lead().over(life).isnull(),
    )


def compute_item_facts(goods: ir.Table, item_days: ir.Table, *, as_of: date) -> ir.Table:
    """One row per product sold: what all purchases say of it.

    Columns: sku; price_minor (median of amount ÷ quantity, smallest unit);
    orders, quantity, net_minor (sum of line amounts); buyers, recent_buyers (in the last 90 days to
    `as_of`), repeat_buyers (bought it on two days or more); cycle_days (median days between two
    purchases by one person, NULL where nobody came back for it); first_on, last_on.
    """
    sold = goods.group_by("sku").agg(
        price_minor=(goods.amount_minor / goods.quantity).median(),
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
        is_one_line=(item_days.lines == 1).ifelse(1, 0),
    )
    people = seen.group_by("sku").agg(
        buyers=seen.is_first.sum(),
        recent_buyers=seen.is_recent.sum(),
        repeat_buyers=seen.is_second.sum(),
        cycle_days=seen.gap.median().cast("float64"),
        one_line=seen.is_one_line.sum(),
    )
    rows = sold.join(people, "sku").left_join(_orders_of_several_lines(goods, item_days), "sku")
    orders = rows.one_line + rows.several.fill_null(0)
    return rows.mutate(orders=orders).drop("one_line", "several", "sku_right")


def _orders_of_several_lines(goods: ir.Table, item_days: ir.Table) -> ir.Table:
    """One row per product: sku, several (orders on days with several lines of it by one person).

    What was one line that day was one order; to tell all orders apart costs more than all else here.
    """
    days = item_days.filter(item_days.lines > 1)
    rows = goods.semi_join(days, ["customer_id", "sku", "ordered_on"])
    return rows.group_by("sku").agg(several=rows.order_id.nunique())


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
