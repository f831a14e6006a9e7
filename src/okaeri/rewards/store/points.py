"""Every database read and write of points. Transfers and entries are inserted, nothing else."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db.models import F, Sum

from okaeri.foundation.keyset import Before, window
from okaeri.foundation.personal import Documents, as_documents
from okaeri.rewards.domain.ledger import check_balanced
from okaeri.rewards.models import Account, Entry, Transfer
from okaeri.rewards.types import LedgerEntry, PointEntry


def customer_account(customer_id: int) -> int:
    """Give the id of a customer's account, opened where there was none."""
    account, _ = Account.objects.get_or_create(
        customer_id=customer_id, defaults={"kind": Account.Kind.CUSTOMER}
    )
    return account.id


def expense_account() -> int:
    """Give the id of the account that pays for promotions."""
    account, _ = Account.objects.get_or_create(kind=Account.Kind.PROMO_EXPENSE, customer_id=None)
    return account.id


def record_transfer(
    *,
    key: str,
    reason: str,
    occurred_at: datetime,
    recorded_at: datetime,
    entries: Mapping[int, int],
    reverses_id: int | None = None,
) -> bool:
    """Insert one transfer with its entries (account → points) in the caller's transaction.

    False, and nothing is written, where the key or the reversal exists: the unique constraints decide
    between two workers (`get_or_create` inserts first and reads after a conflict).
    """
    check_balanced(entries)
    fields = {"reason": reason, "occurred_at": occurred_at, "recorded_at": recorded_at}
    if reverses_id is None:
        transfer, is_new = Transfer.objects.get_or_create(key=key, defaults=fields)
    else:
        transfer, is_new = Transfer.objects.get_or_create(
            reverses_id=reverses_id, defaults={"key": key, **fields}
        )
    if is_new:
        Entry.objects.bulk_create(
            Entry(transfer=transfer, account_id=account, points=points)
            for account, points in entries.items()
        )
    return is_new


def find_transfer_id(key: str) -> int | None:
    """Give the id of the transfer of `key`."""
    return Transfer.objects.filter(key=key).values_list("id", flat=True).first()


def entries_of_transfer(transfer_id: int) -> dict[int, int]:
    """Give account → points of one transfer."""
    return dict(Entry.objects.filter(transfer_id=transfer_id).values_list("account_id", "points"))


def balance_of(customer_ids: Collection[int]) -> int:
    """Add up the entries of these accounts."""
    found = Entry.objects.filter(account__customer_id__in=customer_ids).aggregate(sum=Sum("points"))
    return int(found["sum"] or 0)


def points_since(since: datetime) -> dict[int, int]:
    """Give customer number → the sum of his entries since then."""
    rows = Entry.objects.filter(
        account__kind=Account.Kind.CUSTOMER, transfer__occurred_at__gte=since
    )
    found = rows.values_list("account__customer_id").annotate(sum=Sum("points"))
    return {who: int(points) for who, points in found.order_by("account__customer_id")}


def list_entries(customer_ids: Collection[int]) -> list[PointEntry]:
    """Give the entries of these accounts, the newest first."""
    rows = (
        Entry.objects.filter(account__customer_id__in=customer_ids)
        .select_related("transfer__reverses")
        .order_by("-transfer__occurred_at", "-id")
    )
    return [
        PointEntry(
            key=row.transfer.key,
            reverses_key=row.transfer.reverses.key if row.transfer.reverses else "",
            points=row.points,
            reason=row.transfer.reason,
            occurred_at=row.transfer.occurred_at,
            recorded_at=row.transfer.recorded_at,
        )
        for row in rows
    ]


def entries_after(after: int, limit: int) -> list[LedgerEntry]:
    """Give entries of customers' accounts behind an id, in the order of ids."""
    rows = Entry.objects.filter(id__gt=after, account__kind=Account.Kind.CUSTOMER).order_by("id")
    return [
        LedgerEntry(
            id=row.pk,
            customer_id=int(row.account.customer_id or 0),
            key=row.transfer.key,
            points=row.points,
            reason=row.transfer.reason,
            occurred_at=row.transfer.occurred_at,
        )
        for row in rows.select_related("account", "transfer")[:limit]
    ]


def entries_before(
    customer_ids: Collection[int], before: Before | None, limit: int
) -> list[PointEntry]:
    """Give the newest entries of these customers older than `before` (instant, entry id)."""
    rows = Entry.objects.filter(account__customer_id__in=customer_ids)
    found = window(rows, "transfer__occurred_at", before, limit)
    return [
        PointEntry(
            key=row.transfer.key,
            reverses_key="",
            points=row.points,
            reason=row.transfer.reason,
            occurred_at=row.transfer.occurred_at,
            recorded_at=row.transfer.recorded_at,
            id=row.id,
        )
        for row in found.select_related("transfer")
    ]


def trial_balance() -> int:
    """Add up all entries of all accounts."""
    return int(Entry.objects.aggregate(sum=Sum("points"))["sum"] or 0)


def outstanding_points() -> int:
    """Add up all customers' entries."""
    found = Entry.objects.filter(account__kind=Account.Kind.CUSTOMER).aggregate(sum=Sum("points"))
    return int(found["sum"] or 0)


def export_person(customer_ids: Collection[int]) -> dict[str, Documents]:
    """Give a person's entries of the ledger."""
    mine = Entry.objects.filter(account__customer_id__in=customer_ids).order_by("id")
    columns = {"reason": F("transfer__reason"), "occurred_at": F("transfer__occurred_at")}
    return {"points": as_documents(mine.values("points", **columns))}
