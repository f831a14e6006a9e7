"""Who bought after a message: response by the class people stood in when it left."""

from collections.abc import Mapping
from datetime import date

import ibis
import ibis.expr.types as ir

from okaeri.insight.features.lifecycle import stage_of
from okaeri.insight.types import LifecycleRules

_CONTACT = ("customer_id", "sent_on", "days")


def with_days(contacts: ir.Table, days: Mapping[str, int], usual: int) -> ir.Table:
    """Add to contacts (with a channel) how many days each has to be answered: days."""
    own = [(contacts.channel == channel, many) for channel, many in days.items()]
    return contacts.mutate(days=ibis.cases(*own, else_=usual).cast("int64"))


def compute_responses(
    contacts: ir.Table,
    purchases: ir.Table,
    *,
    as_of: date,
    rules: LifecycleRules,
    threshold_minor: int,
    taken_back: ir.Table | None = None,
) -> ir.Table:
    """One row per class with a contact: stage, is_lapsed, contacts, buyers.

    A contact is a person and a day on which an advertisement left; it counts when its `days` have passed
    since, the most of several. buyers: contacts with a purchase on that day or within those days after it.
    The class is that of the day before, under today's bar; what came back since (`taken_back`, as of
    `features.returned`, which net_minor lacks) was still his.
    """
    ripe = _ripe(contacts, as_of)
    lives = _lives(ripe, purchases, taken_back)
    return _by_class(_classed(lives, rules, threshold_minor))


def compute_source_responses(
    contacts: ir.Table,
    purchases: ir.Table,
    *,
    as_of: date,
    rules: LifecycleRules,
    threshold_minor: int,
    taken_back: ir.Table | None = None,
) -> ir.Table:
    """One row per source of messages and class: source, and the columns of `compute_responses`.

    `contacts` has source too. Who got two of one source on a day is one contact of it; who got one of
    each of two is a contact of both.
    """
    ripe = _ripe(contacts, as_of, "source")
    asked = ripe.select(*_CONTACT).distinct()
    classed = _classed(_lives(asked, purchases, taken_back), rules, threshold_minor)
    return _by_class(ripe.join(classed, list(_CONTACT)), "source")


def _ripe(contacts: ir.Table, as_of: date, *further: str) -> ir.Table:
    rows = contacts.group_by("customer_id", "sent_on", *further).agg(days=contacts.days.max())
    return rows.filter(ibis.date(as_of).delta(rows.sent_on, unit="day") >= rows.days)


def _by_class(classed: ir.Table, *further: str) -> ir.Table:
    return classed.group_by(*further, "stage", "is_lapsed").agg(
        contacts=classed.count(), buyers=classed.came.sum()
    )


def _lives(ripe: ir.Table, purchases: ir.Table, taken_back: ir.Table | None) -> ir.Table:
    """One row per contact of a buyer: what he had bought by the day before, and whether he came."""
    rows = ripe.join(
        purchases.select("customer_id", "ordered_on", "first_on", "n", "net_minor"), "customer_id"
    )
    before = rows.ordered_on < rows.sent_on
    wait = rows.ordered_on.delta(rows.sent_on, unit="day")
    lives = rows.group_by(*_CONTACT).agg(
        first_on=rows.first_on.min(),
        n=before.ifelse(rows.n, 0).max(),
        net_minor=before.ifelse(rows.net_minor, 0).sum(),
        last_on=before.ifelse(rows.ordered_on, ibis.null("date")).max(),
        came=((wait >= 0) & (wait <= rows.days)).ifelse(1, 0).max(),
    )
    lives = lives.filter(lives.n > 0)
    return lives if taken_back is None else _with_what_was_still_kept(lives, taken_back)


def _with_what_was_still_kept(lives: ir.Table, taken_back: ir.Table) -> ir.Table:
    contacts = lives.select(*_CONTACT)
    late = contacts.join(taken_back, "customer_id")
    late = late.filter((late.ordered_on < late.sent_on) & (late.returned_on >= late.sent_on))
    late = late.group_by(*_CONTACT).agg(late_minor=late.returned_minor.sum())
    rows = lives.left_join(late, list(_CONTACT))
    net_minor = rows.net_minor - rows.late_minor.fill_null(0)
    return rows.mutate(net_minor=net_minor).select(*lives.columns)


def _classed(lives: ir.Table, rules: LifecycleRules, threshold_minor: int) -> ir.Table:
    """One row per contact: customer_id, sent_on, days, stage, is_lapsed, came (1 or 0)."""
    until = lives.sent_on if rules.tenure_basis == "elapsed" else lives.last_on
    stage = stage_of(
        lives.n,
        until.delta(lives.first_on, unit="day"),
        lives.net_minor,
        rules=rules,
        threshold_minor=threshold_minor,
    )
    silent = lives.sent_on.delta(lives.last_on, unit="day")
    return lives.select(*_CONTACT, "came", stage=stage, is_lapsed=silent >= rules.lapse_days)
