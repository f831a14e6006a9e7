"""Calling messages back before they leave, and putting them back."""

from collections.abc import Sequence
from datetime import datetime

from okaeri.deliver.store import outbox
from okaeri.foundation import clock


def withdraw(keys: Sequence[str], reason_code: str, now: datetime | None = None) -> int:
    """Call back messages that have not begun to leave; gives how many were still here."""
    return outbox.withdraw_keys(keys, reason_code, now or clock.now())


def restore(keys: Sequence[str], reason_code: str, now: datetime | None = None) -> int:
    """Put back what `withdraw` called back with this code and is still in time; gives how many."""
    return outbox.restore_keys(keys, reason_code, now or clock.now())
