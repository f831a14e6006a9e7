"""Up to which order the standing of people has been followed between two nights."""

from datetime import datetime

from okaeri.foundation.models import DutyState

DUTY = "insight.follow_orders"


def hold() -> None:
    """Let nobody follow orders until the transaction ends: asked first, nobody waits in a ring."""
    DutyState.objects.select_for_update().filter(name=DUTY).first()


def cursor() -> int | None:
    """Give the change number of the last order looked at; None before the first look."""
    state = DutyState.objects.filter(name=DUTY, last_run_at__isnull=False).first()
    return state.cursor if state else None


def go_to(change_no: int, now: datetime) -> None:
    """Go on from a change number, whatever was before."""
    state = {"cursor": change_no, "last_run_at": now}
    DutyState.objects.update_or_create(name=DUTY, defaults=state)


def move(before: int, change_no: int, now: datetime) -> bool:
    """Go on from a change number; False where another worker has moved meanwhile."""
    mine = DutyState.objects.filter(name=DUTY, cursor=before)
    return mine.update(cursor=change_no, last_run_at=now) == 1


def go_back(change_no: int) -> None:
    """Look again at what came after a change number, where that was looked at already."""
    DutyState.objects.filter(name=DUTY, cursor__gt=change_no).update(cursor=change_no)
