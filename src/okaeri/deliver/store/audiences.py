"""Audiences: what was asked for, which attempt runs, and how the last one ended."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from okaeri.deliver.audience_types import AudienceState, AudienceView, Reach
from okaeri.deliver.models import Audience
from okaeri.foundation.text import Text


def ensure(key: str) -> Audience:
    """Give the row of an audience, made where there is none."""
    return Audience.objects.get_or_create(key=key)[0]


def begin(key: str) -> Audience:
    """Begin the next attempt, written before the far side hears of it; an earlier one must stop."""
    ensure(key)
    # Written first and read in the same transaction: no two workers are given one number.
    with transaction.atomic():
        Audience.objects.filter(key=key).update(
            number=F("number") + 1, state=AudienceState.SENDING, why={}, look_at=None
        )
        return Audience.objects.get(key=key)


def is_current(row: Audience) -> bool:
    """Tell whether no later attempt has begun: an earlier one may remove nothing any more."""
    return Audience.objects.filter(pk=row.pk, number=row.number).exists()


def claim(row: Audience, until: datetime) -> bool:
    """Take a row to ask the far side about until then; False where another worker has it."""
    found = Audience.objects.filter(pk=row.pk, number=row.number, look_at=row.look_at)
    return found.update(look_at=until) == 1


def put_off(until: datetime) -> int:
    """Ask the far side about nothing before then; how many audiences wait."""
    rows = Audience.objects.filter(state=AudienceState.IN_PROGRESS, look_at__lt=until)
    return rows.update(look_at=until)


def save(row: Audience, **fields: Any) -> bool:  # noqa: ANN401 - columns of any kind
    """Write columns of an attempt; False where a later one has begun since."""
    found = Audience.objects.filter(pk=row.pk, number=row.number)
    for name, value in fields.items():
        setattr(row, name, value)
    return found.update(**fields) == 1


def list_in_progress(now: datetime, limit: int) -> list[Audience]:
    """Give the audiences the far side is to be asked about, the longest waiting first."""
    rows = Audience.objects.filter(state=AudienceState.IN_PROGRESS, look_at__lte=now)
    return list(rows.order_by("look_at", "id")[:limit])


def list_kept() -> list[str]:
    """Give the audiences the next night brings up to date: kept ones, and those with somebody erased."""
    wanted = Audience.objects.filter(Q(is_kept=True) | Q(stale_number__isnull=False))
    return list(wanted.order_by("id").values_list("key", flat=True))


def change(key: str, **fields: Any) -> Audience:  # noqa: ANN401 - columns of any kind
    """Write what a person decided about an audience."""
    ensure(key)
    Audience.objects.filter(key=key).update(**fields)
    return Audience.objects.get(key=key)


def view(row: Audience | None, key: str) -> AudienceView:
    """Give the form that crosses the border."""
    if row is None:
        row = Audience(key=key)
    return AudienceView(
        key=row.key,
        state=AudienceState(row.state),
        why=Text.from_json(row.why) if row.why else None,
        is_kept=row.is_kept,
        reach=Reach(row.people, row.linked, row.sendable),
        counted_at=row.counted_at,
        uploaded=row.uploaded,
        synced_at=row.synced_at,
        has_one=row.group_id is not None,
    )


def mark_stale(key: str | None = None) -> int:
    """Note that a group of any audience (or of one), even an unfinished one, may hold too many people.

    Gives how many audiences the next night makes anew.
    """
    rows = Audience.objects.filter(number__gt=0)
    return (rows if key is None else rows.filter(key=key)).update(stale_number=F("number"))


def mark_unclean(row: Audience) -> None:
    """Note before removing groups that some may stay: the next night removes them if it fails."""
    found = Audience.objects.filter(pk=row.pk, number=row.number, stale_number=None)
    found.update(stale_number=row.number - 1)


def settle(row: Audience) -> None:
    """Note that an attempt wholly succeeded; an erasure since it began stays marked."""
    found = Audience.objects.filter(pk=row.pk, number=row.number, stale_number__lt=row.number)
    found.update(stale_number=None)


def find(key: str) -> tuple[AudienceView, int | None]:
    """Give one audience, `NEVER` if it was never asked for, and the job last asked for."""
    row = Audience.objects.filter(key=key).first()
    return view(row, key), row.job_id if row else None
