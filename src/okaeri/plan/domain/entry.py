"""Who enters a journey: pure decisions over orders, histories and earlier walks."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from okaeri.customers.types import Purchase
from okaeri.foundation.clock import local_day
from okaeri.insight.cycle_types import RunOutView
from okaeri.insight.types import LifecycleRules
from okaeri.intake.form_types import EntryRecord
from okaeri.intake.types import OrderRecord
from okaeri.plan.domain.cart import Cart
from okaeri.plan.domain.purchases import anchor_day, counted, purchase_number
from okaeri.plan.journeys.definition import (
    CartTrigger,
    FormTrigger,
    PurchaseTrigger,
    RecencyTrigger,
    RunOutTrigger,
)
from okaeri.plan.types import JourneyRules

_LONGEST_KEY = 60


class Entry(NamedTuple):
    """A wish to enrol one customer; `at` is when its cause happened."""

    customer_id: int
    trigger_key: str
    trigger_order_id: int | None
    trigger_on: date
    anchor_on: date
    at: datetime
    why: Mapping[str, Any]


class Earlier(NamedTuple):
    """An earlier walk of the same customer through the same journey."""

    customer_id: int
    trigger_key: str
    entered_at: datetime
    is_active: bool


def entry_by_order(
    trigger: PurchaseTrigger,
    anchor: str,
    order: OrderRecord,
    customer_id: int,
    purchases: Sequence[Purchase],
    rules: JourneyRules,
    *,
    lifecycle: LifecycleRules,
    now: datetime,
    today: date,
) -> Entry | None:
    """Give an entry when `order` is the purchase number the journey waits for."""
    number = purchase_number(purchases, order.id, lifecycle)
    if number != trigger.number:
        return None
    purchase = next(item for item in purchases if item.order_id == order.id)
    anchor_on = today if anchor == "entry" else anchor_day(anchor, purchase, rules)
    why = {"code": "purchase", "number": number, "order_no": order.order_no}
    # Plans are kept to the minute, so that people of one minute are alike to the engine.
    at = min(order.ordered_at, now).replace(second=0, microsecond=0)
    return Entry(customer_id, f"order:{order.id}", order.id, order.ordered_on, anchor_on, at, why)


def entry_by_recency(
    trigger: RecencyTrigger,
    customer_id: int,
    last_on: date,
    purchases: Sequence[Purchase],
    *,
    lifecycle: LifecycleRules,
    now: datetime,
    today: date,
) -> Entry | None:
    """Give an entry when no purchase came after `last_on` (the analysis may be a night old)."""
    kept = counted(purchases, lifecycle)
    if not kept or max(one.day for one in kept) != last_on:
        return None
    why = {"code": "recency", "days": trigger.days, "last_on": last_on.isoformat()}
    return Entry(customer_id, f"recency:{last_on}", None, last_on, today, now, why)


def entry_by_form(
    trigger: FormTrigger,
    entry: EntryRecord,
    customer_id: int,
    purchases: Sequence[Purchase],
    *,
    confirmed_on: date,
    now: datetime,
    today: date,
) -> Entry | None:
    """Give an entry when a confirmed form is one the journey waits for.

    A purchase on the very day of the request is the goal as well, unless one was there before it.
    """
    if entry.confirmed_at is None:
        return None
    is_meant = trigger.key in ("", entry.form_key) and trigger.form_kind in ("", entry.form_kind)
    if not is_meant:
        return None
    since = _day_before_goal(purchases, confirmed_on, entry.confirmed_at)
    at = min(entry.confirmed_at, now).replace(second=0, microsecond=0)
    why = {"code": "form", "form": entry.form_key}
    return Entry(customer_id, f"form:{entry.id}", None, since, today, at, why)


def entry_by_cart(
    trigger: CartTrigger,
    cart: Cart,
    customer_id: int,
    purchases: Sequence[Purchase],
    *,
    changed_on: date,
    now: datetime,
    today: date,
) -> Entry | None:
    """Give an entry when a cart was left alone for long enough.

    `changed_on` is the shop-local day of its last change. Whoever still fills it is asked about
    again at his next change.
    """
    left_at = cart.changed_at + timedelta(hours=trigger.idle_hours)
    if left_at > now:
        return None
    since = _day_before_goal(purchases, changed_on, cart.changed_at)
    items = sum(item.quantity for item in cart.items)
    why = {"code": "cart", "items": items, "hours": trigger.idle_hours}
    at = left_at.replace(second=0, microsecond=0)
    return Entry(customer_id, f"cart:{cart.last_id}", None, since, today, at, why)


def entry_by_run_out(
    trigger: RunOutTrigger,
    due: RunOutView,
    purchases: Sequence[Purchase],
    products_of: Mapping[int, Collection[str]],
    *,
    now: datetime,
    today: date,
) -> Entry | None:
    """Give an entry unless the product was bought again since (the analysis may be a night old).

    `products_of`: order id → codes of its products, for every order from the last purchase on.
    """
    bought = [
        item
        for item in purchases
        if item.is_purchase
        and item.day >= due.last_on
        and due.sku in products_of.get(item.order_id, ())
    ]
    newest = max(bought, key=lambda item: (item.day, item.ordered_at, item.order_id), default=None)
    if newest is None or newest.day != due.last_on:
        return None
    since = max(item.ordered_on for item in purchases if item.is_purchase)
    on = due.runs_out_on.isoformat()
    why = {"code": "run_out", "sku": due.sku, "on": on, "days": trigger.lead_days}
    key = f"run_out:{newest.order_id}:{due.sku}"[:_LONGEST_KEY]
    return Entry(due.customer_id, key, newest.order_id, since, today, now, why)


def entry_by_segment(
    customer_id: int,
    change_id: int,
    segment_name: str,
    *,
    at: datetime,
    now: datetime,
    zone: ZoneInfo,
) -> Entry:
    """Give the entry of somebody who came into a segment at a count (`change_id` 0: was in it).

    A count looks at the days before it: whoever bought on its own day has reached the goal already.
    """
    at = min(at, now).replace(second=0, microsecond=0)
    why = {"code": "segment" if change_id else "in_segment", "segment": segment_name}
    since = local_day(at, zone) - timedelta(days=1)
    today = local_day(now, zone)
    return Entry(customer_id, f"segment:{change_id}", None, since, today, at, why)


def _day_before_goal(purchases: Sequence[Purchase], on: date, at: datetime) -> date:
    """Give the day after which purchases are the goal: that very day counts too, unless one had
    been made on it before `at`.
    """
    has_bought = any(p.is_purchase and p.ordered_on == on and p.ordered_at <= at for p in purchases)
    return on if has_bought else on - timedelta(days=1)


def choose_entries(
    entries: Iterable[Entry], earlier: Iterable[Earlier], reentry_days: int | None, now: datetime
) -> list[Entry]:
    """Keep at most one entry per customer, and none that the journey's re-entry rule forbids."""
    before: dict[int, list[Earlier]] = {}
    for walk in earlier:
        before.setdefault(walk.customer_id, []).append(walk)
    chosen: dict[int, Entry] = {}
    for entry in entries:
        if entry.customer_id in chosen:
            continue
        walks = before.get(entry.customer_id, [])
        if all(_allows(walk, entry, reentry_days, now) for walk in walks):
            chosen[entry.customer_id] = entry
    return list(chosen.values())


def _allows(walk: Earlier, entry: Entry, reentry_days: int | None, now: datetime) -> bool:
    if walk.is_active or walk.trigger_key == entry.trigger_key or reentry_days is None:
        return False
    return now - walk.entered_at >= timedelta(days=reentry_days)
