"""Audiences: what was asked for, which attempt runs, and how the last one ended."""

from datetime import datetime
from typing import Any

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
    Audience.objects.filter(key=key).update(
        number=F("number") + 1, state=AudienceState.SENDING, why={}, look_at=None, is_stale=False
    )
    return Audience.objects.get(key=key)


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
    """Give the keys of audiences that the next night brings up to date."""
    wanted = Audience.objects.filter(Q(is_kept=True) | Q(is_stale=True))
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
        uploaded=row.uploaded,
        synced_at=row.synced_at,
        has_one=row.group_id is not None,
    )


def mark_stale() -> int:
    """Note that somebody who may be in any of the groups was erased; gives how many have a group."""
    return Audience.objects.exclude(group_id=None).update(is_stale=True)


def find(key: str) -> AudienceView:
    """Give one audience; one that was never asked for is `NEVER`."""
    return view(Audience.objects.filter(key=key).first(), key)
