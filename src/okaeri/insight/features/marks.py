"""A number per customer that changes when anything about his orders does: what is kept by it still holds."""

import ibis.expr.types as ir

_PRIME = 2_147_483_647


def compute_marks(counted: ir.Table, *, edition: int) -> ir.Table:
    """One row per customer with an order that counts: customer_id, mark.

    Every stored change of an order gives it a new change_no, a merge too; whoever gains, loses or has
    changed an order gets another mark (two marks agree by chance once in two thousand million times).
    `edition` stands for all else the kept rows rest on: settings, products, the code.
    """
    one = (counted.order_id * 7919 + counted.change_no * 104_729) % _PRIME
    rows = counted.select("customer_id", part=(one * one) % (_PRIME - 18))
    return rows.group_by("customer_id").agg(mark=rows.part.sum() + edition)
