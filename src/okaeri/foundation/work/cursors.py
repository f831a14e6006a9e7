"""How far a duty has read what others wrote: its place in their order of changes."""

from datetime import datetime

from okaeri.foundation.models import DutyState


def read(duty: str) -> int:
    """Give up to which change was read, without a lock; 0 before the first."""
    return DutyState.objects.filter(name=duty).values_list("cursor", flat=True).first() or 0


def claim(duty: str) -> int | None:
    """Lock and give the cursor until the transaction ends; None while another worker holds it."""
    DutyState.objects.get_or_create(name=duty)
    state = DutyState.objects.select_for_update(skip_locked=True).filter(name=duty).first()
    return state.cursor if state else None


def wait(duty: str) -> int:
    """Lock and give the cursor until the transaction ends, waiting for a worker that holds it."""
    DutyState.objects.get_or_create(name=duty)
    return DutyState.objects.select_for_update().get(name=duty).cursor


def advance(duty: str, change_no: int, now: datetime) -> None:
    """Go on behind a change."""
    DutyState.objects.filter(name=duty).update(cursor=change_no, last_run_at=now)
