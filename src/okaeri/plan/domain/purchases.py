"""Reading a purchase history: which purchase is the n-th, what came after, where waits count from."""

from collections.abc import Sequence
from datetime import date, timedelta

from okaeri.customers.types import Purchase
from okaeri.insight.types import LifecycleRules
from okaeri.plan.region_types import is_one_region
from okaeri.plan.types import JourneyRules


def counted(purchases: Sequence[Purchase], rules: LifecycleRules) -> list[Purchase]:
    """Give the purchases that count, oldest first, by the rules insight counts with: of one day only
    the first when days merge, and trials only where the shop counts them.
    """
    seen: set[date] = set()
    kept = []
    for purchase in purchases:
        counts = purchase.is_purchase and (rules.count_trial or not purchase.is_trial)
        if counts and not (rules.merge_same_day and purchase.day in seen):
            seen.add(purchase.day)
            kept.append(purchase)
    return kept


def purchase_number(
    purchases: Sequence[Purchase], order_id: int, rules: LifecycleRules
) -> int | None:
    """Tell which purchase of its customer an order is (1 = first), None when it does not count."""
    for number, purchase in enumerate(counted(purchases, rules), start=1):
        if purchase.order_id == order_id:
            return number
    return None


def goal_number(
    purchases: Sequence[Purchase],
    trigger_order_id: int | None,
    trigger_on: date,
    rules: LifecycleRules,
) -> int | None:
    """Tell which purchase was the first one after the trigger, None when there is none yet."""
    kept = counted(purchases, rules)
    for number, purchase in enumerate(kept, start=1):
        if purchase.ordered_on > trigger_on:
            return number
        is_same_day = purchase.ordered_on == trigger_on and not rules.merge_same_day
        if is_same_day and trigger_order_id is not None and purchase.order_id > trigger_order_id:
            return number
    return None


def anchor_day(anchor: str, purchase: Purchase, rules: JourneyRules) -> date:
    """Give the day waits count from; unknown days are guessed by the shop's rules.

    Delivery: its day, else shipping (else order + days_to_ship) + days_to_deliver, or
    days_to_deliver_near where the buyer lives in the region parcels leave from (§1.3 #15).
    """
    if anchor == "order":
        return purchase.ordered_on
    shipped_on = purchase.shipped_on or purchase.ordered_on + timedelta(days=rules.days_to_ship)
    if anchor == "shipped":
        return shipped_on
    is_near = is_one_region(rules.ships_from, purchase.prefecture)
    days = rules.days_to_deliver_near if is_near else rules.days_to_deliver
    return purchase.delivered_on or shipped_on + timedelta(days=days)


def days_to_arrive(anchor: str, rules: JourneyRules) -> int | None:
    """Give the days from the day waits count from until the parcel came, as guessed in `anchor_day`.

    None where waits count from no order.
    """
    after_shipping = {"delivered": 0, "shipped": rules.days_to_deliver}
    to_ship = rules.days_to_ship + rules.days_to_deliver
    return {**after_shipping, "order": to_ship}.get(anchor)
