"""Who bought after a message: response by the class people stood in when it left."""

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from okaeri.insight.features.lifecycle import stage_of
from okaeri.insight.types import LifecycleRules


def compute_responses(
    contacts: ir.Table,
    purchases: ir.Table,
    *,
    as_of: date,
    days: int,
    rules: LifecycleRules,
    threshold_minor: int,
) -> ir.Table:
    """One row per class with a contact: stage, is_lapsed, contacts, buyers.

    A contact is a person and a day on which an advertisement left; it counts when `days` days have
    passed since. buyers: contacts with a purchase on that day or within `days` days after it. The class
    is that of the day before, under today's bar.
    """
    ripe = contacts.filter(contacts.sent_on <= as_of - timedelta(days=days))
    ripe = ripe.select("customer_id", "sent_on").distinct()
    rows = ripe.join(
        purchases.select("customer_id", "ordered_on", "first_on", "n", "net_minor"), "customer_id"
    )
    before = rows.ordered_on < rows.sent_on
    wait = rows.ordered_on.delta(rows.sent_on, unit="day")
    lives = rows.group_by("customer_id", "sent_on").agg(
        first_on=rows.first_on.min(),
        n=before.ifelse(rows.n, 0).max(),
        net_minor=before.ifelse(rows.net_minor, 0).sum(),
        last_on=before.ifelse(rows.ordered_on, ibis.null("date")).max(),
        came=((wait >= 0) & (wait <= days)).ifelse(1, 0).max(),
    )
    lives = lives.filter(lives.n > 0)
    until = lives.sent_on if rules.tenure_basis == "elapsed" else lives.last_on
    stage = stage_of(
        lives.n,
        until.delta(lives.first_on, unit="day"),
        lives.net_minor,
        rules=rules,
        threshold_minor=threshold_minor,
    )
    silent = lives.sent_on.delta(lives.last_on, unit="day")
    classed = lives.select("came", stage=stage, is_lapsed=silent >= rules.lapse_days)
    return classed.group_by("stage", "is_lapsed").agg(
        contacts=classed.count(), buyers=classed.came.sum()
    )
