"""Orders that name a coupon's code use it; a cancelled order gives it back, once."""

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from okaeri.foundation import clock
from okaeri.intake import api as intake
from okaeri.intake.types import OrderRecord
from okaeri.rewards.coupon_types import Place
from okaeri.rewards.domain.codes import read_code
from okaeri.rewards.domain.coupons import discount_of
from okaeri.rewards.store import coupons as store
from okaeri.rewards.store import cursors

log = logging.getLogger(__name__)
DUTY = "rewards.redeem_from_orders"
_BATCH = 1000
_CANCELLED = ("cancelled", "returned")
_CALLED_OFF = "the order was cancelled / 注文の取り消し"


def redeem_from_orders(now: datetime) -> int:
    """Look at the orders that changed since the last look; gives how many.

    What is redeemed and up to where was looked is one transaction: a crash leaves both or neither.
    """
    with transaction.atomic():
        cursor = cursors.read(DUTY)
        if not store.any_coupon():
            cursors.move(DUTY, intake.latest_change_no(), now)
            return 0
        orders = intake.list_orders_after(cursor, _BATCH)
        if orders:
            _heed(orders, now)
            cursors.move(DUTY, orders[-1].change_no, now)
    return len(orders)


def _heed(orders: Sequence[OrderRecord], now: datetime) -> None:
    named = intake.coupon_codes_of([order.id for order in orders])
    read = {
        order: [code for raw in raws if (code := read_code(raw))] for order, raws in named.items()
    }
    ours = store.rows_with_codes({code for codes in read.values() for code in codes})
    lines = intake.list_lines([number for number, codes in read.items() if codes])
    for order in orders:
        for code in read.get(order.id, ()):
            if code in ours:
                goods = sum(line.amount_minor for line in lines.get(order.id, ()))
                _settle(order, ours[code], goods, now)


def _settle(order: OrderRecord, coupon_id: int, goods_minor: int, now: datetime) -> None:
    reference = f"{order.source}:{order.order_no}"
    # A till may have told its receipt number before the order itself came in.
    uses = [
        use
        for use in store.view_redemptions(coupon_id=coupon_id)
        if use.reference in (reference, order.order_no)
    ]
    given_back = sum(use.reversed_at is not None for use in uses)
    if order.status in _CANCELLED:
        for use in uses:
            if use.reversed_at is None and not given_back:
                store.reverse(use.id, _CALLED_OFF, now)
        return
    if order.status == "test" or given_back < len(uses):
        return
    # The shop's cart took it when the order was made; that instant decides, not when we heard of it.
    if not store.claim(coupon_id, order.ordered_at):
        log.warning("order %s names a coupon that was not good any more", reference)
        return
    kind, value = store.terms_of(coupon_id)
    store.insert_redemption(
        coupon_id=coupon_id,
        key=f"order:{reference}:{coupon_id}:{given_back}",
        place=Place.ORDER.value,
        reference=reference,
        amount_minor=goods_minor,
        discount_minor=discount_of(kind, value, goods_minor),
        redeemed_at=order.ordered_at,
        recorded_at=clock.now(),
    )
