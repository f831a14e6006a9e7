"""What people bought, cancelled orders included."""

from collections.abc import Iterable

from okaeri.customers.store import identity
from okaeri.customers.types import Purchase
from okaeri.intake import api as intake
from okaeri.intake.types import OrderRecord


def purchase_history(
    customer_ids: Iterable[int], *, with_prefectures: bool = False
) -> dict[int, tuple[Purchase, ...]]:
    """Give every order of each customer, oldest first, cancelled ones included.

    Every id asked for is a key; somebody without orders has an empty history. `with_prefectures`
    tells of each purchase where its buyer lives.
    """
    asked = list(dict.fromkeys(customer_ids))
    owner = dict(identity.parties_of(asked))
    live = _live_ids(asked, set(owner.values()))
    if len(set(live.values()) - set(owner.values())):
        owner = dict(identity.parties_of(live.values()))
    history: dict[int, list[Purchase]] = {number: [] for number in live.values()}
    areas = intake.prefectures_of_parties(owner) if owner and with_prefectures else {}
    if owner:
        for order in intake.list_orders_of_parties(list(owner)):
            if order.party_id is not None:
                bought = _purchase(order, areas.get(order.party_id, ""))
                history[owner[order.party_id]].append(bought)
    for purchases in history.values():
        purchases.sort(key=lambda purchase: (purchase.ordered_at, purchase.order_id))
    return {number: tuple(history.get(live.get(number, 0), ())) for number in asked}


def _live_ids(asked: list[int], known_live: set[int]) -> dict[int, int]:
    """Give id → live id; only ids of which nothing is known cost a query."""
    unknown = [number for number in asked if number not in known_live]
    live = {number: number for number in asked if number in known_live}
    return {**live, **identity.roots_of(unknown)} if unknown else live


def _purchase(order: OrderRecord, prefecture: str) -> Purchase:
    return Purchase(
        order_id=order.id,
        order_no=order.order_no,
        source=order.source,
        ordered_at=order.ordered_at,
        ordered_on=order.ordered_on,
        is_purchase=order.is_purchase,
        status=order.status,
        net_minor=order.net_minor,
        shipped_on=order.shipped_on,
        delivered_on=order.delivered_on,
        is_trial=order.is_trial,
        is_delivery=order.is_delivery,
        subscription_no=order.subscription_no,
        delivery_no=order.delivery_no,
        discount_minor=order.discount_minor,
        counted_on=order.counted_on,
        prefecture=prefecture,
    )
