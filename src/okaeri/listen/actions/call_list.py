"""Who should be telephoned now: complaints and low scores first, then who matters and may be lost."""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db import transaction

from okaeri.customers import api as customers
from okaeri.foundation.settings import load, shop_day
from okaeri.insight import api as insight
from okaeri.insight.types import CustomerInsightView, Stage
from okaeri.intake import api as intake
from okaeri.listen.domain.calls import priority_of, priority_of_important
from okaeri.listen.store import answers
from okaeri.listen.store import calls as store
from okaeri.listen.store.calls import Wanted
from okaeri.listen.types import CallReason, CallRules

LeaveOut = Callable[[Collection[int]], frozenset[int]]
_MOST_TROUBLES = 1000
_MOST_READ = 5000
_AT_RISK: dict[str, Any] = {
    "all": [
        {"field": "is_at_risk", "op": "=", "value": True},
        {"field": "stage", "op": "in", "value": [Stage.STEADY, Stage.TREND, Stage.PRIME]},
    ]
}
_F2_LATE: dict[str, Any] = {"field": "is_f2_late", "op": "=", "value": True}


def fill(now: datetime, *, leave_out: LeaveOut) -> int:
    """Bring the list up to date; gives how many people are new on it.

    `leave_out` names people nothing may be offered to (left out on purpose by an experiment).
    """
    rules = load(CallRules)
    wanted: dict[int, Wanted] = {}
    for one in (*_troubles(now), *_offers(now, rules, leave_out)):
        if one.customer_id not in wanted:
            wanted[one.customer_id] = one
    reachable = _reachable(_rested(wanted.values()))
    with transaction.atomic():
        _join(now)
        return store.bring_up_to_date(reachable, now)


def _troubles(now: datetime) -> list[Wanted]:
    complaints = intake.list_open_complaints()[:_MOST_TROUBLES]
    owners = customers.customers_of_parties(c.party_id for c in complaints if c.party_id)
    low = answers.low_scores(_MOST_TROUBLES)
    found = [
        (owners[c.party_id], CallReason.COMPLAINT, {"days": (now - c.opened_at).days}, c.opened_at)
        for c in complaints
        if c.party_id in owners
    ]
    found += [
        (
            a.customer_id,
            CallReason.LOW_SCORE,
            {"score": a.score, "days": (now - a.answered_at).days},
            a.answered_at,
        )
        for a in low
    ]
    roots = customers.roots_of(number for number, *_ in found)
    standings = insight.list_insights(roots.values())
    return [
        Wanted(root, reason, facts, priority_of(reason, standings.get(root)), since)
        for number, reason, facts, since in found
        if (root := roots.get(number)) is not None
    ]


def _offers(now: datetime, rules: CallRules, leave_out: LeaveOut) -> list[Wanted]:
    since = now - timedelta(days=rules.quiet_days)
    found = []
    for reason, rule in ((CallReason.AT_RISK, _AT_RISK), (CallReason.F2_LATE, _F2_LATE)):
        ids = list(islice(insight.iter_customers_where(rule), _MOST_READ))
        for number, standing in insight.list_insights(ids).items():
            found.append(_offer(number, reason, standing, since))
    found += _important(since)
    found.sort(key=lambda one: (-one.priority, one.customer_id))
    # Whoever has two reasons is called once, for the more urgent one.
    first: dict[int, Wanted] = {}
    for one in found:
        first.setdefault(one.customer_id, one)
    ids = list(first)
    silent = leave_out(ids) | customers.open_complaints(ids) | _paused(ids, now)
    # Whoever rests is left away before the list is cut, or the same few would fill it for ever.
    rested = _rested(one for one in first.values() if one.customer_id not in silent)
    return list(islice(_reachable(rested).values(), rules.most_offers))


def _important(since: datetime) -> list[Wanted]:
    """Give whom the importance page lists, by the shop's own bars."""
    told = insight.list_predictions(insight.ids_of_list("importance")[:_MOST_READ])
    standings = insight.list_insights(told)
    return [
        Wanted(
            number,
            CallReason.IMPORTANT,
            {
                "days": standings[number].recency_days or 0,
                "importance": round(one.importance),
                "risk": round(100 * one.lapse_risk),
            },
            priority_of_important(one),
            since,
        )
        for number, one in told.items()
        if number in standings
    ]


def _offer(
    number: int, reason: CallReason, standing: CustomerInsightView, since: datetime
) -> Wanted:
    facts = {"days": standing.recency_days or 0}
    return Wanted(number, reason, facts, priority_of(reason, standing), since)


def _paused(customer_ids: Collection[int], now: datetime) -> set[int]:
    today = shop_day(now)
    return {
        number
        for number, view in customers.list_preferences(customer_ids).items()
        if view.wishes.paused_until is not None and today <= view.wishes.paused_until
    }


def _rested(wanted: Iterable[Wanted]) -> list[Wanted]:
    """Leave away whoever was called since the reason came up; an offer's reason is its rest."""
    wanted = list(wanted)
    families = customers.families_of(one.customer_id for one in wanted)
    closed = store.last_closed(number for ids in families.values() for number in ids)
    return [
        one
        for one in wanted
        if not any(
            number in closed and closed[number] >= one.since
            for number in families.get(one.customer_id, ())
        )
    ]


def _reachable(wanted: Iterable[Wanted]) -> dict[int, Wanted]:
    """Keep whoever has a number that may be called."""
    wanted = list(wanted)
    profiles = customers.list_profiles(one.customer_id for one in wanted)
    refused = customers.suppressed_phones(p.phone for p in profiles.values())
    return {
        one.customer_id: one
        for one in wanted
        if (who := profiles.get(one.customer_id)) is not None
        and who.phone.strip()
        and who.phone not in refused
    }


def _join(now: datetime) -> None:
    """Of two entries of one person, joined since, the more urgent stays, under his live number."""
    rows = list(store.open_tasks())
    roots = customers.roots_of(row.customer_id for row in rows)
    seen: set[int] = set()
    for row in rows:
        root = roots.get(row.customer_id, row.customer_id)
        if root in seen:
            store.close(store.open_tasks().filter(id=row.pk), "joined", now)
        seen.add(root)
    store.move({row.pk: roots[row.customer_id] for row in rows if row.customer_id in roots})
