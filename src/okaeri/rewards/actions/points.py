"""Use cases of rewards: grant points, take a grant back."""

from datetime import datetime

from django.db import transaction

from okaeri.foundation import clock
from okaeri.foundation.errors import InputError, NotFoundError
from okaeri.foundation.text import Text
from okaeri.rewards.domain.ledger import check_grant, reversed_entries
from okaeri.rewards.store import points as store

_KEY_TAKEN = Text(
    "キー {key} は別の付与にもう使われています。別のキーを指定してください。",
    "Key {key} already names another grant; choose another key.",
)
_NO_GRANT = Text(
    "キー {key} の付与は見つかりません。ポイントの履歴を確認してください。",
    "There is no grant with key {key}; see the history of points.",
)


def grant_points(customer_id: int, points: int, *, key: str, reason: str, at: datetime) -> None:
    """Give points once per key; the same key for another customer or amount is refused."""
    check_grant(points, key)
    with transaction.atomic():
        entries = {store.customer_account(customer_id): points, store.expense_account(): -points}
        if store.record_transfer(
            key=key, reason=reason, occurred_at=at, recorded_at=clock.now(), entries=entries
        ):
            return
        booked = store.find_transfer_id(key)
        if booked is None or store.entries_of_transfer(booked) != entries:
            raise InputError(_KEY_TAKEN.format(key=key))


def reverse_grant(key: str, *, reason: str, at: datetime) -> None:
    """Take back exactly what the grant of `key` gave, once."""
    with transaction.atomic():
        granted = store.find_transfer_id(key)
        if granted is None:
            raise NotFoundError(_NO_GRANT.format(key=key))
        store.record_transfer(
            key=f"reversal:{granted}",
            reason=reason,
            occurred_at=at,
            recorded_at=clock.now(),
            entries=reversed_entries(store.entries_of_transfer(granted)),
            reverses_id=granted,
        )
