"""Use cases of coupons: make an offer, give coupons, redeem one, take a use back."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db import transaction

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.foundation.errors import InputError, NotFoundError
from okaeri.foundation.settings import ShopProfile, load
from okaeri.foundation.text import Text
from okaeri.rewards.coupon_types import (
    CouponFor,
    CouponRefusedError,
    CouponState,
    CouponView,
    OfferIn,
    Place,
    RedemptionView,
)
from okaeri.rewards.domain import codes
from okaeri.rewards.domain import coupons as rules
from okaeri.rewards.models import Coupon, CouponOffer
from okaeri.rewards.store import coupons as store

_KEY_TAKEN = Text(
    "クーポンのキー「{key}」は使われています。別のキーにしてください。",
    'The coupon key "{key}" is taken; choose another one.',
)
_NO_OFFER = Text("クーポン「{key}」は見つかりません。", 'There is no coupon "{key}".')
# The same words whether a code never existed or was mistyped: a guesser learns nothing.
_NO_COUPON = Text("そのクーポンは見つかりません。", "There is no such coupon.")
_NO_USE = Text("その使用の記録は見つかりません。", "There is no such use of a coupon.")
_KEY_OF_ANOTHER = Text(
    "このキーは別のクーポンにもう使われています。別のキーを指定してください。",
    "This key belongs to another coupon; choose another key.",
)
_STOPPED = Text(
    "クーポン「{key}」は配布を止めています。", 'The coupon "{key}" is no longer given out.'
)


def create_offer(offer: OfferIn, now: datetime) -> None:
    """Keep a new offer; other terms later are another offer."""
    rules.check_offer(offer)
    if not store.insert_offer(offer, now):
        raise InputError(_KEY_TAKEN.format(key=offer.key))


def get_offer(key: str) -> CouponOffer:
    """Give the row of an offer or raise NotFoundError."""
    offer = store.find_offer(key)
    if offer is None:
        raise NotFoundError(_NO_OFFER.format(key=key))
    return offer


def issue(offer_key: str, people: Sequence[CouponFor], *, at: datetime, secret: str) -> set[str]:
    """Give each of these people a coupon in the caller's transaction; gives the keys that are new.

    1. A key that exists changes nothing; for another offer or customer it is refused.
    2. Whoever had a coupon of this offer before, under any of his numbers, gets no second one.
    """
    offer = get_offer(offer_key)
    with transaction.atomic():
        offer = store.lock_offer(offer.id)
        if offer.stopped_at is not None:
            raise InputError(_STOPPED.format(key=offer_key))
        rows = [_row(offer, one, at, secret) for one in _newcomers(offer, people)]
        store.insert_coupons(rows)
        return set(store.owners_of_keys([row.key for row in rows]))


def _newcomers(offer: CouponOffer, people: Sequence[CouponFor]) -> Iterator[CouponFor]:
    """Give whose key is new and who had no coupon of this offer under any of his numbers."""
    known = store.owners_of_keys([one.key for one in people])
    families = customers.families_of({one.customer_id for one in people})
    everybody = {number for ids in families.values() for number in ids}
    everybody |= {one.customer_id for one in people}
    holders = {who for _, who in store.holders_of([offer.key], everybody)}
    for one in people:
        owner = known.get(one.key)
        if owner is not None and owner != (offer.id, one.customer_id):
            raise InputError(_KEY_OF_ANOTHER)
        family = {*families.get(one.customer_id, ()), one.customer_id}
        if owner is None and holders.isdisjoint(family):
            holders |= family
            yield one


def _row(offer: CouponOffer, one: CouponFor, at: datetime, secret: str) -> Coupon:
    zone = load(ShopProfile).zone
    salt = codes.new_salt()
    code = codes.coupon_code(salt, secret)
    last = rules.last_day(clock.local_day(at, zone), offer.valid_days)
    return Coupon(
        offer=offer,
        customer_id=one.customer_id,
        key=one.key,
        issued_for=one.issued_for,
        code_sha256=codes.hash_code(code),
        last4=code[-4:],
        salt=salt,
        state=CouponState.ISSUED,
        issued_at=at,
        valid_until=last,
        expires_at=rules.end_of_day(last, zone),
    )


def find(code: str, *, secret: str, now: datetime) -> CouponView | None:
    """Give the coupon with a code, however it was typed."""
    read = codes.read_code(code)
    currency = load(ShopProfile).currency
    found = store.view_coupons(store.of_code(read), secret, currency, now) if read else []
    return found[0] if found else None


def redeem(
    code: str,
    *,
    key: str,
    place: Place,
    reference: str,
    amount_minor: int | None,
    at: datetime,
    secret: str,
) -> RedemptionView:
    """Use a coupon once; the same key again gives what the first time gave."""
    currency = load(ShopProfile).currency
    with transaction.atomic():
        coupon = find(code, secret=secret, now=at)
        if coupon is None:
            raise NotFoundError(_NO_COUPON)
        earlier = _earlier(key, coupon.id)
        if earlier is not None:
            return earlier
        rules.check_usable(coupon, amount_minor, currency)
        if not store.claim(coupon.id, at):
            # Another till was faster by less than our look at it, or this very request came twice.
            earlier = _earlier(key, coupon.id)
            if earlier is None:
                raise _lost(coupon, at, secret)
            return earlier
        off = None
        if amount_minor is not None:
            off = rules.discount_of(coupon.kind, coupon.value, amount_minor)
        number = store.insert_redemption(
            coupon_id=coupon.id,
            key=key,
            place=place.value,
            reference=reference,
            amount_minor=amount_minor,
            discount_minor=off,
            redeemed_at=at,
            recorded_at=clock.now(),
        )
        return store.view_redemptions(id=number)[0]


def _earlier(key: str, coupon_id: int) -> RedemptionView | None:
    found = store.view_redemptions(key=key)
    if found and found[0].coupon_id != coupon_id:
        raise InputError(_KEY_OF_ANOTHER)
    return found[0] if found else None


def _lost(coupon: CouponView, at: datetime, secret: str) -> CouponRefusedError:
    """Say why a coupon that looked good a moment ago was refused."""
    currency = load(ShopProfile).currency
    rows = Coupon.objects.filter(id=coupon.id)
    try:
        for one in store.view_coupons(rows, secret, currency, at):
            rules.check_usable(one, None, currency)
    except CouponRefusedError as error:
        return error
    return rules.withdrawn_error()


def reverse(redemption_id: int, *, because: str, now: datetime, place: Place) -> RedemptionView:
    """Take a use back and give the coupon back; again changes nothing. Of its own place only."""
    with transaction.atomic():
        if not store.view_redemptions(id=redemption_id, place=place.value):
            raise NotFoundError(_NO_USE)
        store.reverse(redemption_id, because, now)
        return store.view_redemptions(id=redemption_id)[0]
