"""Reads and writes of coupons. Whether one may be used is decided by conditional updates."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from okaeri.foundation.personal import Documents, as_documents
from okaeri.foundation.text import Text
from okaeri.rewards.coupon_types import (
    CouponKind,
    CouponState,
    CouponView,
    OfferIn,
    OfferView,
    Place,
    RedemptionView,
)
from okaeri.rewards.domain.codes import coupon_code, hash_code
from okaeri.rewards.domain.coupons import reward_of, state_at
from okaeri.rewards.models import Coupon, CouponOffer, Redemption

_CHUNK = 500


def insert_offer(offer: OfferIn, now: datetime) -> bool:
    """Insert an offer; False where its key is taken."""
    _, is_new = CouponOffer.objects.get_or_create(
        key=offer.key,
        defaults={
            "name": offer.name.as_json(), "kind": offer.kind.value, "value": offer.value,
            "minimum_minor": offer.minimum_minor, "valid_days": offer.valid_days,
            "conditions": offer.conditions.as_json(), "created_at": now,
        },
    )  # fmt: skip
    return is_new


def find_offer(key: str) -> CouponOffer | None:
    """Give the row of an offer."""
    return CouponOffer.objects.filter(key=key).first()


def lock_offer(offer_id: int) -> CouponOffer:
    """Give an offer as it stands, locked until the transaction ends."""
    return CouponOffer.objects.select_for_update().get(id=offer_id)


def stop_offer(key: str, now: datetime) -> int:
    """Let nobody get this coupon any more; gives 1 where that was news."""
    return CouponOffer.objects.filter(key=key, stopped_at=None).update(stopped_at=now)


def withdraw_offer(key: str, now: datetime) -> int:
    """Call back every unused coupon of an offer; gives how many."""
    # Whoever is giving one now ends first, and the next one finds the offer closed.
    CouponOffer.objects.filter(key=key, withdrawn_at=None).update(withdrawn_at=now)
    stop_offer(key, now)
    offer_id = CouponOffer.objects.values_list("id", flat=True).get(key=key)
    # No join, as in `claim`: a coupon that is being used stays used.
    unused = Coupon.objects.filter(offer_id=offer_id, state=CouponState.ISSUED)
    return unused.update(state=CouponState.WITHDRAWN)


def view_offers(currency: str, now: datetime, key: str = "") -> list[OfferView]:
    """Give the offers, newest first, with what became of their coupons."""
    rows = CouponOffer.objects.order_by("-created_at", "-id")
    rows = rows.filter(key=key) if key else rows
    is_unused = Q(state=CouponState.ISSUED)
    counts: dict[int, Mapping[str, Any]] = {
        row["offer_id"]: row
        for row in Coupon.objects.values("offer_id").annotate(
            issued=Count("id"),
            redeemed=Count("id", filter=Q(state=CouponState.REDEEMED)),
            expired=Count("id", filter=is_unused & Q(expires_at__lte=now)),
            withdrawn=Count("id", filter=Q(state=CouponState.WITHDRAWN)),
        )
    }
    standing = Redemption.objects.filter(reversed_at=None).values("coupon__offer_id")
    off = dict(standing.annotate(sum=Sum("discount_minor")).values_list("coupon__offer_id", "sum"))
    return [_offer(row, counts.get(row.id, {}), off.get(row.id) or 0, currency) for row in rows]


def _offer(
    row: CouponOffer, counts: Mapping[str, Any], discount_minor: int, currency: str
) -> OfferView:
    return OfferView(
        key=row.key,
        name=Text.from_json(row.name),
        kind=CouponKind(row.kind),
        value=row.value,
        reward=reward_of(row.kind, row.value, currency),
        minimum_minor=row.minimum_minor,
        valid_days=row.valid_days,
        conditions=Text.from_json(row.conditions),
        created_at=row.created_at,
        stopped_at=row.stopped_at,
        withdrawn_at=row.withdrawn_at,
        discount_minor=discount_minor,
        **{one: counts.get(one, 0) for one in ("issued", "redeemed", "expired", "withdrawn")},
    )


def insert_coupons(rows: Sequence[Coupon]) -> None:
    """Insert coupons; whose key or (offer, person) exists is left alone."""
    Coupon.objects.bulk_create(rows, ignore_conflicts=True, batch_size=_CHUNK)


def owners_of_keys(keys: Collection[str]) -> dict[str, tuple[int, int]]:
    """Give key → (offer, customer) of the coupons that exist."""
    rows = Coupon.objects.filter(key__in=keys).values_list("key", "offer_id", "customer_id")
    return {key: (offer, who) for key, offer, who in rows}


def owners_of(coupon_ids: Collection[int]) -> set[int]:
    """Give whose coupons these are."""
    return set(Coupon.objects.filter(id__in=coupon_ids).values_list("customer_id", flat=True))


def holders_of(offer_keys: Collection[str], customer_ids: Collection[int]) -> set[tuple[str, int]]:
    """Give (offer, customer) wherever one of these ids ever got a coupon of one of these offers."""
    rows = Coupon.objects.filter(offer__key__in=offer_keys, customer_id__in=customer_ids)
    return set(rows.values_list("offer__key", "customer_id"))


def open_offers(offer_keys: Collection[str]) -> set[str]:
    """Give those of these offers that still give coupons."""
    rows = CouponOffer.objects.filter(key__in=offer_keys, stopped_at=None)
    return set(rows.values_list("key", flat=True))


def view_coupons(
    rows: QuerySet[Coupon], secret: str, currency: str, now: datetime
) -> list[CouponView]:
    """Give coupons as they stand now, newest first."""
    found = list(rows.select_related("offer").order_by("-issued_at", "-id"))
    used = dict(
        Redemption.objects.filter(reversed_at=None, coupon__in=[row.id for row in found])
        .values_list("coupon_id", "redeemed_at")
    )  # fmt: skip
    return [_coupon(row, secret, currency, used.get(row.id), now) for row in found]


def _coupon(
    row: Coupon, secret: str, currency: str, redeemed_at: datetime | None, now: datetime
) -> CouponView:
    offer = row.offer
    code = coupon_code(row.salt, secret) if row.salt else ""
    return CouponView(
        id=row.id,
        offer_key=offer.key,
        name=Text.from_json(offer.name),
        reward=reward_of(offer.kind, offer.value, currency),
        kind=CouponKind(offer.kind),
        value=offer.value,
        minimum_minor=offer.minimum_minor,
        conditions=Text.from_json(offer.conditions),
        customer_id=row.customer_id,
        # Another secret than the one it was issued under would show a code no till knows.
        code=code if code and hash_code(code) == row.code_sha256 else "",
        last4=row.last4,
        state=state_at(row.state, row.expires_at, now),
        issued_at=row.issued_at,
        valid_until=row.valid_until,
        redeemed_at=redeemed_at,
    )


def of_people(customer_ids: Collection[int]) -> QuerySet[Coupon]:
    """Give the coupons of these ids."""
    return Coupon.objects.filter(customer_id__in=customer_ids)


def behind(after: int, limit: int) -> QuerySet[Coupon]:
    """Give at most `limit` coupons behind an id, the oldest of them."""
    ids = Coupon.objects.filter(id__gt=after).order_by("id").values_list("id", flat=True)
    return Coupon.objects.filter(id__in=list(ids[:limit]))


def of_code(code: str) -> QuerySet[Coupon]:
    """Give the coupon with a code: one row or none."""
    return Coupon.objects.filter(code_sha256=hash_code(code))


def of_reasons(issued_for: Collection[str]) -> QuerySet[Coupon]:
    """Give the coupons issued for these things ("walk:12")."""
    return Coupon.objects.filter(issued_for__in=issued_for)


def any_coupon() -> bool:
    """Tell whether any coupon was ever issued."""
    return Coupon.objects.exists()


def claim(coupon_id: int, at: datetime) -> bool:
    """Turn an issued coupon that is still good into a redeemed one; of two at once one is told True.

    Only columns of the row itself: with a join Django asks by a subquery, which PostgreSQL does not
    ask again after it waited for the other till.
    """
    good = Coupon.objects.filter(id=coupon_id, state=CouponState.ISSUED, expires_at__gt=at)
    return good.update(state=CouponState.REDEEMED) == 1


def terms_of(coupon_id: int) -> tuple[str, int]:
    """Give kind and value of a coupon's offer."""
    kind, value = Coupon.objects.values_list("offer__kind", "offer__value").get(id=coupon_id)
    return (kind, value)


def insert_redemption(**fields: object) -> int:
    """Write down a use; its id."""
    return Redemption.objects.create(**fields).id


def view_redemptions(**where: object) -> list[RedemptionView]:
    """Give uses, oldest first."""
    return [
        RedemptionView(
            id=row.id,
            coupon_id=row.coupon_id,
            place=Place(row.place),
            reference=row.reference,
            amount_minor=row.amount_minor,
            discount_minor=row.discount_minor,
            redeemed_at=row.redeemed_at,
            reversed_at=row.reversed_at,
        )
        for row in Redemption.objects.filter(**where).order_by("redeemed_at", "id")
    ]


def reverse(redemption_id: int, because: str, now: datetime) -> bool:
    """Take a use back, once, and give the coupon back unless it was withdrawn or its owner erased."""
    standing = Redemption.objects.filter(id=redemption_id, reversed_at=None)
    if standing.update(reversed_at=now, reversed_because=because[:200]) != 1:
        return False
    coupon = Redemption.objects.select_related("coupon").get(id=redemption_id).coupon
    # A withdrawal at this instant ends first.
    offer = lock_offer(coupon.offer_id)
    is_gone = coupon.salt == "" or offer.withdrawn_at is not None
    Coupon.objects.filter(id=coupon.id, state=CouponState.REDEEMED).update(
        state=CouponState.WITHDRAWN if is_gone else CouponState.ISSUED
    )
    return True


def export_person(customer_ids: Collection[int]) -> dict[str, Documents]:
    """Give a person's coupons and their uses."""
    mine = of_people(customer_ids).order_by("id")
    uses = Redemption.objects.filter(coupon__customer_id__in=customer_ids).order_by("id")
    columns = ("offer__key", "last4", "state", "issued_at", "valid_until")
    used = ("coupon__last4", "place", "reference", "amount_minor", "discount_minor", "redeemed_at",
            "reversed_at")  # fmt: skip
    return {
        "coupons": as_documents(mine.values(*columns)),
        "coupon_uses": as_documents(uses.values(*used)),
    }


def erase_person(customer_ids: Collection[int]) -> dict[str, int]:
    """Withdraw what a person did not use and forget his codes and receipts; figures stay."""
    mine = of_people(customer_ids)
    mine.filter(state=CouponState.ISSUED).update(state=CouponState.WITHDRAWN)
    uses = Redemption.objects.filter(coupon__customer_id__in=customer_ids)
    return {
        "coupons": mine.update(salt="", issued_for=""),
        "coupon_uses": uses.update(reference=""),
    }


def rows_with_codes(codes: Iterable[str]) -> dict[str, int]:
    """Give code → coupon of those codes that are ours."""
    by_hash = {hash_code(code): code for code in codes}
    rows = Coupon.objects.filter(code_sha256__in=by_hash).values_list("code_sha256", "id")
    return {by_hash[sha]: number for sha, number in rows}
