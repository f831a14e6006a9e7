"""The door to rewards: points given, taken back, and counted.

Points stay in the account they were given to. Who is one person with others has what lies in all of
their accounts; when a merge is taken back, each finds his own again, and no transfer was needed.
"""

from collections.abc import Collection
from datetime import datetime

from okaeri.customers import api as customers
from okaeri.foundation.keyset import Before
from okaeri.foundation.personal import Documents
from okaeri.rewards import actions, store
from okaeri.rewards.types import PointEntry


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


def trial_balance() -> int:
    """Give the sum of all entries of the ledger; anything but 0 is a fault."""
    return store.trial_balance()


def outstanding_points() -> int:
    """Give the points that all customers hold together: what the shop owes."""
    return store.outstanding_points()


def export_person(customer_ids: Collection[int]) -> dict[str, Documents]:
    """Give a person's entries of the ledger. There is no erasure: a ledger holds numbers only."""
    return store.export_person(customer_ids)
