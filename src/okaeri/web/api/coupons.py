"""Coupons for tills and other systems: what one is worth, using it, taking the use back.

The code travels in the body, never in an address that a log would keep.
"""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Path

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.foundation.errors import InputError, NotFoundError
from okaeri.foundation.settings import ShopProfile, load
from okaeri.foundation.text import Text
from okaeri.rewards import api as rewards
from okaeri.rewards.coupon_types import CouponView, RedemptionView
from okaeri.web.api.paging import note_access
from okaeri.web.api.router import router
from okaeri.web.api.scopes import Scope
from okaeri.web.api.shapes import CouponIn, CouponOut, RedeemIn, RedemptionOut, ReversalIn

Number = Annotated[int, Path(ge=1, le=2**62)]
_USED: dict[int, Any] = {200: RedemptionOut}
_NO_COUPON = Text("そのクーポンは見つかりません。", "There is no such coupon.")
_NO_REPEAT_KEY = Text(
    "クーポンを使うときは Idempotency-Key を付けてください。"
    "同じキーで送り直しても、使用は一度だけです。",
    "Send an Idempotency-Key to use a coupon: sent again with the same key it is used once.",
)


@router.post(
    "/coupons/lookup", auth=Scope("coupons:read"), response={200: CouponOut}, tags=["coupons"]
)
def post_lookup(request: HttpRequest, body: CouponIn) -> dict[str, Any]:
    """Give what a code is worth now and whose it is; using it may still fail: another may be faster."""
    coupon = rewards.find_coupon(body.code)
    if coupon is None:
        raise NotFoundError(_NO_COUPON)
    note_access(request, [coupon.customer_id], ("masked",), "view")
    return _told(coupon)


@router.post("/coupons/redeem", auth=Scope("coupons:write"), response=_USED, tags=["coupons"])
def post_redeem(request: HttpRequest, body: RedeemIn) -> dict[str, Any]:
    """Use a coupon, once for all tills; needs an Idempotency-Key, which is remembered for good."""
    repeat = request.headers.get("Idempotency-Key", "")
    if not repeat:
        raise InputError(_NO_REPEAT_KEY)
    use = rewards.redeem_coupon(
        body.code,
        key=f"api:{request.api_key.prefix}:{repeat}",  # type: ignore[attr-defined]
        reference=body.reference,
        amount_minor=body.amount_minor,
        at=clock.now(),
    )
    return _use(use)


@router.post(
    "/coupons/redemptions/{redemption_id}/reverse",
    auth=Scope("coupons:write"), response=_USED, tags=["coupons"],
)  # fmt: skip
def post_reverse(request: HttpRequest, redemption_id: Number, body: ReversalIn) -> dict[str, Any]:
    """Take back a use that a program told; the coupon is good again while its time lasts."""
    return _use(rewards.reverse_redemption(redemption_id, because=body.reason, now=clock.now()))


def _told(coupon: CouponView) -> dict[str, Any]:
    known = customers.list_profiles([coupon.customer_id]).get(coupon.customer_id)
    return {
        "state": coupon.state.value,
        "name": coupon.name.as_json(),
        "reward": coupon.reward.as_json(),
        "kind": coupon.kind.value,
        "value": coupon.value,
        "minimum_minor": coupon.minimum_minor,
        "currency": load(ShopProfile).currency,
        "conditions": coupon.conditions.as_json(),
        "valid_until": coupon.valid_until,
        "redeemed_at": coupon.redeemed_at,
        "customer": customers.mask_profile(known).full_name if known else "",
    }


def _use(use: RedemptionView) -> dict[str, Any]:
    return {
        "redemption_id": use.id,
        "reference": use.reference,
        "discount_minor": use.discount_minor,
        "redeemed_at": use.redeemed_at,
        "reversed_at": use.reversed_at,
    }
