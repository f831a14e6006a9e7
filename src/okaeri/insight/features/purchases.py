"""Every purchase with its place in the customer's life: the base of analyses beyond the classes."""

from datetime import date

import ibis
import ibis.expr.types as ir

from okaeri.insight.types import LifecycleRules

# Under fewer digits an order belongs to no contract.
_SINGLE, _TRIAL, _SUBSCRIPTION = "single", "trial", "subscription"
KINDS = (_SINGLE, _TRIAL, _SUBSCRIPTION)


def counts_as_purchase(orders: ir.Table, *, as_of: date, rules: LifecycleRules) -> ir.BooleanValue:
    """Tell of each order whether it is a purchase of a known customer up to and on `as_of`."""
    counts = orders.is_purchase & orders.customer_id.notnull() & (orders.ordered_on <= as_of)
    return counts if rules.count_trial else counts & ~orders.is_trial


def compute_bought_orders(orders: ir.Table, *, as_of: date, rules: LifecycleRules) -> ir.Table:
    """One row per order of `compute_purchases`, without its place in a life.

    Columns: order_id, customer_id, ordered_on, kind.
    """
    rows = orders.filter(counts_as_purchase(orders, as_of=as_of, rules=rules))
    kind = _kind(rows.is_trial, is_delivery(rows))
    return rows.select("order_id", "customer_id", "ordered_on", kind=kind)


def is_delivery(orders: ir.Table) -> ir.BooleanValue:
    """Tell of each order whether it is a delivery of a subscription; some carts name no contract."""
    return (orders.subscription_no != "") | orders.delivery_no.notnull()


def _kind(is_trial: ir.BooleanValue, is_delivery: ir.BooleanValue) -> ir.StringValue:
    return ibis.cases((is_trial, _TRIAL), (is_delivery, _SUBSCRIPTION), else_=_SINGLE)


def compute_purchases(orders: ir.Table, *, as_of: date, rules: LifecycleRules) -> ir.Table:
    """One row per order that counts as a purchase of a known customer up to and on `as_of`.

    Columns: order_id, customer_id, kind ("single", "trial", "subscription"); ordered_on (shop day),
    ordered_hour (0..23 of the shop's clock); net_minor, discount_minor, margin_minor (NULL where a
    cost is unknown); n (which purchase of the customer, from 1), starts_purchase (False for further
    orders of the same day, which share its n), previous_on (day of the order before, NULL for the
    first), first_on (day of the customer's first). Where it came from and its contract stay with the
    order: sorting texts along with every purchase costs more than everything else here.
    """
    rows = orders.filter(counts_as_purchase(orders, as_of=as_of, rules=rules))
    # One order of the rows serves every column; DuckDB sorts once for all of them.
    life = ibis.window(group_by="customer_id", order_by=["ordered_on", "order_id"])
    previous_on = rows.ordered_on.lag().over(life)
    nth = ibis.row_number().over(life)
    if rules.merge_same_day:
        by_day = ibis.window(group_by="customer_id", order_by="ordered_on")
        nth = ibis.dense_rank().over(by_day)
    numbered = rows.select(
        "order_id",
        "customer_id",
        "ordered_on",
        "ordered_hour",
        "net_minor",
        "discount_minor",
        "margin_minor",
        "is_trial",
        is_delivery=is_delivery(rows),
        n=nth + 1,
        previous_on=previous_on,
        first_on=rows.ordered_on.min().over(ibis.window(group_by="customer_id")),
    )
    starts = numbered.previous_on.isnull()
    if rules.merge_same_day:
        starts = starts | (numbered.previous_on < numbered.ordered_on)
    else:
        starts = ibis.literal(True)
    kind = _kind(numbered.is_trial, numbered.is_delivery)
    return numbered.mutate(kind=kind, starts_purchase=starts).drop("is_trial", "is_delivery")


def compute_first_purchases(
    counted: ir.Table, customers: ir.Table, order_lines: ir.Table, unchosen: ir.Table
) -> ir.Table:
    """One row per customer with a purchase: how the relation began.

    Columns: customer_id, first_on, first_order_id (the first order of the first day), first_day_orders,
    first_day_trials, first_source, first_media, first_kind, first_sku ("" without lines; of several the
    one `compute_main_lines` gives). `counted`: orders of the warehouse that count; `customers` has
    customer_id and first_on; `unchosen` as of `features.goods.compute_unchosen`. Every night asks for
    this, so only orders of first days are looked at more than once.
    """
    orders = counted.select(
        "order_id",
        "customer_id",
        first_on="ordered_on",
        first_source="source",
        first_media="media_code",
        first_kind=_kind(counted.is_trial, is_delivery(counted)),
    )
    began = orders.semi_join(customers, ["customer_id", "first_on"])
    people = began.group_by("customer_id").agg(
        first_order_id=began.order_id.min(),
        first_day_orders=began.count(),
        first_day_trials=(began.first_kind == _TRIAL).ifelse(1, 0).sum(),
    )
    first = began.rename(first_order_id="order_id").join(people, ["customer_id", "first_order_id"])
    lines = order_lines.semi_join(people, order_lines.order_id == people.first_order_id)
    main = compute_main_lines(lines, unchosen)
    joined = first.left_join(main, first.first_order_id == main.order_id)
    return joined.select(*first.columns, first_sku=ibis.coalesce(joined.sku, ""))


def compute_beginnings(firsts: ir.Table) -> ir.Table:
    """One row per row of `compute_first_purchases`; what the first order does not say is NULL."""
    texts = ("first_source", "first_media", "first_sku")
    return firsts.mutate(**{name: firsts[name].nullif("") for name in texts})


def compute_tried_days(tried: ir.Table) -> ir.Table:
    """One row per person with a trial: how he began with trials counted, of his first day.

    Columns: customer_id, first_kind (of its first order), first_day_orders, first_day_trials. `tried`:
    orders of the warehouse that count, trials among them.
    """
    takers = tried.filter(tried.is_trial).select("customer_id").distinct()
    rows = tried.semi_join(takers, "customer_id").select(
        "customer_id",
        "order_id",
        "ordered_on",
        kind=_kind(tried.is_trial, is_delivery(tried)),
        first_on=tried.ordered_on.min().over(ibis.window(group_by="customer_id")),
    )
    rows = rows.filter(rows.ordered_on == rows.first_on)
    people = rows.group_by("customer_id").agg(
        first_order_id=rows.order_id.min(),
        first_day_orders=rows.count(),
        first_day_trials=(rows.kind == _TRIAL).ifelse(1, 0).sum(),
    )
    first = rows.select("customer_id", first_kind="kind", first_order_id="order_id")
    return first.join(people, ["customer_id", "first_order_id"]).drop("first_order_id")


def compute_firsts_and_trials(firsts: ir.Table, tried_days: ir.Table) -> ir.Table:
    """One row per buyer or trial taker, for a shop whose trials are no purchases: columns of `firsts`.

    How the relation began says `tried_days` (of `compute_tried_days`) where it can, all else the first
    purchase: NULL of whoever made none.
    """
    told = tried_days.columns[1:]
    both = firsts.select("customer_id").union(tried_days.select("customer_id"), distinct=True)
    rows = both.left_join(firsts, "customer_id").drop("customer_id_right")
    rows = rows.left_join(tried_days, "customer_id", rname="{name}_tried")
    said = {name: ibis.coalesce(rows[f"{name}_tried"], rows[name]) for name in told}
    return rows.mutate(**said).select(*firsts.columns)


def compute_main_lines(purchase_lines: ir.Table, unchosen: ir.Table) -> ir.Table:
    """One row per order with lines: order_id and the sku of its dearest line, the first of equals.

    Of what somebody chose; of an order without, of its samples and gifts; else of postage and fees.
    """
    names = unchosen.select("sku", "product_name", "is_fee")
    rows = purchase_lines.mutate(product_name=purchase_lines.product_name.fill_null(""))
    rows = rows.left_join(names, ["sku", "product_name"]).select(*rows.columns, "is_fee")
    is_bought = (rows.amount_minor > 0) & (rows.quantity > 0)
    rows = rows.mutate(
        rank=ibis.cases((rows.is_fee.isnull() & is_bought, 0), (rows.is_fee, 2), else_=1)
    )
    place = ibis.window(
        group_by="order_id", order_by=["rank", ibis.desc(rows.amount_minor), "line_no"]
    )
    ranked = rows.mutate(place=ibis.row_number().over(place))
    return ranked.filter(ranked.place == 0).select("order_id", "sku")
