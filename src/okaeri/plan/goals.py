"""How many people of a journey reached its one main goal, treated and left out side by side."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from okaeri.customers import api as customers
from okaeri.foundation.settings import ShopProfile, load
from okaeri.intake import api as intake
from okaeri.plan.models import Enrolment, Journey
from okaeri.plan.store import journeys as store
from okaeri.plan.types import Goal, GoalCount

# A page must not wait for a hundred thousand stories: of more, the newest walks are counted.
MOST_WALKS = 5_000
# Where orders are made over a counter.
_TILLS = frozenset({"smaregi"})


@dataclass(frozen=True, slots=True)
class _Walk:
    customer_id: int
    arm: str
    entered_at: datetime
    # Behind this instant an event counts: the trigger itself never does.
    after: datetime
    order_id: int | None


class _OfParty(Protocol):
    @property
    def party_id(self) -> int | None: ...


_Found = TypeVar("_Found", bound=_OfParty)
# One event: when, and by which order it happened (None for others).
_Event = tuple[datetime, int | None]
_Events = Mapping[int, Sequence[_Event]]


def count_goal(journey: Journey) -> GoalCount:
    """Count the walks whose person did what the journey is for, within its window after entering."""
    version = store.newest_versions([journey.id])[journey.id]
    header = store.definition_of(version.id, version.source).header
    goal, zone = Goal(header.goal), load(ShopProfile).zone
    rows = Enrolment.objects.filter(journey_id=journey.id).order_by("-id")[: MOST_WALKS + 1]
    columns = ("customer_id", "arm", "entered_at", "trigger_on", "trigger_order_id")
    found = list(rows.values_list(*columns))
    walks = [
        _Walk(person, arm, entered, _after(goal, entered, trigger_on, zone), order)
        for person, arm, entered, trigger_on, order in found[:MOST_WALKS]
    ]
    events = _EVENTS[goal]({walk.customer_id for walk in walks}, zone)
    window = timedelta(days=header.window_days)
    reached = [walk for walk in walks if _has_reached(walk, events, window)]
    return GoalCount(
        goal=goal,
        window_days=header.window_days,
        treated=sum(walk.arm != "holdout" for walk in walks),
        treated_reached=sum(walk.arm != "holdout" for walk in reached),
        left_out=sum(walk.arm == "holdout" for walk in walks),
        left_out_reached=sum(walk.arm == "holdout" for walk in reached),
        is_part=len(found) > MOST_WALKS,
    )


def _after(goal: Goal, entered: datetime, trigger_on: object, zone: ZoneInfo) -> datetime:
    if goal in (Goal.PURCHASE, Goal.FULL_PRODUCT, Goal.VISIT):
        # Purchases of the trigger's own day are one with it.
        day = datetime.combine(trigger_on, time(), zone)  # type: ignore[arg-type]
        return day + timedelta(days=1)
    return entered


def _has_reached(walk: _Walk, events: _Events, window: timedelta) -> bool:
    return any(
        walk.after <= at <= walk.entered_at + window and (order is None or order != walk.order_id)
        for at, order in events.get(walk.customer_id, ())
    )


def _by_person(
    ids: set[int], read: Callable[[Iterable[int]], Sequence[_Found]]
) -> dict[int, list[_Found]]:
    """Give asked id → what intake knows of all contacts of that person."""
    contacts = customers.parties_of(ids)
    owners: dict[int, list[int]] = {}
    for person, parties in contacts.items():
        for party in parties:
            owners.setdefault(party, []).append(person)
    found: dict[int, list[_Found]] = {}
    for one in read(owners):
        for person in owners.get(one.party_id or 0, ()):
            found.setdefault(person, []).append(one)
    return found


def _purchases(ids: set[int], _zone: ZoneInfo) -> _Events:
    histories = customers.purchase_history(ids)
    return {
        number: [(one.ordered_at, one.order_id) for one in history if one.is_purchase]
        for number, history in histories.items()
    }


def _full_products(ids: set[int], _zone: ZoneInfo) -> _Events:
    histories = customers.purchase_history(ids)
    return {
        number: [
            (one.ordered_at, one.order_id)
            for one in history
            if one.is_purchase and not one.is_trial
        ]
        for number, history in histories.items()
    }


def _visits(ids: set[int], _zone: ZoneInfo) -> _Events:
    histories = customers.purchase_history(ids)
    found: dict[int, list[_Event]] = {
        number: [
            (o.ordered_at, o.order_id) for o in history if o.is_purchase and o.source in _TILLS
        ]
        for number, history in histories.items()
    }
    for number, inquiries in _by_person(ids, intake.inquiries_of).items():
        talks = [one.opened_at for one in inquiries if one.medium == "store"]
        found.setdefault(number, []).extend((at, None) for at in talks)
    return found


def _subscriptions(ids: set[int], zone: ZoneInfo) -> _Events:
    return {
        number: [
            # A contract has a day and no hour: the day's last instant, so that the same day counts.
            (datetime.combine(one.started_on, time(23, 59, 59), zone).astimezone(UTC), None)
            for one in contracts
            if one.started_on is not None
        ]
        for number, contracts in _by_person(ids, intake.subscriptions_of).items()
    }


def _inquiries(ids: set[int], _zone: ZoneInfo) -> _Events:
    return {
        number: [(one.opened_at, None) for one in found if one.medium not in ("interview", "store")]
        for number, found in _by_person(ids, intake.inquiries_of).items()
    }


def _signups(ids: set[int], _zone: ZoneInfo) -> _Events:
    return {
        number: [
            (one.confirmed_at, None)
            for one in found
            if one.form_kind == "signup" and one.confirmed_at is not None
        ]
        for number, found in _by_person(ids, intake.entries_of).items()
    }


def _line(ids: set[int], _zone: ZoneInfo) -> _Events:
    granted = customers.grants_on("line", ids)
    return {number: [(at, None) for at in found] for number, found in granted.items()}


_EVENTS: Mapping[Goal, Callable[[set[int], ZoneInfo], _Events]] = {
    Goal.PURCHASE: _purchases,
    Goal.FULL_PRODUCT: _full_products,
    Goal.SUBSCRIPTION: _subscriptions,
    Goal.INQUIRY: _inquiries,
    Goal.VISIT: _visits,
    Goal.SIGNUP: _signups,
    Goal.LINE: _line,
}
