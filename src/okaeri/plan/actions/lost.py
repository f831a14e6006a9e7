"""Who is lost by the last analysis (鮮度が離脱圏): ordinary journeys let him go, win-back takes over."""

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction

from okaeri.customers import api as customers
from okaeri.insight import api as insight
from okaeri.plan.journeys.definition import LOST
from okaeri.plan.store import journeys as store
from okaeri.plan.store.rows import LiveJourney

# So many people are looked up at once.
_TOGETHER = 5_000


def wake_lost(now: datetime) -> int:
    """After each analysis wake the walks of people it found lost, where the journey ends by it."""
    day = insight.find_report_day("freshness")
    if day is None:
        return 0
    return sum(
        _wake(journey, day, now)
        for journey in store.live_journeys()
        if LOST in journey.definition.exit_on and (journey.lost_on is None or journey.lost_on < day)
    )


def _wake(journey: LiveJourney, day: date, now: datetime) -> int:
    lost = lost_since(store.walking(journey.id))
    with transaction.atomic():
        if not store.take_analysis(journey, day):
            return 0
        woken = sorted(lost)
        return sum(
            store.wake(journey.id, woken[start : start + _TOGETHER], now)
            for start in range(0, len(woken), _TOGETHER)
        )


def lost_since(customer_ids: Collection[int]) -> dict[int, date]:
    """Give customer → day of the analysis that found him lost; all others are left out."""
    people = sorted(customer_ids)
    lost: dict[int, date] = {}
    for start in range(0, len(people), _TOGETHER):
        roots = customers.roots_of(people[start : start + _TOGETHER])
        found = insight.lost_among(set(roots.values()))
        lost |= {asked: found[root] for asked, root in roots.items() if root in found}
    return lost
