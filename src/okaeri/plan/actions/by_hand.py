"""Letting people into a journey by hand: one press in a list instead of waiting for a trigger."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction

from okaeri.foundation.errors import NotFoundError
from okaeri.foundation.text import Text
from okaeri.plan.actions.enrol import begin_walks
from okaeri.plan.actions.surroundings import look_around
from okaeri.plan.domain.entry import Entry
from okaeri.plan.journeys.definition import FormTrigger, SegmentTrigger
from okaeri.plan.store import journeys as store
from okaeri.plan.store.rows import LiveJourney

_FRESH_LEADS = "fresh_leads"
_NOT_LIVE = Text(
    "シナリオ「{key}」は稼働していません。始めてからもう一度お試しください。",
    'The journey "{key}" is not live; start it and try again.',
)


def list_for_leads() -> list[tuple[str, Text]]:
    """Give (key, name) of the live journeys that care for people who have not bought yet."""
    return [
        (journey.key, journey.definition.header.name.as_text())
        for journey in store.live_journeys()
        if _is_for_leads(journey)
    ]


def _is_for_leads(journey: LiveJourney) -> bool:
    trigger = journey.definition.trigger
    if isinstance(trigger, SegmentTrigger):
        return trigger.preset == _FRESH_LEADS
    return isinstance(trigger, FormTrigger)


def enter_by_hand(key: str, customer_ids: Collection[int], now: datetime) -> int:
    """Begin the walks of these people, as far as the re-entry rule allows; how many began.

    Who belongs to the comparison is left out as ever: a hand chooses people, not their arm.
    """
    journey = next((one for one in store.live_journeys() if one.key == key), None)
    if journey is None:
        raise NotFoundError(_NOT_LIVE.format(key=key))
    today = look_around().day_of(now)
    at = now.replace(second=0, microsecond=0)
    since = today - timedelta(days=1)
    entries = [
        Entry(who, f"hand:{today}", None, since, today, at, {"code": "by_hand"})
        for who in sorted(set(customer_ids))
    ]
    with transaction.atomic():
        # Two presses, or a press beside the worker: the second finds the walks of the first.
        if not store.hold_live(journey.id):
            raise NotFoundError(_NOT_LIVE.format(key=key))
        return begin_walks(journey, entries, now)
