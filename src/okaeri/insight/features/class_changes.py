"""Whom other rules would put into another class."""

import ibis.expr.types as ir

_FACTS = ("stage", "is_lapsed", "purchase_count", "tenure_days", "recency_days", "net_minor")


def compute_class_changes(before: ir.Table, after: ir.Table) -> ir.Table:
    """One row per customer whose class differs between two results of `compute_lifecycle`.

    Columns: customer_id; from_ and to_ stage, is_lapsed, purchase_count, tenure_days, recency_days and
    net_minor (NULL on the side where none of his orders counts).
    """
    old = before.select("customer_id", **{f"from_{name}": before[name] for name in _FACTS})
    new = after.select(to_id=after.customer_id, **{f"to_{name}": after[name] for name in _FACTS})
    both = old.outer_join(new, old.customer_id == new.to_id)
    rows = both.mutate(customer_id=both.customer_id.coalesce(both.to_id)).drop("to_id")
    is_other_stage = rows.from_stage.fill_null("") != rows.to_stage.fill_null("")
    was_lapsed, is_lapsed = (rows[n].fill_null(False) for n in ("from_is_lapsed", "to_is_lapsed"))
    return rows.filter(is_other_stage | (was_lapsed != is_lapsed))


def compute_change_counts(changes: ir.Table) -> ir.Table:
    """One row per class before and after: from_stage, from_is_lapsed, to_stage, to_is_lapsed, customers."""
    key = ("from_stage", "from_is_lapsed", "to_stage", "to_is_lapsed")
    return changes.group_by(*key).agg(customers=changes.count())


def compute_largest_changes(changes: ir.Table, *, most: int) -> ir.Table:
    """One row per changed customer: the `most` who spent most, of equals by number."""
    spent = changes.to_net_minor.coalesce(changes.from_net_minor)
    rows = changes.mutate(spent=spent)
    return rows.order_by([rows.spent.desc(), rows.customer_id]).limit(most)
