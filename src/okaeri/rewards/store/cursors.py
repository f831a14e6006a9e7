"""How far this station has read what others wrote."""

from datetime import datetime

from okaeri.foundation.models import DutyState


def peek(duty: str) -> int:
    """Give up to which change was read, without a lock."""
    return DutyState.objects.filter(name=duty).values_list("cursor", flat=True).first() or 0


def read(duty: str) -> int:
    """Lock and give up to which change was read, in the open transaction."""
    DutyState.objects.get_or_create(name=duty)
    return DutyState.objects.select_for_update().get(name=duty).cursor


def move(duty: str, change_no: int, now: datetime) -> None:
    """Go on behind a change."""
    DutyState.objects.filter(name=duty).update(cursor=change_no, last_run_at=now)
