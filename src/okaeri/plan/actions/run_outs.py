"""Who enters because something he bought should soon be used up."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction

from okaeri.customers import api as customers
from okaeri.customers.types import Purchase
from okaeri.foundation.clock import local_day
from okaeri.insight import api as insight
from okaeri.insight.cycle_types import KEPT_BEHIND, RunOutView
from okaeri.intake import api as intake
from okaeri.plan.actions.enrol import begin_walks
from okaeri.plan.actions.surroundings import Surroundings, look_around
from okaeri.plan.domain.entry import Entry, entry_by_run_out
from okaeri.plan.journeys.definition import RunOutTrigger
from okaeri.plan.store import journeys as store
from okaeri.plan.store.rows import LiveJourney

# A new analysis may move a day that was near: nobody is missed by so many days.
_DRIFT_DAYS = 3


def enrol_from_run_outs(now: datetime) -> int:
    """Once per shop day and journey: enrol people whose product runs out soon; how many."""
    waiting = [
        (journey, journey.definition.trigger)
        for journey in store.live_journeys()
        if isinstance(journey.definition.trigger, RunOutTrigger)
    ]
    if not waiting:
        return 0
    around = look_around()
    today = around.day_of(now)
    return sum(
        _look_at_run_outs(journey, trigger, around, today, now)
        for journey, trigger in waiting
        if journey.scanned_on is None or journey.scanned_on < today
    )


def _look_at_run_outs(
    journey: LiveJourney, trigger: RunOutTrigger, around: Surroundings, today: date, now: datetime
) -> int:
    since = journey.scanned_on or local_day(journey.live_since, around.zone) - timedelta(days=1)
    days = min((today - since).days + _DRIFT_DAYS, KEPT_BEHIND + trigger.lead_days)
    due = _of_no_subscriber(
        insight.list_running_out(
            today, lead_days=trigger.lead_days, within_days=days, sku=trigger.sku
        ),
        around.subscribed_since(today),
    )
    with transaction.atomic():
        if not store.take_day(journey, today) or not due:
            return 0
        return begin_walks(journey, _entries(trigger, due, today, now), now)


def _of_no_subscriber(due: Sequence[RunOutView], since: date) -> list[RunOutView]:
    """Leave out what a subscription delivers anyway; one of unknown goods may be that of any."""
    people = {one.customer_id for one in due}
    delivered = customers.subscribed_products(people, since=since) if due else {}
    return [one for one in due if not {one.sku, ""} & delivered.get(one.customer_id, frozenset())]


def _entries(
    trigger: RunOutTrigger,
    due: Sequence[RunOutView],
    today: date,
    now: datetime,
) -> list[Entry]:
    histories = customers.purchase_history({one.customer_id for one in due})
    products = _products_of(due, histories)
    found = (
        entry_by_run_out(
            trigger,
            one,
            histories.get(one.customer_id, ()),
            products,
            now=now,
            today=today,
        )
        for one in due
    )
    return [entry for entry in found if entry is not None]


def _products_of(
    due: Sequence[RunOutView], histories: Mapping[int, Sequence[Purchase]]
) -> dict[int, set[str]]:
    """Give order id → codes of its products, for every order since the product was bought."""
    wanted = {
        order.order_id
        for one in due
        for order in histories.get(one.customer_id, ())
        if order.day >= one.last_on
    }
    lines = intake.list_lines(wanted) if wanted else {}
    return {order_id: {line.sku for line in found} for order_id, found in lines.items()}


def running_out_of(customer_ids: Collection[int]) -> dict[int, list[str]]:
    """Give customer → codes of what runs out for him, the first of them first."""
    found: dict[int, list[str]] = {}
    for due in insight.run_outs_of(customer_ids) if customer_ids else ():
        found.setdefault(due.customer_id, []).append(due.sku)
    return found
