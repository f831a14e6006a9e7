"""Who bought after a message: response by the class people stood in when it left."""

from collections.abc import Mapping
from datetime import date

import ibis
import ibis.expr.types as ir

from okaeri.insight.features.lifecycle import stage_of
from okaeri.insight.types import LifecycleRules

_CONTACT = ("customer_id", "kind", "sent_on")


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
    """One row per kind and class with a contact: kind, stage, is_lapsed, contacts, people, buyers, silent.

    `contacts`: customer_id, kind ("sales", "useful"), sent_on, left_at (seconds), source, days. A contact
    is a person and a day on which a message of the kind left; it counts when its `days` have passed
    since, the most of several. people: whose contacts these are. buyers: contacts to which a purchase is
    credited; each goes to one of the kind alone, the latest before it whose days still ran. silent:
    contacts no purchase at all followed in time. The class is that of the day before, under today's bar;
    what came back since (`taken_back`, as of `features.returned`, which net_minor lacks) was still his.
    """
    return _answers((), contacts, purchases, as_of, rules, threshold_minor, taken_back)


def compute_source_responses(
    contacts: ir.Table,
    purchases: ir.Table,
    *,
    as_of: date,
    rules: LifecycleRules,
    threshold_minor: int,
    taken_back: ir.Table | None = None,
) -> ir.Table:
    """One row per source of messages, kind and class: source, and the columns of `compute_responses`.

    Who got two of one source on a day is one contact of it; who got one of each of two is a contact of
    both, and a purchase is credited to the one that left last.
    """
    return _answers(("source",), contacts, purchases, as_of, rules, threshold_minor, taken_back)


def _answers(
    further: tuple[str, ...],
    contacts: ir.Table,
    purchases: ir.Table,
    as_of: date,
    rules: LifecycleRules,
    threshold_minor: int,
    taken_back: ir.Table | None,
) -> ir.Table:
    keys = (*_CONTACT, *further)
    every = contacts.group_by(*keys).agg(days=contacts.days.max())
    ripe = every.filter(ibis.date(as_of).delta(every.sent_on, unit="day") >= every.days)
    lives = _lives(ripe, purchases, keys, taken_back)
    credited = _credited(contacts, purchases).select(*keys).distinct()
    lives = lives.left_join(credited.mutate(bought=1), list(keys))
    lives = lives.mutate(bought=lives.bought.fill_null(0))
    classed = _classed(lives, keys, rules, threshold_minor)
    return classed.group_by(*further, "kind", "stage", "is_lapsed").agg(
        contacts=classed.count(),
        people=classed.customer_id.nunique(),
        buyers=classed.bought.sum(),
        silent=(1 - classed.came).sum(),
    )


def _credited(contacts: ir.Table, purchases: ir.Table) -> ir.Table:
    """One row per kind and order within the days of a contact: the latest such, with its source."""
    letters = contacts.group_by(*_CONTACT, "source").agg(
        days=contacts.days.max(), left_at=contacts.left_at.max()
    )
    pairs = letters.join(purchases.select("customer_id", "order_id", "ordered_on"), "customer_id")
    wait = pairs.ordered_on.delta(pairs.sent_on, unit="day")
    pairs = pairs.filter((wait >= 0) & (wait <= pairs.days))
    latest = ibis.window(
        group_by=["kind", "order_id"],
        order_by=[ibis.desc("sent_on"), ibis.desc("left_at"), "source"],
    )
    pairs = pairs.mutate(place=ibis.row_number().over(latest))
    return pairs.filter(pairs.place == 0)


def _lives(
    ripe: ir.Table, purchases: ir.Table, keys: tuple[str, ...], taken_back: ir.Table | None
) -> ir.Table:
    """One row per contact of a buyer: what he had bought by the day before, and whether he came."""
    rows = ripe.join(
        purchases.select("customer_id", "ordered_on", "first_on", "n", "net_minor"), "customer_id"
    )
    before = rows.ordered_on < rows.sent_on
    wait = rows.ordered_on.delta(rows.sent_on, unit="day")
    lives = rows.group_by(*keys).agg(
        first_on=rows.first_on.min(),
        n=before.ifelse(rows.n, 0).max(),
        net_minor=before.ifelse(rows.net_minor, 0).sum(),
        last_on=before.ifelse(rows.ordered_on, ibis.null("date")).max(),
        came=((wait >= 0) & (wait <= rows.days)).ifelse(1, 0).max(),
    )
    lives = lives.filter(lives.n > 0)
    return lives if taken_back is None else _with_what_was_still_kept(lives, keys, taken_back)


def _with_what_was_still_kept(
    lives: ir.Table, keys: tuple[str, ...], taken_back: ir.Table
) -> ir.Table:
    late = lives.select(*keys).join(taken_back, "customer_id")
    late = late.filter((late.ordered_on < late.sent_on) & (late.returned_on >= late.sent_on))
    late = late.group_by(*keys).agg(late_minor=late.returned_minor.sum())
    rows = lives.left_join(late, list(keys))
    net_minor = rows.net_minor - rows.late_minor.fill_null(0)
    return rows.mutate(net_minor=net_minor).select(*lives.columns)


def _classed(
    lives: ir.Table, keys: tuple[str, ...], rules: LifecycleRules, threshold_minor: int
) -> ir.Table:
    """One row per contact: `keys`, stage, is_lapsed; came and bought (1 or 0)."""
    until = lives.sent_on if rules.tenure_basis == "elapsed" else lives.last_on
    stage = stage_of(
        lives.n,
        until.delta(lives.first_on, unit="day"),
        lives.net_minor,
        rules=rules,
        threshold_minor=threshold_minor,
    )
    silent = lives.sent_on.delta(lives.last_on, unit="day")
    lapsed = silent >= rules.lapse_days
    return lives.select(*keys, "came", "bought", stage=stage, is_lapsed=lapsed)
