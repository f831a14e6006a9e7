"""What the law asks of delivery: forget a person."""

from collections.abc import Sequence
from datetime import datetime

from okaeri.deliver.store import audiences, locks, rights


def erase_person(customer_ids: Sequence[int], now: datetime) -> dict[str, int]:
    """Take a person's words and addresses out of the outbox, in the caller's transaction.

    What had not begun to leave is called back; gives how many rows, by table.
    """
    locks.lock_people(customer_ids)
    audiences.mark_stale()
    return rights.erase(customer_ids, now)
