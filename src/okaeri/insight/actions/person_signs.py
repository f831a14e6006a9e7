"""Signs of life of a few people, read where they were stored: what `analyses.signs` does for everybody."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta

from okaeri.customers import api as customers
from okaeri.foundation.clock import local_day
from okaeri.foundation.settings import ShopProfile, load
from okaeri.insight.bump_types import BumpRules, Sign, SignKind, SignsOf
from okaeri.insight.domain.bumps import points_by_day
from okaeri.intake import api as intake

# Nobody's signs change by more visits than these in half a year.
_MOST_VISITS = 5_000


def day_points_of(
    customer_ids: Collection[int], as_of: date, above: SignsOf | None
) -> dict[int, dict[date, int]]:
    """Give live id → day → points (`points_by_day`) of those with a sign.

    `above` gives what stations above insight know.
    """
    rules = load(BumpRules)
    since = as_of - timedelta(days=rules.days)
    told: dict[int, list[Sign]] = defaultdict(list)
    for sign in _said(customer_ids):
        told[sign.customer_id].append(sign)
    for sign in above(customer_ids, since) if above else ():
        told[sign.customer_id].append(sign)
    for who in customer_ids:
        told[who] += _visits(who, since)
    found = {who: points_by_day(told[who], as_of=as_of, rules=rules) for who in customer_ids}
    return {who: points for who, points in found.items() if points}


def _said(customer_ids: Collection[int]) -> Iterator[Sign]:
    """Give reviews, answers of other tools and inquiries that are no complaints."""
    zone = load(ShopProfile).zone
    owner = {
        party: who
        for who, parties in customers.parties_of(customer_ids).items()
        for party in parties
    }
    told: Iterable[tuple[int | None, datetime, SignKind]] = [
        *((one.party_id, one.written_at, SignKind.ANSWER) for one in intake.reviews_of(owner)),
        *(
            (one.party_id, one.answered_at, SignKind.ANSWER)
            for one in intake.survey_answers_of(owner)
        ),
        *(
            (one.party_id, one.opened_at, SignKind.REPLY)
            for one in intake.inquiries_of(owner)
            if one.kind != "complaint"
        ),
    ]
    for party, at, kind in told:
        if party is not None:
            yield Sign(owner[party], local_day(at, zone), kind)


def _visits(customer_id: int, since: date) -> list[Sign]:
    if intake.last_event_at() is None:
        return []
    # A day earlier, as the shop's day begins before that of UTC.
    begun = datetime.combine(since - timedelta(days=1), time(), UTC)
    found = customers.list_web_events(customer_id, since=begun, limit=_MOST_VISITS)
    days = {one.occurred_on for one in found}
    return [Sign(customer_id, day, SignKind.VISIT) for day in days]
