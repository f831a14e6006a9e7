"""What the engine must know of a batch of walks, loaded once for all of them."""

from collections.abc import Mapping, Sequence, Set
from zoneinfo import ZoneInfo

from okaeri.customers import api as customers
from okaeri.customers.types import Purchase
from okaeri.foundation.settings import ShopProfile, load
from okaeri.insight import api as insight
from okaeri.listen import api as listen
from okaeri.plan.actions.surroundings import Surroundings, look_around
from okaeri.plan.domain.facts import ALL_FACTS, Facts, Walk
from okaeri.plan.domain.purchases import anchor_day, counted, goal_number
from okaeri.plan.journeys.definition import Definition
from okaeri.plan.store.rows import Claimed


def first_facts(
    claimed: Sequence[Claimed], definitions: Mapping[int, Definition], behind: Set[int]
) -> list[Facts]:
    """Give what every walk needs, in the same order.

    Purchase histories are read only where they can have changed: an order of the customer changed
    since the walk was last moved, or the journey has not looked at the newest orders yet (`behind`).
    For all others the walk itself already holds what orders say.
    """
    changed = [item.orders_changed or item.journey_id in behind for item in claimed]
    if any(changed):
        return _with_orders(claimed, definitions, changed)
    zone = ZoneInfo(load(ShopProfile).time_zone)
    return [Facts(zone, item.walk.anchor_on) for item in claimed]


def more_facts(claimed: Sequence[Claimed], definitions: Mapping[int, Definition]) -> list[Facts]:
    """Give everything that is known, for walks that stand before a step that asks."""
    people = sorted({item.walk.customer_id for item in claimed})
    insights = insight.list_insights(people)
    scores = listen.satisfaction(people)
    known = _with_orders(claimed, definitions, [True] * len(claimed))
    return [
        one._replace(
            loaded=ALL_FACTS,
            satisfaction=scores.get(item.walk.customer_id),
            insight=insights.get(item.walk.customer_id),
        )
        for one, item in zip(known, claimed, strict=True)
    ]


def _with_orders(
    claimed: Sequence[Claimed], definitions: Mapping[int, Definition], wanted: Sequence[bool]
) -> list[Facts]:
    around = look_around()
    people = {
        item.walk.customer_id for item, is_wanted in zip(claimed, wanted, strict=True) if is_wanted
    }
    histories = customers.purchase_history(people)
    return [
        _from_orders(
            item.walk,
            definitions[item.version_id].header.anchor,
            histories.get(item.walk.customer_id, ()),
            around,
        )
        if is_wanted
        else Facts(around.zone, item.walk.anchor_on)
        for item, is_wanted in zip(claimed, wanted, strict=True)
    ]


def _from_orders(
    walk: Walk, anchor: str, purchases: Sequence[Purchase], around: Surroundings
) -> Facts:
    trigger = next((item for item in purchases if item.order_id == walk.trigger_order_id), None)
    merge = around.merge_same_day
    anchor_on = walk.anchor_on
    if trigger is not None and anchor != "entry":
        anchor_on = anchor_day(anchor, trigger, around.rules)
    return Facts(
        zone=around.zone,
        anchor_on=anchor_on,
        goal_number=goal_number(
            purchases, walk.trigger_order_id, walk.trigger_on, merge_same_day=merge
        ),
        is_void=trigger is not None and not trigger.is_purchase,
        purchase_count=len(counted(purchases, merge_same_day=merge)),
        order_net_minor=trigger.net_minor if trigger else None,
    )
