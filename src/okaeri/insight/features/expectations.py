"""Expectation and experience: how far what came was from what was expected, by product and source."""

import ibis
import ibis.expr.types as ir


def compute_asked_orders(answers: ir.Table, purchases: ir.Table) -> ir.Table:
    """One row per answer with a purchase it can be about: answer_no, customer_id, score, order_id.

    `answers`: answer_no, customer_id, day, score, order_id (NULL where the question named none). An
    answer without an order is about the person's newest one up to and on its day, of several on one
    day the last by number.
    """
    orders = purchases.select("customer_id", "ordered_on", bought="order_id")
    rows = answers.join(orders, "customer_id")
    is_meant = rows.order_id.isnull() & (rows.ordered_on <= rows.day)
    rows = rows.filter(is_meant | (rows.order_id == rows.bought))
    place = ibis.window(
        group_by="answer_no", order_by=[ibis.desc(rows.ordered_on), ibis.desc(rows.bought)]
    )
    ranked = rows.mutate(place=ibis.row_number().over(place))
    newest = ranked.filter(ranked.place == 0)
    return newest.select("answer_no", "customer_id", "score", order_id="bought")


def compute_gap_by_product(asked: ir.Table, order_lines: ir.Table) -> ir.Table:
    """One row per product of the orders asked about: sku, name, answers, score, below, above.

    score: sum of 1 to 5; below: answers of 1 or 2, above: of 4 or 5. A product counts once an answer.
    """
    lines = order_lines.filter(order_lines.sku != "").select("order_id", "sku", "product_name")
    rows = asked.join(lines, "order_id").group_by("answer_no", "score", "sku")
    once = rows.agg(name=lambda t: t.product_name.max())
    return _gaps(once, "sku", name=once.name.max())


def compute_gap_by_media(asked: ir.Table, purchases: ir.Table, orders: ir.Table) -> ir.Table:
    """One row per source of people's first orders ("" without one): media, answers, score, below, above.

    What an advertisement promised is what the person who came by it expected.
    """
    firsts = purchases.filter(purchases.previous_on.isnull()).select("customer_id", "order_id")
    began = firsts.join(orders.select("order_id", "media_code"), "order_id")
    began = began.select("customer_id", media=ibis.coalesce(began.media_code, ""))
    return _gaps(asked.join(began, "customer_id"), "media")


def _gaps(rows: ir.Table, key: str, **more: ir.Value) -> ir.Table:
    return rows.group_by(key).agg(
        answers=rows.count(),
        score=rows.score.sum(),
        below=(rows.score <= 2).ifelse(1, 0).sum(),
        above=(rows.score >= 4).ifelse(1, 0).sum(),
        **more,
    )
