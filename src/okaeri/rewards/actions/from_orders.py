"""Orders that name a coupon's code use it; a cancelled order gives it back, once."""

import logging
from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.foundation.work import cursors
from okaeri.intake import api as intake
from okaeri.intake.types import OrderRecord
from okaeri.rewards.coupon_types import Place, RedemptionView
from okaeri.rewards.domain.codes import read_code
from okaeri.rewards.domain.coupons import discount_of
from okaeri.rewards.store import coupons as store

log = logging.getLogger(__name__)
DUTY = "rewards.redeem_from_orders"
_BATCH = 1000
Named = tuple[OrderRecord, int]
_CANCELLED = ("cancelled", "returned")
_CALLED_OFF = "the order was cancelled / 注文の取り消し"


def redeem_from_orders(now: datetime) -> int:
    """Look at the orders that changed since the last look; gives how many.

    What is redeemed and up to where was looked is one transaction: a crash leaves both or neither.
    """
    if not intake.list_orders_after(cursors.read(DUTY), 1):
        return 0
    with transaction.atomic():
        cursor = cursors.wait(DUTY)
        if not store.any_coupon():
            cursors.advance(DUTY, intake.latest_change_no(), now)
            return 0
        orders = intake.list_orders_after(cursor, _BATCH)
        if orders:
            _heed(orders, now)
            cursors.advance(DUTY, orders[-1].change_no, now)
    return len(orders)


def _heed(orders: Sequence[OrderRecord], now: datetime) -> None:
    """Take back first: an order that replaces a cancelled one names the same code."""
    named = _coupons_named(orders)
    freed: set[int] = set()
    for order, coupon_id in named:
        if order.status in _CANCELLED and _give_back(order, coupon_id, now):
            freed.add(coupon_id)
    named += _refused_before(freed, {order.id for order in orders})
    named = [one for one in named if one[0].status not in (*_CANCELLED, "test")]
    lines = intake.list_lines({order.id for order, _ in named})
    for order, coupon_id in sorted(named, key=lambda one: (one[0].change_no, one[1])):
        _use(order, coupon_id, sum(line.amount_minor for line in lines.get(order.id, ())))


def _coupons_named(orders: Sequence[OrderRecord]) -> list[Named]:
    """Give (order, coupon) wherever one of these orders names a code of ours."""
    named = intake.coupon_codes_of([order.id for order in orders])
    read = {
        number: dict.fromkeys(code for raw in raws if (code := read_code(raw)))
        for number, raws in named.items()
    }
    ours = store.rows_with_codes({code for codes in read.values() for code in codes})
    return [
        (order, ours[code]) for order in orders for code in read.get(order.id, ()) if code in ours
    ]


def _refused_before(coupon_ids: Collection[int], known: Collection[int]) -> list[Named]:
    """Give the owners' earlier orders that named these coupons while another order held them."""
    owners = store.owners_of(coupon_ids)
    parties = customers.parties_of(set(owners)) if owners else {}
    orders = intake.list_orders_of_parties({one for many in parties.values() for one in many})
    return [
        (order, coupon_id)
        for order, coupon_id in _coupons_named([one for one in orders if one.id not in known])
        if coupon_id in coupon_ids and not _uses(order, coupon_id)
    ]


def _reference(order: OrderRecord) -> str:
    return f"{order.source}:{order.order_no}"


def _uses(order: OrderRecord, coupon_id: int) -> list[RedemptionView]:
    # A till may have told its receipt number before the order itself came in.
    mine = (_reference(order), order.order_no)
    return [use for use in store.view_redemptions(coupon_id=coupon_id) if use.reference in mine]


def _give_back(order: OrderRecord, coupon_id: int, now: datetime) -> bool:
    """Take a cancelled order's use back, once; tells whether that was news."""
    uses = _uses(order, coupon_id)
    if any(use.reversed_at is not None for use in uses):
        return False
    return sum(store.reverse(use.id, _CALLED_OFF, now) for use in uses) > 0


def _use(order: OrderRecord, coupon_id: int, goods_minor: int) -> None:
    uses = _uses(order, coupon_id)
    if any(use.reversed_at is None for use in uses):
        return
    reference = _reference(order)
    # The shop's cart took it when the order was made; that instant decides, not when we heard of it.
    if not store.claim(coupon_id, order.ordered_at):
        log.warning("order %s names a coupon that was not good any more", reference)
        return
    kind, value = store.terms_of(coupon_id)
    store.insert_redemption(
        coupon_id=coupon_id,
        key=f"order:{reference}:{coupon_id}:{len(uses)}",
        place=Place.ORDER.value,
        reference=reference,
        amount_minor=goods_minor,
        discount_minor=discount_of(kind, value, goods_minor),
        redeemed_at=order.ordered_at,
        recorded_at=clock.now(),
    )
