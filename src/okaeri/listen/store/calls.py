"""Reads and writes of people to telephone. Whose turn it is, is decided by conditional updates."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from okaeri.foundation.errors import NotFoundError
from okaeri.foundation.personal import Documents, as_documents
from okaeri.foundation.text import Text
from okaeri.listen.domain.calls import PROMISED
from okaeri.listen.models import CallTask
from okaeri.listen.types import CallReason, CallTaskView

_NO_TASK = Text(
    "架電リストの {id} は見つかりません。一覧を開き直してください。",
    "There is no entry {id} on the call list; open the list again.",
)
_FREE: dict[str, Any] = {"held_by": "", "held_until": None}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Somebody who should be telephoned now, and since when the reason stands."""

    customer_id: int
    reason: CallReason
    facts: Mapping[str, Any]
    priority: int
    since: datetime


def get(task_id: int) -> CallTask:
    """Give one entry, open or closed, or raise NotFoundError."""
    row = CallTask.objects.filter(id=task_id).first()
    if row is None:
        raise NotFoundError(_NO_TASK.format(id=task_id))
    return row


def view(row: CallTask, now: datetime) -> CallTaskView:
    """Give an entry as others see it; a hold that ran out is none."""
    is_held = row.held_until is not None and row.held_until > now
    return CallTaskView(
        id=row.pk,
        customer_id=row.customer_id,
        reason=CallReason(row.reason),
        facts=row.facts,
        note=row.note,
        priority=row.priority,
        tries=row.tries,
        due_at=row.due_at,
        held_by=row.held_by if is_held else "",
        held_until=row.held_until if is_held else None,
        created_at=row.created_at,
        outcome=row.outcome,
        closed_at=row.closed_at,
    )


def open_tasks() -> QuerySet[CallTask]:
    """Give open entries, the most urgent first."""
    return CallTask.objects.filter(closed_at=None).order_by("-priority", "due_at", "id")


def open_of(customer_ids: Collection[int]) -> QuerySet[CallTask]:
    """Give the open entries of one person, on whichever of his ids."""
    return open_tasks().filter(customer_id__in=customer_ids)


def hold(customer_ids: Collection[int], staff: str, until: datetime, now: datetime) -> bool:
    """Give a person to one of the staff, in the open transaction; False where another has him."""
    mine = open_of(customer_ids)
    free = mine.filter(Q(held_by__in=("", staff)) | Q(held_until__lte=now) | Q(held_until=None))
    wanted = mine.count()
    return wanted > 0 and free.update(held_by=staff, held_until=until) == wanted


def let_go(task_id: int, staff: str) -> int:
    """Take a person back from one of the staff; 0 where he did not hold him."""
    return CallTask.objects.filter(id=task_id, closed_at=None, held_by=staff).update(**_FREE)


def settle(task_id: int, staff: str, **changes: Any) -> bool:  # noqa: ANN401 - columns
    """Write what a try came to, by whoever holds the person; False where he does not (any more)."""
    mine = CallTask.objects.filter(id=task_id, closed_at=None, held_by=staff)
    return mine.update(**_FREE, **changes) == 1


def close(rows: QuerySet[CallTask], outcome: str, now: datetime) -> int:
    """Close entries; gives how many."""
    return rows.filter(closed_at=None).update(closed_at=now, outcome=outcome, **_FREE)


def add(customer_id: int, **columns: Any) -> bool:  # noqa: ANN401 - columns
    """Put a person on the list; False where he is on it already."""
    row = CallTask(customer_id=customer_id, **columns)
    before = CallTask.objects.filter(customer_id=customer_id, closed_at=None)
    if before.exists():
        return False
    CallTask.objects.bulk_create([row], ignore_conflicts=True)
    return True


def bring_up_to_date(wanted: Mapping[int, Wanted], now: datetime) -> int:
    """Make the list what is wanted, in the open transaction; gives how many are new.

    1. What nobody holds and no reason stands for is closed; staff's own wishes and promises stay.
    2. Reason and urgency become those of today. 3. Others are added.
    """
    listed = set()
    for row in open_tasks():
        found = wanted.get(row.customer_id)
        is_held = row.held_until is not None and row.held_until > now
        is_wish = row.reason == CallReason.ASKED or row.priority >= PROMISED
        if found is None and not is_held and not is_wish:
            close(CallTask.objects.filter(id=row.pk), "settled", now)
            continue
        # Freshness falls from day to day, and with it the place in the list; wishes only rise.
        if found is not None and (found.priority > row.priority or not is_wish):
            CallTask.objects.filter(id=row.pk, closed_at=None).update(
                reason=found.reason.value, facts=dict(found.facts), priority=found.priority
            )
        listed.add(row.customer_id)
    fresh = [
        CallTask(
            customer_id=one.customer_id,
            reason=one.reason.value,
            facts=dict(one.facts),
            priority=one.priority,
            due_at=now,
            created_at=now,
        )
        for one in wanted.values()
        if one.customer_id not in listed
    ]
    CallTask.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=500)
    return len(fresh)


def move(owners: Mapping[int, int]) -> None:
    """Write open entries (by id) under the live number of their person."""
    for task_id, customer_id in owners.items():
        rows = CallTask.objects.filter(id=task_id, closed_at=None)
        rows.exclude(customer_id=customer_id).update(customer_id=customer_id)


def last_closed(customer_ids: Iterable[int]) -> dict[int, datetime]:
    """Give when the last entry of each of these ids was closed after somebody tried to call."""
    rows = CallTask.objects.filter(customer_id__in=set(customer_ids)).exclude(closed_at=None)
    rows = rows.exclude(outcome__in=("settled", "joined", "erased")).order_by("closed_at")
    # The latest comes last and stays.
    return {number: at for number, at in rows.values_list("customer_id", "closed_at") if at}


def export_person(customer_ids: Collection[int]) -> dict[str, Documents]:
    """Give when and why the shop wanted to telephone a person."""
    mine = CallTask.objects.filter(customer_id__in=customer_ids).order_by("id")
    columns = ("reason", "facts", "note", "tries", "created_at", "closed_at", "outcome")
    return {"call_list": as_documents(mine.values(*columns))}


def erase_person(customer_ids: Collection[int], now: datetime) -> dict[str, int]:
    """Forget the words, keep the count; nobody is called any more."""
    mine = CallTask.objects.filter(customer_id__in=customer_ids)
    close(mine, "erased", now)
    return {"call_list": mine.update(note="", facts={})}
