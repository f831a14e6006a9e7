"""The door to rewards: points given, taken back, and counted.

Points stay in the account they were given to. Who is one person with others has what lies in all of
their accounts; when a merge is taken back, each finds his own again, and no transfer was needed.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa
from django.conf import settings
from django.db import transaction

from okaeri.customers import api as customers
from okaeri.foundation import clock
from okaeri.foundation.keyset import Before
from okaeri.foundation.personal import Documents
from okaeri.foundation.settings import ShopProfile, load
from okaeri.rewards.actions import coupons, my_page
from okaeri.rewards.actions import points as actions
from okaeri.rewards.coupon_types import (
    CouponFor,
    CouponView,
    OfferIn,
    OfferView,
    Place,
    RedemptionView,
)
from okaeri.rewards.domain import hiding
from okaeri.rewards.store import coupons as stored_coupons
from okaeri.rewards.store import my_page as my_page_editions
from okaeri.rewards.store import points as store
from okaeri.rewards.store import spent
from okaeri.rewards.types import LedgerEntry, PointEntry


def grant_points(customer_id: int, points: int, *, key: str, reason: str, at: datetime) -> None:
    """Give `points` (1 or more) to a customer, in the caller's transaction.

    The same `key` again changes nothing; with another customer or amount it raises InputError.
    """
    actions.grant_points(customer_id, points, key=key, reason=reason, at=at)


def reverse_grant(key: str, *, reason: str, at: datetime) -> None:
    """Take back the grant of `key`, in the caller's transaction; again changes nothing.

    Raises NotFoundError where there is no such grant. Points that were given stay visible as given.
    """
    actions.reverse_grant(key, reason=reason, at=at)


def balance_of(customer_id: int) -> int:
    """Give a person's points: the sum over all his ids, 0 for somebody unknown."""
    return store.balance_of(_accounts_of(customer_id))


def points_since(since: datetime) -> dict[int, int]:
    """Give live customer → points given since then, less what was taken back; none without any."""
    by_account = store.points_since(since)
    roots = customers.roots_of(by_account)
    found: dict[int, int] = {}
    for account, points in by_account.items():
        who = roots.get(account, account)
        found[who] = found.get(who, 0) + points
    return found


def read_spent(since: datetime) -> Iterator[pa.RecordBatch]:
    """Give coupons used and points given since then, as `insight.care_types.SPENT`."""
    return spent.read_spent(since, load(ShopProfile).zone)


def entries_of(customer_id: int) -> list[PointEntry]:
    """Give what makes up a person's balance, the newest first."""
    return store.list_entries(_accounts_of(customer_id))


def _accounts_of(customer_id: int) -> tuple[int, ...]:
    return customers.ids_of(customer_id) or (customer_id,)


def entries_before(
    customer_ids: Collection[int], before: Before | None, limit: int
) -> list[PointEntry]:
    """Give the newest entries of a person's ids older than `before` (instant, entry id).

    `reverses_key` is left empty: a list for people, not for the ledger.
    """
    return store.entries_before(customer_ids, before, limit)


def entries_after(after: int, limit: int) -> list[LedgerEntry]:
    """Give every entry of customers' points behind an id, in the order of ids."""
    return store.entries_after(after, limit)


def trial_balance() -> int:
    """Give the sum of all entries of the ledger; anything but 0 is a fault."""
    return store.trial_balance()


def outstanding_points() -> int:
    """Give the points that all customers hold together: what the shop owes."""
    return store.outstanding_points()


def export_person(customer_ids: Collection[int]) -> dict[str, Documents]:
    """Give a person's entries of the ledger, his coupons and their uses."""
    return store.export_person(customer_ids) | stored_coupons.export_person(customer_ids)


def erase_person(customer_ids: Collection[int]) -> dict[str, int]:
    """Withdraw a person's unused coupons and forget their codes, in the caller's transaction.

    The ledger of points holds numbers only and stays; links to his page end. Gives how many rows, by
    table.
    """
    my_page_editions.end_all(customer_ids)
    return stored_coupons.erase_person(customer_ids)


# ---- a person's own page -----------------------------------------------------------------------


def my_page_links(customer_ids: Collection[int], base_url: str) -> dict[int, str]:
    """Give customer → the address of his own page: signed, without his address, good for a time."""
    return my_page.links(customer_ids, base_url, settings.SECRET_KEY, clock.now())


def find_my_page(token: str) -> int | None:
    """Give whose page a link opens (the live number); None for a link that is not ours or ended."""
    return my_page.find(token, settings.SECRET_KEY, clock.now())


def end_my_page_links(customer_id: int) -> None:
    """End every link to a person's page that was ever sent; the next letter has a new one."""
    my_page_editions.end_all(_accounts_of(customer_id))


# ---- coupons -----------------------------------------------------------------------------------


def create_offer(offer: OfferIn, *, now: datetime) -> None:
    """Keep a new offer of coupons; InputError names what is wrong with it."""
    coupons.create_offer(offer, now)


def list_offers() -> list[OfferView]:
    """Give every offer, newest first, with what became of its coupons."""
    return stored_coupons.view_offers(load(ShopProfile).currency, clock.now())


def get_offer(key: str) -> OfferView:
    """Give one offer or raise NotFoundError."""
    coupons.get_offer(key)
    return stored_coupons.view_offers(load(ShopProfile).currency, clock.now(), key)[0]


def open_offers(keys: Collection[str]) -> set[str]:
    """Give those of these offers that exist and still give coupons."""
    return stored_coupons.open_offers(keys)


def stop_offer(key: str, *, now: datetime) -> None:
    """Let nobody get this coupon any more; those that were given stay good."""
    coupons.get_offer(key)
    stored_coupons.stop_offer(key, now)


def withdraw_offer(key: str, *, now: datetime) -> int:
    """Call back every unused coupon of an offer and give out no more; gives how many."""
    coupons.get_offer(key)
    with transaction.atomic():
        return stored_coupons.withdraw_offer(key, now)


def issue_coupons(offer_key: str, people: Sequence[CouponFor], *, at: datetime) -> set[str]:
    """Give people a coupon each, in the caller's transaction; gives the keys that are new.

    The same key again changes nothing (for somebody else it raises InputError), and nobody gets two
    coupons of one offer. NotFoundError or InputError where there is no such offer or it was stopped.
    """
    return coupons.issue(offer_key, people, at=at, secret=settings.SECRET_KEY)


def may_get(offer_keys: Collection[str], customer_ids: Collection[int]) -> dict[str, set[int]]:
    """Give offer → those of these people who can still get its coupon: it runs, and they had none."""
    families = customers.families_of(customer_ids)
    everybody = {number for ids in families.values() for number in ids} | set(customer_ids)
    held = stored_coupons.holders_of(offer_keys, everybody)
    return {
        key: {
            who
            for who in customer_ids
            if not any((key, number) in held for number in families.get(who, (who,)))
        }
        for key in stored_coupons.open_offers(offer_keys)
    }


def coupons_of(customer_id: int) -> list[CouponView]:
    """Give a person's coupons over all his ids as they stand now, newest first."""
    return _views(stored_coupons.of_people(_accounts_of(customer_id)))


def coupons_issued_for(reasons: Collection[str]) -> dict[str, list[CouponView]]:
    """Give reason ("walk:12") → the coupons issued for it as they stand now, newest first."""
    rows = stored_coupons.of_reasons(reasons)
    named = dict(rows.values_list("id", "issued_for"))
    found: dict[str, list[CouponView]] = {}
    for view in _views(rows):
        found.setdefault(named[view.id], []).append(view)
    return found


def find_coupon(code: str) -> CouponView | None:
    """Give the coupon with a code as it was typed or scanned; None for one we did not issue."""
    return coupons.find(code, secret=settings.SECRET_KEY, now=clock.now())


def redeem_coupon(
    code: str, *, key: str, reference: str, amount_minor: int | None, at: datetime
) -> RedemptionView:
    """Use a coupon at a till; of any number at the same instant one succeeds.

    The same `key` again gives the same use. Raises NotFoundError for an unknown code and
    CouponRefusedError for one that is used, over, withdrawn, or whose minimum is not reached.
    """
    return coupons.redeem(
        code, key=key, place=Place.API, reference=reference, amount_minor=amount_minor, at=at,
        secret=settings.SECRET_KEY,
    )  # fmt: skip


def coupons_after(after: int, limit: int) -> list[CouponView]:
    """Give every coupon behind an id as it stands now, in the order of ids."""
    return sorted(_views(stored_coupons.behind(after, limit)), key=lambda coupon: coupon.id)


def reverse_redemption(redemption_id: int, *, because: str, now: datetime) -> RedemptionView:
    """Take back a use at a till and give the coupon back; again changes nothing."""
    return coupons.reverse(redemption_id, because=because, now=now, place=Place.API)


def _views(rows: Any) -> list[CouponView]:  # noqa: ANN401 - a QuerySet of the store
    currency = load(ShopProfile).currency
    return stored_coupons.view_coupons(rows, settings.SECRET_KEY, currency, clock.now())


def hide_gifts(text: str) -> str:
    """Give words that went to a person as staff may read them: no whole code, no link that opens."""
    return hiding.hide_gifts(text)
